/* SPDX-License-Identifier: MIT */
/* Filling a file that is open: its gaps found, notes added, variants drawn. */
#ifndef EMEND_FILL_JOB_H
#define EMEND_FILL_JOB_H

#include "filling.h"
#include "gaps.h"

enum { FILL_VARIANTS_MAX = 99 };

struct fill_order {
  const struct gap_text *asked; /* (asked_count) */
  int asked_count;
  bool search;  /* for silences, disconnections and dropped notes */
  bool markers; /* write them */
  double strength;
  int variants;  /* 0: the likeliest filling; else so many samples */
  uint64_t seed; /* of the variants */
  /* As in struct fill_options. */
  bool (*tell)(void *user, double share);
  void *user;
};

struct fill_outcome {
  struct fill_gaps gaps;
  struct filling fillings[FILL_VARIANTS_MAX];
  uint64_t seeds[FILL_VARIANTS_MAX]; /* 0: the likeliest */
  int count;
};

/* Load a model, which must be a filler. Allocates; release with model_free. */
enum status fill_load(struct model **model, const char *path, struct error *error) EMEND_CHECK;

/* A variant that comes out as one before is drawn again a few times. Release with fill_outcome_free, also when
 * this fails. Allocates. */
enum status fill_job(const struct model *model, const struct fill_source *source,
                     const struct fill_order *order, struct fill_outcome *outcome,
                     struct error *error) EMEND_CHECK;
void fill_outcome_free(struct fill_outcome *outcome);

/* The earlier filling with the very bytes of `which`, or -1. */
int fill_outcome_twin(const struct fill_outcome *outcome, int which);

#endif
