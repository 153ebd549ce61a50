/* SPDX-License-Identifier: MIT */
#include "search_space.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "config_file.h"
#include "model_config.h"
#include "rng.h"

uint64_t search_hash(uint64_t hash, const void *data, size_t size)
{
  const unsigned char *bytes = data;

  for (size_t i = 0; i < size; i++) {
    hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
  }
  return hash;
}

void search_number(double number, char text[SEARCH_VALUE])
{
  for (int digits = 15; digits <= 17; digits++) {
    snprintf(text, SEARCH_VALUE, "%.*g", digits, number);
    if (strtod(text, NULL) == number) {
      return;
    }
  }
}

/* Of 6 digits, which all mathematics libraries agree on. */
static void draw_range(const struct search_item *item, struct rng *rng, char text[SEARCH_VALUE])
{
  const double share = rng_uniform(rng);
  const double end = item->whole ? item->high + 1 : item->high;
  double number =
    item->log ? item->low * exp(share * log(end / item->low)) : item->low + share * (end - item->low);

  if (item->whole) {
    snprintf(text, SEARCH_VALUE, "%.0f", fmin(floor(number), item->high));
    return;
  }
  snprintf(text, SEARCH_VALUE, "%.6g", number);
  number = fmin(fmax(strtod(text, NULL), item->low), item->high);
  search_number(number, text);
}

static uint64_t trial_seed(const struct search_space *space, int trial)
{
  char text[SEARCH_VALUE];
  const int size = snprintf(text, sizeof text, "trial %d", trial);

  return search_hash(space->hash, text, (size_t)size);
}

void search_draw(const struct search_space *space, int trial, struct search_settings *settings)
{
  struct rng rng;

  rng_seed(&rng, trial_seed(space, trial));
  settings->trial = trial;
  settings->seed = rng_next(&rng) >> 33; /* a plain integer in a settings file */
  settings->count = space->count;
  for (int i = 0; i < space->count; i++) {
    const struct search_item *item = &space->items[i];
    struct search_value *value = &settings->values[i];

    value->name = item->name;
    value->drawn = item->drawn;
    value->quoted = item->quoted;
    if (item->count == 0) {
      draw_range(item, &rng, value->text);
    } else {
      const uint32_t index = item->drawn ? rng_below(&rng, (uint32_t)item->count) : 0;
      memcpy(value->text, item->choices[index], SEARCH_VALUE);
    }
  }
}

enum status search_flags(const struct search_space *space, const struct search_settings *settings,
                         struct train_flags *flags, struct error *error)
{
  struct option_spec specs[OPTION_SPECS_MAX];
  struct option_set set = {.specs = specs};
  enum status status = STATUS_OK;

  set.count = train_flags_init(flags, space->kind, specs);
  flags->config.gate = 0; /* no figure of a search is of these */
  flags->config.decision = 0;
  for (int i = 0; i < settings->count && status == STATUS_OK; i++) {
    const struct option_spec *spec = options_find(&set, settings->values[i].name);

    status = spec != NULL ? option_set_value(spec, settings->values[i].text, error)
                          : error_set(error, STATUS_USAGE, "unknown setting '%s'", settings->values[i].name);
  }
  flags->options.seed = settings->seed;
  return status;
}

/* What a reading needs beside the space. */
struct reading {
  struct search_space *space;
  const char *path;
  struct train_flags flags; /* tried with every value */
  struct option_spec specs[OPTION_SPECS_MAX];
  struct option_set set;
  const config_setting_t *setting; /* the one in hand, for messages */
  struct error *error;
};

static enum status refuse(const struct reading *reading, const char *what)
{
  const char *name = config_setting_name(reading->setting);

  return error_set(reading->error, STATUS_FORMAT, "%s:%u: %s%s%s", reading->path,
                   config_setting_source_line(reading->setting), name != NULL ? name : "",
                   name != NULL ? " " : "", what);
}

/* A value must pass the checks of a flag's. */
static enum status try_value(struct reading *reading, const struct search_item *item, const char *text,
                             const char *advice)
{
  struct error inner = {STATUS_OK, ""};

  if (option_set_value(options_find(&reading->set, item->name), text, &inner) == STATUS_OK) {
    return STATUS_OK;
  }
  return error_set(reading->error, STATUS_FORMAT, "%s:%u: %s%s", reading->path,
                   config_setting_source_line(reading->setting), inner.text, advice);
}

static bool is_number(const config_setting_t *setting, double *number)
{
  switch (config_setting_type(setting)) {
  case CONFIG_TYPE_INT:
  case CONFIG_TYPE_INT64: *number = (double)config_setting_get_int64(setting); return true;
  case CONFIG_TYPE_FLOAT:
    *number = config_setting_get_float(setting) + 0.0; /* no -0, which is spelt unlike 0 */
    return isfinite(*number);
  default: return false;
  }
}

/* One number or word, as text. Words stand in quotes wherever they are written, so they hold none. */
static enum status read_value(struct reading *reading, const config_setting_t *setting,
                              struct search_item *item, char text[SEARCH_VALUE])
{
  double number;
  const bool quoted = config_setting_type(setting) == CONFIG_TYPE_STRING;

  if (!quoted && !is_number(setting, &number)) {
    return refuse(reading, "holds something other than numbers or \"words\"");
  }
  if (item->count > 0 && quoted != item->quoted) {
    return refuse(reading, "mixes numbers and words");
  }
  item->quoted = quoted;
  item->count++;
  if (!quoted) {
    search_number(number, text);
    return try_value(reading, item, text, "");
  }
  const char *word = config_setting_get_string(setting);
  if (strlen(word) >= SEARCH_VALUE || strpbrk(word, "\"\\\n\r\t") != NULL) {
    return refuse(reading, "holds a word that is too long or has quotes in it");
  }
  snprintf(text, SEARCH_VALUE, "%s", word);
  return try_value(reading, item, text, "");
}

static enum status read_list(struct reading *reading, const config_setting_t *setting, struct search_item *item)
{
  const int length = config_setting_length(setting);

  if (length == 0) {
    return refuse(reading, "is an empty list; give it choices");
  }
  item->choices = calloc((size_t)length, sizeof *item->choices);
  if (item->choices == NULL) {
    return error_set(reading->error, STATUS_NO_MEMORY, "out of memory: cannot read %s", reading->path);
  }
  enum status status = STATUS_OK;
  for (int i = 0; i < length && status == STATUS_OK; i++) {
    status = read_value(reading, config_setting_get_elem(setting, (unsigned)i), item, item->choices[i]);
  }
  return status;
}

/* One member of a range's group. */
static enum status read_bound(struct reading *reading, const config_setting_t *member, struct search_item *item,
                              int *ends)
{
  const char *name = config_setting_name(member);

  if (strcmp(name, "low") == 0 || strcmp(name, "high") == 0) {
    ++*ends;
    return is_number(member, name[0] == 'l' ? &item->low : &item->high)
             ? STATUS_OK
             : refuse(reading, "has an end that is no number");
  }
  if (strcmp(name, "whole") == 0 && config_setting_type(member) == CONFIG_TYPE_BOOL) {
    item->whole = config_setting_get_bool(member) != 0;
    return STATUS_OK;
  }
  const char *scale = strcmp(name, "scale") == 0 ? config_setting_get_string(member) : NULL;
  if (scale != NULL && (strcmp(scale, "log") == 0 || strcmp(scale, "linear") == 0)) {
    item->log = scale[1] == 'o';
    return STATUS_OK;
  }
  return refuse(reading, "is a range, so: { low = 1; high = 9; scale = \"log\" or \"linear\"; whole = true; }");
}

static enum status check_range(struct reading *reading, const struct search_item *item, int ends)
{
  char text[SEARCH_VALUE];

  if (ends < 2) {
    return refuse(reading, "is a range without low or without high");
  }
  if (item->low > item->high) {
    return refuse(reading, "is an empty range: low is more than high");
  }
  if (item->log && item->low <= 0) {
    return refuse(reading, "is a log range, so low must be more than 0");
  }
  if (item->whole && (item->low != floor(item->low) || item->high != floor(item->high))) {
    return refuse(reading, "is a range of whole numbers, so low and high are whole");
  }
  search_number(item->low, text);
  enum status status = try_value(reading, item, text, "");
  if (status == STATUS_OK) {
    search_number(item->high, text);
    status = try_value(reading, item, text, "");
  }
  if (status == STATUS_OK && !item->whole && item->high > item->low) {
    search_number(fmin(item->low + 0.5, item->high), text); /* not whole where both ends are */
    status = try_value(reading, item, text, "; a range of whole numbers wants whole = true");
  }
  return status;
}

static enum status read_range(struct reading *reading, const config_setting_t *setting,
                              struct search_item *item)
{
  int ends = 0;
  enum status status = STATUS_OK;

  for (int i = 0; i < config_setting_length(setting) && status == STATUS_OK; i++) {
    status = read_bound(reading, config_setting_get_elem(setting, (unsigned)i), item, &ends);
  }
  return status == STATUS_OK ? check_range(reading, item, ends) : status;
}

/* Settings that a search gives, or that would tie a trial to one machine; and those all trials share. */
static enum status check_name(const struct reading *reading, const char *name, bool drawn)
{
  static const char *const own[] = {"data", "out", "config", "from", "resume", "threads", "seed"};
  const struct search_space *space = reading->space;

  for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
    if (strcmp(name, own[i]) == 0) {
      return refuse(reading, "has no place in a space: the command or the trial gives it");
    }
  }
  if (options_find(&reading->set, name) == NULL || strlen(name) >= SEARCH_NAME) {
    return refuse(reading, "is an unknown setting; take it out or correct it");
  }
  if (drawn && (strcmp(name, "split") == 0 || strcmp(name, "valid_split") == 0)) {
    return refuse(reading, "cannot be drawn: trials on other data do not compare");
  }
  for (int i = 0; i < space->count; i++) {
    if (strcmp(space->items[i].name, name) == 0) {
      return refuse(reading, drawn ? "stands both fixed and under search" : "stands twice");
    }
  }
  return space->count < SEARCH_ITEMS_MAX ? STATUS_OK : refuse(reading, "is one setting too many");
}

static enum status read_item(struct reading *reading, const config_setting_t *setting, bool drawn)
{
  reading->setting = setting;
  const char *name = config_setting_name(setting);
  enum status status = check_name(reading, name, drawn);
  if (status != STATUS_OK) {
    return status;
  }
  struct search_item *item = &reading->space->items[reading->space->count++];
  *item = (struct search_item){.drawn = drawn};
  snprintf(item->name, sizeof item->name, "%s", name);
  if (drawn && (config_setting_is_array(setting) || config_setting_is_list(setting))) {
    return read_list(reading, setting, item);
  }
  if (drawn) {
    return config_setting_is_group(setting)
             ? read_range(reading, setting, item)
             : refuse(reading, "wants a list of choices [a, b] or a range { low = ...; high = ...; }");
  }
  item->choices = calloc(1, sizeof *item->choices);
  return item->choices != NULL
           ? read_value(reading, setting, item, item->choices[0])
           : error_set(reading->error, STATUS_NO_MEMORY, "out of memory: cannot read %s", reading->path);
}

/* The kind whose group of settings has this name; -1 for other names. */
static int kind_of(const char *name)
{
  for (int i = NET_VOSP; i <= NET_RNN; i++) {
    if (strcmp(name, net_kind_name((enum net_kind)i)) == 0) {
      return i;
    }
  }
  return -1;
}

static enum status read_kind(struct reading *reading, const config_t *config)
{
  const char *kind;

  if (config_lookup_string(config, "kind", &kind) != CONFIG_TRUE) {
    return error_set(reading->error, STATUS_FORMAT,
                     "%s: is no space: it has no kind = \"vosp\", \"vrae\" or \"rnn\"; see emend search --help",
                     reading->path);
  }
  const int found = kind_of(kind);
  if (found >= 0) {
    reading->space->kind = (enum net_kind)found;
    reading->set.specs = reading->specs;
    reading->set.count = train_flags_init(&reading->flags, reading->space->kind, reading->specs);
    return STATUS_OK;
  }
  return error_set(reading->error, STATUS_FORMAT,
                   "%s: kind is one of \"vosp\", \"vrae\", \"rnn\", not \"%.40s\"", reading->path, kind);
}

static enum status read_group(struct reading *reading, const config_t *config)
{
  const config_setting_t *group = config_lookup(config, "search");
  enum status status = STATUS_OK;

  if (group == NULL || !config_setting_is_group(group) || config_setting_length(group) == 0) {
    return error_set(
      reading->error, STATUS_FORMAT,
      "%s: is no space: it wants a group search = { rate = [0.01, 0.001]; }; see emend search --help",
      reading->path);
  }
  for (int i = 0; i < config_setting_length(group) && status == STATUS_OK; i++) {
    status = read_item(reading, config_setting_get_elem(group, (unsigned)i), true);
  }
  return status;
}

/* Settings of one kind alone. Those of the other kinds are not looked at: they have flags of their own. */
static enum status read_own(struct reading *reading, const config_setting_t *group, int kind)
{
  enum status status = STATUS_OK;

  reading->setting = group;
  if (!config_setting_is_group(group)) {
    return refuse(reading, "wants a group of settings { ... }");
  }
  for (int i = 0; kind == (int)reading->space->kind && i < config_setting_length(group) && status == STATUS_OK;
       i++) {
    status = read_item(reading, config_setting_get_elem(group, (unsigned)i), false);
  }
  return status;
}

static enum status read_all(struct reading *reading, const config_t *config)
{
  const config_setting_t *root = config_root_setting(config);
  enum status status = read_kind(reading, config);

  for (int i = 0; status == STATUS_OK && i < config_setting_length(root); i++) {
    const config_setting_t *setting = config_setting_get_elem(root, (unsigned)i);
    const char *name = config_setting_name(setting);
    const int kind = kind_of(name);

    if (kind >= 0) {
      status = read_own(reading, setting, kind);
    } else if (strcmp(name, "kind") != 0 && strcmp(name, "search") != 0) {
      status = read_item(reading, setting, false);
    }
  }
  return status == STATUS_OK ? read_group(reading, config) : status;
}

static int by_name(const void *a, const void *b)
{
  return strcmp(((const struct search_item *)a)->name, ((const struct search_item *)b)->name);
}

static uint64_t hash_text(uint64_t hash, const char *text)
{
  return search_hash(hash, text, strlen(text) + 1);
}

static uint64_t hash_item(uint64_t hash, const struct search_item *item)
{
  char text[SEARCH_VALUE];

  hash = hash_text(hash, item->name);
  hash = hash_text(hash, !item->drawn ? "=" : item->count > 0 ? "of" : "from");
  hash = hash_text(hash, item->quoted ? "words" : "numbers");
  for (int i = 0; i < item->count; i++) {
    hash = hash_text(hash, item->choices[i]);
  }
  if (item->count == 0) {
    search_number(item->low, text);
    hash = hash_text(hash, text);
    search_number(item->high, text);
    hash = hash_text(hash, text);
    hash = hash_text(hash, item->log ? "log" : "linear");
    hash = hash_text(hash, item->whole ? "whole" : "any");
  }
  return hash;
}

/* In one order, whatever the file's. */
static void settle(struct search_space *space)
{
  qsort(space->items, (size_t)space->count, sizeof space->items[0], by_name);
  space->hash = hash_text(SEARCH_HASH, net_kind_name(space->kind));
  for (int i = 0; i < space->count; i++) {
    space->hash = hash_item(space->hash, &space->items[i]);
  }
}

enum status search_space_read(struct search_space *space, const char *path, struct error *error)
{
  struct reading reading = {.space = space, .path = path, .error = error};
  config_t config;

  *space = (struct search_space){.count = 0};
  config_init(&config);
  enum status status = options_load_config(&config, path, error);
  if (status == STATUS_OK) {
    status = read_all(&reading, &config);
  }
  config_destroy(&config);
  if (status == STATUS_OK) {
    settle(space);
  } else {
    search_space_free(space);
  }
  return status;
}

void search_space_free(struct search_space *space)
{
  for (int i = 0; i < space->count; i++) {
    free(space->items[i].choices);
    space->items[i].choices = NULL;
  }
  space->count = 0;
}
