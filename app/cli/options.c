/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <getopt.h>
#include <string.h>

enum { FIRST_LONG = 256, HELP_COLUMN = 26 };

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
      options_join(spec->choices, "|", argument, sizeof argument);
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
