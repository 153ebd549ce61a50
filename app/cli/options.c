/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_LONG = 256, HELP_COLUMN = 26 };

int options_choice(const char *const *choices, const char *text)
{
  for (int i = 0; choices[i] != NULL; i++) {
    if (strcmp(choices[i], text) == 0) {
      return i;
    }
  }
  return -1;
}

static void join_choices(const char *const *choices, const char *between, char *out, size_t size)
{
  size_t used = 0;

  out[0] = '\0';
  for (int i = 0; choices[i] != NULL && used < size; i++) {
    int n = snprintf(out + used, size - used, "%s%s", i > 0 ? between : "", choices[i]);
    used += n > 0 ? (size_t)n : 0;
  }
}

static enum status set_number(const struct option_spec *spec, const char *text, struct error *error)
{
  char *end;
  double value = strtod(text, &end);

  if (end == text || *end != '\0' || !isfinite(value) ||
      (spec->kind == OPTION_INTEGER && value != floor(value))) {
    return error_set(error, STATUS_USAGE, "--%s wants a %s, not '%s'", spec->name,
                     spec->kind == OPTION_INTEGER ? "whole number" : "number", text);
  }
  if (value < spec->low || value > spec->high) {
    return error_set(error, STATUS_USAGE, "--%s must be from %g to %g, not %s", spec->name, spec->low,
                     spec->high, text);
  }
  if (spec->kind == OPTION_INTEGER) {
    *(int *)spec->value = (int)value;
  } else {
    *(double *)spec->value = value;
  }
  return STATUS_OK;
}

static enum status set_seed(const struct option_spec *spec, const char *text, struct error *error)
{
  char *end;

  errno = 0;
  unsigned long long value = strtoull(text, &end, 10);
  if (end == text || *end != '\0' || errno != 0 || strchr(text, '-') != NULL || value > OPTION_SEED_MAX) {
    return error_set(error, STATUS_USAGE, "--%s wants a whole number from 0 to %" PRIu64 ", not '%s'",
                     spec->name, OPTION_SEED_MAX, text);
  }
  *(uint64_t *)spec->value = value;
  return STATUS_OK;
}

static enum status set_choice(const struct option_spec *spec, const char *text, struct error *error)
{
  int index = options_choice(spec->choices, text);

  if (index < 0) {
    char names[256];
    join_choices(spec->choices, ", ", names, sizeof names);
    return error_set(error, STATUS_USAGE, "--%s is one of %s, not '%s'", spec->name, names, text);
  }
  *(int *)spec->value = index;
  return STATUS_OK;
}

static enum status add_item(const struct option_spec *spec, const char *text, struct error *error)
{
  struct option_list *list = spec->value;

  if (list->count == OPTION_LIST_MAX) {
    return error_set(error, STATUS_USAGE, "--%s is given more than %d times", spec->name, OPTION_LIST_MAX);
  }
  list->items[list->count++] = text;
  return STATUS_OK;
}

enum status options_list_operands(struct option_list *list, const struct option_set *set, int first,
                                  struct error *error)
{
  for (int i = first; i < set->operand_count; i++) {
    if (list->count == OPTION_LIST_MAX) {
      return error_set(error, STATUS_USAGE, "more than %d paths; name their folder", OPTION_LIST_MAX);
    }
    list->items[list->count++] = set->operands[i];
  }
  return STATUS_OK;
}

enum status option_set_value(const struct option_spec *spec, const char *text, struct error *error)
{
  if (spec->given != NULL) {
    *spec->given = true;
  }
  switch (spec->kind) {
  case OPTION_FLAG: *(bool *)spec->value = true; return STATUS_OK;
  case OPTION_TEXT: *(const char **)spec->value = text; return STATUS_OK;
  case OPTION_LIST: return add_item(spec, text, error);
  case OPTION_SEED: return set_seed(spec, text, error);
  case OPTION_CHOICE: return set_choice(spec, text, error);
  case OPTION_CUSTOM: return spec->set(spec, text, error);
  case OPTION_NUMBER:
  case OPTION_INTEGER: return set_number(spec, text, error);
  }
  return STATUS_USAGE;
}

static void build_tables(const struct option_set *set, struct option *longs, char *shorts)
{
  int used = 0;

  shorts[used++] = ':';
  shorts[used++] = 'h';
  for (int i = 0; i < set->count; i++) {
    const struct option_spec *spec = &set->specs[i];
    bool argument = spec->kind != OPTION_FLAG;

    longs[i] = (struct option){spec->name, argument ? required_argument : no_argument, NULL, FIRST_LONG + i};
    if (spec->letter != 0) {
      shorts[used++] = spec->letter;
      if (argument) {
        shorts[used++] = ':';
      }
    }
  }
  longs[set->count] = (struct option){"help", optional_argument, NULL, 'h'};
  longs[set->count + 1] = (struct option){NULL, 0, NULL, 0};
  shorts[used] = '\0';
}

static const struct option_spec *find_spec(const struct option_set *set, int code)
{
  for (int i = 0; i < set->count; i++) {
    if (code == FIRST_LONG + i || (set->specs[i].letter != 0 && code == set->specs[i].letter)) {
      return &set->specs[i];
    }
  }
  return NULL;
}

/* What getopt stumbled over: a short option's letter, or the long one just read without its "=value". */
static enum status refuse(int code, char **argv, struct error *error)
{
  const char *given = argv[optind - 1];
  char letter[3] = {'-', (char)optopt, '\0'};

  if (strncmp(given, "--", 2) != 0 && optopt > 0 && optopt < FIRST_LONG) {
    given = letter;
  }
  int size = (int)strcspn(given, "=");
  if (code == ':') {
    return error_set(error, STATUS_USAGE, "option %.*s wants a value", size, given);
  }
  if (optopt >= FIRST_LONG) {
    return error_set(error, STATUS_USAGE, "option %.*s takes no value", size, given);
  }
  return error_set(error, STATUS_USAGE, "unknown option %.*s", size, given);
}

static enum status check_operands(const struct option_set *set, struct error *error)
{
  if (set->operand_count > set->operand_max) {
    return error_set(error, STATUS_USAGE, "unknown argument '%s'", set->operands[set->operand_max]);
  }
  if (set->operand_count < set->operand_min) {
    return error_set(error, STATUS_USAGE, "%s missing", set->operand_names);
  }
  return STATUS_OK;
}

enum status options_parse(struct option_set *set, int argc, char **argv, struct error *error)
{
  struct option longs[OPTION_SPECS_MAX + 2];
  char shorts[2 * OPTION_SPECS_MAX + 3];
  int code;

  if (set->count > OPTION_SPECS_MAX) {
    return error_set(error, STATUS_USAGE, "more than %d options", OPTION_SPECS_MAX);
  }
  for (int i = 0; i < set->count; i++) {
    if (set->specs[i].kind == OPTION_LIST) {
      ((struct option_list *)set->specs[i].value)->count = 0;
    }
  }
  build_tables(set, longs, shorts);
  set->help = false;
  opterr = 0;
#ifdef __GLIBC__
  optind = 0; /* glibc's way to start afresh */
#else
  optind = 1;
#endif
  while ((code = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
    if (code == 'h') {
      set->help = true;
      set->help_form = optarg;
      return STATUS_OK;
    }
    const struct option_spec *spec = find_spec(set, code);
    if (spec == NULL) {
      return refuse(code, argv, error);
    }
    enum status status = option_set_value(spec, optarg, error);
    if (status != STATUS_OK) {
      return status;
    }
  }
  set->operands = argv + optind;
  set->operand_count = argc - optind;
  return check_operands(set, error);
}

void options_print(const struct option_set *set, FILE *out)
{
  for (int i = 0; i < set->count; i++) {
    const struct option_spec *spec = &set->specs[i];
    char argument[128] = "";
    char left[192];

    if (spec->kind == OPTION_CHOICE) {
      join_choices(spec->choices, "|", argument, sizeof argument);
    } else if (spec->argument != NULL) {
      snprintf(argument, sizeof argument, "%s", spec->argument);
    }
    int width = snprintf(left, sizeof left, "  %c%c%s--%s%s%s", spec->letter ? '-' : ' ',
                         spec->letter ? spec->letter : ' ', spec->letter ? ", " : "  ", spec->name,
                         argument[0] != '\0' ? " " : "", argument);
    if (width >= HELP_COLUMN) {
      fprintf(out, "%s\n%*s  %s\n", left, HELP_COLUMN, "", spec->help);
    } else {
      fprintf(out, "%-*s  %s\n", HELP_COLUMN, left, spec->help);
    }
  }
  fprintf(out, "%-*s  %s\n", HELP_COLUMN, "  -h, --help", "show this and exit");
}
