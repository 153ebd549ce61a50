/* SPDX-License-Identifier: MIT */
/* An option: a name, a kind and a place for its value, checked as it is set. Flags of the command line
 * (options.h) and settings in files (config_file.h) are both set through it. */
#ifndef EMEND_OPTION_H
#define EMEND_OPTION_H

#include <stdbool.h>
#include <stdint.h>

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

/* Set one option from its text, checked; `text` is ignored for flags and kept (not copied) for texts. */
enum status option_set_value(const struct option_spec *spec, const char *text, struct error *error) EMEND_CHECK;

/* The index of `text` in `choices`, or -1. */
int options_choice(const char *const *choices, const char *text);

/* The choices as one text: "a, b, c" with ", " between; cut where `size` is too small. */
void options_join(const char *const *choices, const char *between, char *out, size_t size);

#endif
