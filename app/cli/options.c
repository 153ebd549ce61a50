/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <getopt.h>
#include <string.h>

#include "suggest.h"

enum { FIRST_LONG = 256, HELP_COLUMN = 26, HELP_WIDTH = 80 };

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
static enum status refuse(const struct option_set *set, int code, char **argv, struct error *error)
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
  const char *names[OPTION_SPECS_MAX];
  for (int i = 0; i < set->count; i++) {
    names[i] = set->specs[i].name;
  }
  const char *meant = size > 2 ? suggest(given + 2, (size_t)size - 2, names, set->count) : NULL;
  return meant == NULL
           ? error_set(error, STATUS_USAGE, "unknown option %.*s", size, given)
           : error_set(error, STATUS_USAGE, "unknown option %.*s (did you mean --%s?)", size, given, meant);
}

static enum status check_operands(const struct option_set *set, struct error *error)
{
  if (set->operand_count > set->operand_max) {
    return error_set(error, STATUS_USAGE, "unknown argument '%s': %s", set->operands[set->operand_max],
                     set->operand_max == 0 ? "options begin with --" : "that is one too many");
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
  set->operand_count = 0;
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
      return refuse(set, code, argv, error);
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

/* Lines of a table or an example keep their form. */
static bool is_set(const char *line, size_t size)
{
  for (size_t i = 0; i + 1 < size; i++) {
    if (line[i] == ' ' && (i == 0 || line[i + 1] == ' ')) {
      return true;
    }
  }
  return size == 0;
}

/* The words of one line; returns the column behind the last. */
static int wrap_line(FILE *out, int indent, int column, const char *line, size_t size)
{
  for (size_t at = 0; at < size;) {
    const size_t left = size - at;
    const size_t blank = strspn(line + at, " ");
    const size_t word = strcspn(line + at + blank, " \n");
    if (blank >= left) {
      break;
    }
    if (column > indent && column + 1 + (int)word > HELP_WIDTH) {
      fprintf(out, "\n%*s", indent, "");
      column = indent;
    } else if (column > indent) {
      fputc(' ', out);
      column++;
    }
    fprintf(out, "%.*s", (int)word, line + at + blank);
    column += (int)word;
    at += blank + word;
  }
  return column;
}

void options_wrap(FILE *out, int indent, const char *text)
{
  int column = indent;

  while (*text != '\0') {
    const size_t size = strcspn(text, "\n");
    if (is_set(text, size)) {
      fprintf(out, "%s%.*s\n", column > indent ? "\n" : "", (int)size, text);
      column = indent;
    } else {
      column = wrap_line(out, indent, column, text, size);
    }
    text += size + (text[size] == '\n');
  }
  if (column > indent) {
    fputc('\n', out);
  }
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
      fprintf(out, "%s\n%*s  ", left, HELP_COLUMN, "");
    } else {
      fprintf(out, "%-*s  ", HELP_COLUMN, left);
    }
    options_wrap(out, HELP_COLUMN + 2, spec->help);
  }
  fprintf(out, "%-*s  %s\n", HELP_COLUMN, "  -h, --help", "show this and exit");
}
