/* SPDX-License-Identifier: MIT */
/* Command-line options from a table, checked as they are read. */
#ifndef EMEND_OPTIONS_H
#define EMEND_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "status.h"

enum option_kind {
  OPTION_FLAG,    /* bool: takes no argument */
  OPTION_TEXT,    /* const char *: points into argv */
  OPTION_LIST,    /* struct option_list: may be given again */
  OPTION_NUMBER,  /* double, finite, in [low, high] */
  OPTION_INTEGER, /* int, in [low, high] */
  OPTION_SEED,    /* uint64_t, at most OPTION_SEED_MAX */
  OPTION_CHOICE,  /* int: index into choices */
  OPTION_CUSTOM,  /* whatever `set` makes of it */
};

/* The largest number that JSON carries whole, so that reports can give seeds as numbers. */
#define OPTION_SEED_MAX (UINT64_C(1) << 53)

enum { OPTION_LIST_MAX = 4096 };

struct option_list {
  const char *items[OPTION_LIST_MAX];
  int count;
};

struct option_spec {
  const char *name; /* long name without dashes */
  char letter;      /* short name, or 0 */
  enum option_kind kind;
  void *value;
  const char *argument; /* what help calls it: "MS" */
  const char *help;
  double low, high;           /* for numbers */
  const char *const *choices; /* for choices, NULL at the end */
  bool *given;                /* set when the option is given; may be NULL */
  /* For OPTION_CUSTOM: check `text` and keep its meaning, not the text itself. */
  enum status (*set)(const struct option_spec *spec, const char *text, struct error *error);
};

struct option_set {
  const struct option_spec *specs;
  int count;
  int operand_min, operand_max;
  const char *operand_names; /* for messages: "IN.mid and OUT.mid" */
  /* Filled by options_parse: */
  char **operands; /* into argv */
  int operand_count;
  bool help;
  const char *help_form; /* what came after "--help=", into argv; NULL: nothing */
};

enum { OPTION_SPECS_MAX = 96 };

/* Parse argv[1..]; argv is reordered so that operands come last. STATUS_USAGE with one line that names the
 * argument at fault. After --help nothing else is checked. Not thread-safe (getopt). */
enum status options_parse(struct option_set *set, int argc, char **argv, struct error *error) EMEND_CHECK;

/* Set one option from its text, checked; `text` is ignored for flags and kept (not copied) for texts. */
enum status option_set_value(const struct option_spec *spec, const char *text, struct error *error) EMEND_CHECK;

/* The operands at the end of a list. STATUS_USAGE where there is no room for all. */
enum status options_list_operands(struct option_list *list, const struct option_set *set, int first,
                                  struct error *error) EMEND_CHECK;

/* One line or two for each option. */
void options_print(const struct option_set *set, FILE *out);

/* The index of `text` in `choices`, or -1. */
int options_choice(const char *const *choices, const char *text);

#endif
