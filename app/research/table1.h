/* SPDX-License-Identifier: MIT */
/* The paper's Table 1 (Bayer & Osendorfer 2014) with our models: data sets by systems, and every number under
 * the name of what it is.
 *
 * A model is a file DATA-SYSTEM.safetensors and fills one line. A VRAE or VOSP trained with its bound as the
 * loss has a bound and an importance estimate. One trained with the paper's own loss (DATA-vosp-surrogate) has
 * that loss and the bound of the same weights. Systems without latents are exact. */
#ifndef EMEND_TABLE1_H
#define EMEND_TABLE1_H

#include "eval.h"
#include "paths.h"

enum table1_kind { TABLE1_EXACT, TABLE1_BOUND, TABLE1_IMPORTANCE, TABLE1_SURROGATE, TABLE1_KINDS };

enum { TABLE1_SETS = 4, TABLE1_SYSTEMS = 11, TABLE1_NAME_MAX = 64 };

extern const char *const table1_kinds[TABLE1_KINDS];

struct table1_name {
  const char *name;  /* in file names and JSON */
  const char *title; /* in print */
};
extern const struct table1_name table1_sets[TABLE1_SETS];

struct table1_system {
  const char *name;
  double paper[TABLE1_SETS]; /* the paper's figure for the test split; 0: none */
  bool paper_is_surrogate;   /* ... which is no likelihood, and printed with a '<' */
};
extern const struct table1_system table1_systems[TABLE1_SYSTEMS];

struct table1_figure {
  bool measured;
  double nats;                 /* a frame */
  char model[TABLE1_NAME_MAX]; /* the file's name */
};

struct table1_set {
  bool loaded;
  struct dataset data;
  struct error wrong; /* why it was not loaded */
  struct table1_figure figures[TABLE1_SYSTEMS][TABLE1_KINDS];
};

struct table1 {
  struct table1_set sets[TABLE1_SETS];
};

struct table1_options {
  const char *data, *split;
  const char *models; /* the folder of the models; NULL: presets/bench, wherever it is */
  int particles;      /* of the importance estimates; 0: none */
  uint64_t seed;
};

/* Told now and then which model is measured and what share of all frames is done; false stops. */
typedef bool (*table1_tell)(void *user, const char *model, double share);

/* Load the split of every data set of the folder. Those that cannot be had say so in `wrong`; STATUS_NOT_FOUND
 * where that is all of them. Allocates; release with table1_free in any case. */
enum status table1_load(struct table1 *table, const struct table1_options *options,
                        struct error *error) EMEND_CHECK;
/* Measure every model that is there. STATUS_NOT_FOUND where there is none. Allocates for a while. */
enum status table1_run(struct table1 *table, const struct table1_options *options, table1_tell tell, void *user,
                       struct error *error) EMEND_CHECK;
void table1_free(struct table1 *table);

/* table1_tell.c: to standard output. */
enum table1_form { TABLE1_TEXT, TABLE1_MARKDOWN, TABLE1_JSON };
enum status table1_print(const struct table1 *table, const struct table1_options *options,
                         enum table1_form form, struct error *error) EMEND_CHECK;

#endif
