/* SPDX-License-Identifier: MIT */
/* Samples for the gate (of rolls) or the decision (of takes): what it would see of each stroke of a damaged
 * piece, and what the stroke was. They come from the functions that run live (channel.h), driven over simulated
 * damage. */
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
  uint16_t *kinds; /* (count) what the stroke can be, as touch_kinds has it; owned */
};

struct gate_source {
  const struct model *model;
  const struct dataset *data;
  size_t samples_max;                /* about so many, from sequences spread evenly */
  const struct corrupt_rates *rates; /* takes */
  bool drawn;                        /* takes: `rates` are the most, and each take's are drawn (vary_rates) */
  double noise;                      /* rolls: P */
  double varied; /* share of takes in another player's hands (vary.h), so that what decides knows more
                    players than the data has */
  int threads;
  uint64_t seed;
  bool (*going)(void *user); /* asked before every sequence, from any of the threads; false stops with
                                STATUS_INTERRUPTED. May be NULL */
  void *user;
};

/* G, of the gate or of the decision. */
int gate_samples_size(const struct net_config *config, bool rolls);
/* Allocates; release with gate_samples_free. */
enum status gate_samples_collect(struct gate_samples *samples, const struct gate_source *source,
                                 struct error *error) EMEND_CHECK;
/* Copy the samples of `more`, of the same input size, to the end of `samples` (zeroed: any size). Allocates. */
enum status gate_samples_append(struct gate_samples *samples, const struct gate_samples *more) EMEND_CHECK;
void gate_samples_free(struct gate_samples *samples);

#endif
