/* SPDX-License-Identifier: MIT */
/* Samples for the gate: what it would see of each stroke of a damaged take, and what the stroke was. They
 * come from the functions that run live (engine/channel.h), driven over simulated damage. */
#ifndef EMEND_GATE_SAMPLES_H
#define EMEND_GATE_SAMPLES_H

#include "damage.h"
#include "dataset.h"
#include "model.h"

struct gate_samples {
  int input_size; /* G */
  size_t count, capacity;
  float *inputs;   /* (count, G); owned */
  uint8_t *damage; /* (count) enum damage; owned */
};

struct gate_source {
  const struct model *model;
  const struct dataset *data;
  size_t samples_max;                /* about so many, from sequences spread evenly */
  const struct corrupt_rates *rates; /* takes */
  double noise;                      /* rolls: P */
  bool performed;                    /* rolls: also as somebody would play them */
  double varied; /* share of takes in another player's hands (vary.h), so that the gate knows more players
                    than the data has */
  int threads;
  uint64_t seed;
  bool (*going)(void *user); /* asked before every sequence, from any of the threads; false stops with
                                STATUS_INTERRUPTED. May be NULL */
  void *user;
};

/* Allocates; release with gate_samples_free. */
enum status gate_samples_collect(struct gate_samples *samples, const struct gate_source *source,
                                 struct error *error) EMEND_CHECK;
/* Copy the samples of `more`, of the same input size, to the end of `samples` (zeroed: any size). Allocates. */
enum status gate_samples_append(struct gate_samples *samples, const struct gate_samples *more) EMEND_CHECK;
void gate_samples_free(struct gate_samples *samples);

#endif
