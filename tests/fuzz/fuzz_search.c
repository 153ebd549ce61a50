/* SPDX-License-Identifier: MIT */
/* libFuzzer's entry for random search. An even first byte: a trial's result, else a space. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "config_file.h"
#include "fuzz_input.h"
#include "model_config.h"
#include "search_folder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TRIALS = 3, TEXT_MAX = 1 << 20 };

static void read_space(struct search_space *space, const char *text)
{
  struct error error = {0};
  const char *path = input_put("again.cfg", (const uint8_t *)text, strlen(text));
  require(search_space_read(space, path, &error) == STATUS_OK, "a space's own words are refused");
}

/* A space in words of this file's own. */
static void spell_values(const struct search_item *item, FILE *out)
{
  const char *quote = item->quoted ? "\"" : "";
  for (int i = 0; i < item->count; i++) {
    fprintf(out, "%s%s%s%s", i > 0 ? ", " : "", quote, item->choices[i], quote);
  }
}

static void spell_item(const struct search_item *item, FILE *out)
{
  fprintf(out, "%s = ", item->name);
  if (item->count == 0) {
    fprintf(out, "{ whole = %s; scale = \"%s\"; high = %.17g; low = %.17g; }", item->whole ? "true" : "false",
            item->log ? "log" : "linear", item->high, item->low);
  } else if (item->drawn) {
    fputs("(", out);
    spell_values(item, out);
    fputs(")", out);
  } else {
    spell_values(item, out);
  }
  fputs(";\n", out);
}

static void spell(const struct search_space *space, char *text)
{
  FILE *out = fmemopen(text, TEXT_MAX, "w");
  require(out != NULL, "out of memory");
  for (int drawn = 0; drawn <= 1; drawn++) {
    fputs(drawn ? "search = {\n" : "", out);
    for (int i = space->count - 1; i >= 0; i--) {
      if (space->items[i].drawn == (drawn == 1)) {
        spell_item(&space->items[i], out);
      }
    }
    fputs(drawn ? "};\n" : "", out);
  }
  fprintf(out, "kind = \"%s\";\n", net_kind_name(space->kind));
  require(fclose(out) == 0, "a space of more words than there is room for");
}

static void check_items(const struct search_space *space)
{
  int drawn = 0;
  require(space->count > 0 && space->count <= SEARCH_ITEMS_MAX, "a wrong number of settings");
  for (int i = 0; i < space->count; i++) {
    const struct search_item *item = &space->items[i];
    drawn += item->drawn;
    require(i == 0 || strcmp(space->items[i - 1].name, item->name) < 0,
            "a name is out of order or twice there");
    require((item->count > 0) == (item->choices != NULL), "a list without choices");
    require(item->count > 0 || (item->drawn && item->low <= item->high), "a range that is none");
  }
  require(drawn > 0, "nothing is drawn");
}

static void check_same_flags(const struct option_set *one, const struct option_set *two)
{
  for (int i = 0; i < one->count; i++) {
    const void *a = one->specs[i].value, *b = two->specs[i].value;
    switch (one->specs[i].kind) {
    case OPTION_NUMBER: require(*(const double *)a == *(const double *)b, "a number changed"); break;
    case OPTION_INTEGER:
    case OPTION_CHOICE: require(*(const int *)a == *(const int *)b, "a whole number or choice changed"); break;
    case OPTION_SEED: require(*(const uint64_t *)a == *(const uint64_t *)b, "the seed changed"); break;
    case OPTION_TEXT: {
      const char *const x = *(const char *const *)a, *const y = *(const char *const *)b;
      require((x == NULL && y == NULL) || (x != NULL && y != NULL && strcmp(x, y) == 0), "a text changed");
      break;
    }
    case OPTION_FLAG:
    case OPTION_LIST:
    case OPTION_CUSTOM: break;
    }
  }
}

static void check_same_network(const struct net_config *one, const struct net_config *two)
{
  for (int i = 0; i < CONFIG_KEYS; i++) {
    char a[CONFIG_TEXT], b[CONFIG_TEXT];
    config_text(one, i, a);
    config_text(two, i, b);
    require(strcmp(a, b) == 0, "a part of the network changed");
  }
}

/* The file that a trial writes makes `emend train` do what the trial does. */
static void check_settings_file(const struct search_space *space, const struct search_settings *settings)
{
  struct train_flags drawn, there;
  struct option_spec specs[2][OPTION_SPECS_MAX];
  struct options_file file;
  struct error error = {0};
  char path[DATAFILE_PATH_MAX];
  bool other;

  const struct option_set one = {.specs = specs[0], .count = train_flags_init(&drawn, space->kind, specs[0])};
  const struct option_set two = {.specs = specs[1], .count = train_flags_init(&there, space->kind, specs[1])};
  search_path(input_folder.path, settings->trial, "", path);
  (void)mkdir(path, 0700);
  require(search_settle(input_folder.path, space, settings, &other, &error) == STATUS_OK, error.text);
  require(search_flags(space, settings, &drawn, &error) == STATUS_OK, error.text);
  search_path(input_folder.path, settings->trial, "settings.cfg", path);
  require(options_read_file(&two, path, &file, &error) == STATUS_OK, error.text);
  check_same_flags(&one, &two);
  check_same_network(&drawn.config, &there.config);
  options_file_free(&file);
}

static void check_draw(const struct search_space *space, const struct search_settings *settings)
{
  struct train_flags flags;
  struct error error = {0};
  require(search_flags(space, settings, &flags, &error) == STATUS_OK, error.text);
  require(settings->count == space->count, "a setting is lost");
  for (int i = 0; i < settings->count; i++) {
    const struct search_item *item = &space->items[i];
    const double number = strtod(settings->values[i].text, NULL);
    require(strcmp(settings->values[i].name, item->name) == 0, "a value under another name");
    require(item->count > 0 || (number >= item->low && number <= item->high), "a draw is out of its range");
    require(item->count > 0 || !item->whole || number == floor(number), "a draw is not whole");
  }
}

static bool same_draw(const struct search_settings *one, const struct search_settings *two)
{
  bool same = one->count == two->count && one->seed == two->seed;
  for (int i = 0; same && i < one->count; i++) {
    same = strcmp(one->values[i].name, two->values[i].name) == 0 &&
           strcmp(one->values[i].text, two->values[i].text) == 0 &&
           one->values[i].quoted == two->values[i].quoted;
  }
  return same;
}

static void check_space(const struct search_space *space)
{
  static char text[TEXT_MAX];
  struct search_space again;
  check_items(space);
  spell(space, text);
  read_space(&again, text);
  require(again.hash == space->hash, "other words for a space make another space");
  for (int trial = 0; trial < TRIALS; trial++) {
    struct search_settings settings, same;
    search_draw(space, trial, &settings);
    search_draw(&again, trial, &same);
    require(same_draw(&settings, &same), "a trial draws something else the second time");
    check_draw(space, &settings);
    if (trial == 0) { /* writing takes the most time by far */
      check_settings_file(space, &settings);
    }
  }
  search_space_free(&again);
}

static void run_space(const uint8_t *data, size_t size)
{
  struct search_space space;
  struct error error = {0};
  const enum status status = search_space_read(&space, input_put("space.cfg", data, size), &error);
  if (status == STATUS_OK) {
    check_space(&space);
    search_space_free(&space);
  } else {
    require(space.count == 0 && status == STATUS_FORMAT && error.status == status,
            "the refusal is of the wrong kind or left something");
    require_line(error.text);
  }
}

/* Written again with 9 digits. */
static void require_near(double one, double two)
{
  require(isfinite(one) && fabs(one - two) <= 1e-8 * fabs(one), "writing and reading changed a figure");
}

static void check_result(const struct search_space *space, const struct search_result *result)
{
  struct search_settings settings;
  struct search_result again;
  struct error error = {0};
  const char *path = folder_join(&input_folder, "again.json");
  for (const char *at = result->reason; *at != '\0'; at++) {
    require((unsigned char)*at >= 0x20 && *at != 0x7F, "a reason holds a control character");
  }
  search_draw(space, result->trial, &settings);
  require(search_result_write(space, &settings, result, path, &error) == STATUS_OK, error.text);
  require(search_result_read(space, result->trial, path, &again, &error) == STATUS_OK, error.text);
  require(again.failed == result->failed && again.trial == result->trial && again.number == result->number &&
            again.epochs == result->epochs && again.threads == result->threads &&
            again.frames == result->frames && strcmp(again.reason, result->reason) == 0,
          "writing and reading changed a result");
  require_near(result->seconds, again.seconds);
  require_near(result->nats, again.nats);
  require_near(result->bound, again.bound);
}

static void run_result(const uint8_t *data, size_t size)
{
  struct search_space space;
  struct search_result result;
  struct error error = {0};
  read_space(&space, "kind = \"rnn\"; search = { hidden = [4, 8]; };");
  const enum status status =
    search_result_read(&space, 7, input_put("result.json", data, size), &result, &error);
  if (status == STATUS_OK) {
    check_result(&space, &result);
  } else {
    require(status == STATUS_FORMAT && error.status == status, "the refusal is of the wrong kind");
    require_line(error.text);
  }
  search_space_free(&space);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  if (size > 0 && data[0] % 2 == 0) {
    run_result(data + 1, size - 1);
  } else if (size > 0) {
    run_space(data + 1, size - 1);
  }
  return 0;
}
