/* SPDX-License-Identifier: MIT */
/* A space of settings for training, and what each trial draws from it. A trial is a pure function of the space
 * and its number: it has the same settings and the same seed on every machine. */
#ifndef EMEND_SEARCH_SPACE_H
#define EMEND_SEARCH_SPACE_H

#include "train_flags.h"

enum {
  SEARCH_ITEMS_MAX = OPTION_SPECS_MAX,
  SEARCH_NAME = 48,
  SEARCH_VALUE = 64,
  SEARCH_TRIALS_MAX = 100000,
};

/* One setting: fixed, a list of choices, or a range. */
struct search_item {
  char name[SEARCH_NAME]; /* as in a settings file: "kl_end" */
  bool drawn;             /* else fixed: its only choice */
  bool quoted;            /* its values are words, not numbers */
  char (*choices)[SEARCH_VALUE];
  int count;        /* of choices; 0: a range */
  double low, high; /* of a range, both within it */
  bool log, whole;
};

struct search_space {
  enum net_kind kind;
  struct search_item items[SEARCH_ITEMS_MAX]; /* (count) by name */
  int count;
  uint64_t hash; /* of what it says, whatever its layout and comments */
};

/* Read a space: kind = "vosp"; settings of `emend train KIND` by name; and the group `search`, whose members
 * are lists of choices or ranges. Every choice and both ends of every range pass the checks of the option.
 * Refused with file and line: unknown names, empty lists, ranges that hold nothing, what a search gives itself
 * (data, out, seed ...). Allocates; release with search_space_free. */
enum status search_space_read(struct search_space *space, const char *path, struct error *error) EMEND_CHECK;
void search_space_free(struct search_space *space);

struct search_value {
  const char *name; /* the space's */
  bool drawn, quoted;
  char text[SEARCH_VALUE];
};

/* What one trial is to be trained with. */
struct search_settings {
  int trial;
  uint64_t seed;                                /* of the training */
  struct search_value values[SEARCH_ITEMS_MAX]; /* (count) by name */
  int count;
};

void search_draw(const struct search_space *space, int trial, struct search_settings *settings);

/* The flags of `emend train KIND` with these settings; they point into `settings`. */
enum status search_flags(const struct search_space *space, const struct search_settings *settings,
                         struct train_flags *flags, struct error *error) EMEND_CHECK;

/* The shortest decimal text that reads as this number. */
void search_number(double number, char text[SEARCH_VALUE]);

/* To go on from a hash (FNV-1a); begin with SEARCH_HASH. */
#define SEARCH_HASH UINT64_C(0xcbf29ce484222325)
uint64_t search_hash(uint64_t hash, const void *data, size_t size);

#endif
