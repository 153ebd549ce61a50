/* SPDX-License-Identifier: MIT */
/* The steps of learning, shared by learn*.c and nobody else. */
#ifndef EMEND_PERSONALISE_PRIVATE_H
#define EMEND_PERSONALISE_PRIVATE_H

#include "personalise.h"

/* As the presets were trained (train.cfg): any noise above 0 shows the network damaged takes. */
#define LEARN_NOISE 0.01
#define LEARN_KL_WEIGHT 0.2

/* Pieces of takes, short enough that work on one is soon done. */
struct learn_data {
  struct dataset train, held;
};

/* Cut; hold back every fifth take, or of a few takes their ends. Cells are made for `def`. */
enum status learn_data_init(struct learn_data *data, const struct dataset *takes, const struct frame_def *def,
                            struct error *error) EMEND_CHECK;
void learn_data_free(struct learn_data *data);
double learn_minutes(const struct dataset *pieces);

/* A run in progress. */
struct learning {
  const struct learn_options *options;
  const struct learn_watch *watch;
  struct learn_data data;
  double done, next; /* shares of the whole: before this step, and at its end */
};

/* False: stop. `part` of the step in hand is done. */
bool learning_goes_on(struct learning *learning, double part);

/* Tune the network's weights in place. */
enum status learn_network(struct learning *learning, struct model *model, struct error *error) EMEND_CHECK;
/* Tune the gate's. */
enum status learn_gate(struct learning *learning, struct model *model, struct error *error) EMEND_CHECK;
/* Measure on the held-back pieces; the same damage and draws every time. */
enum status learn_measure(struct learning *learning, const struct model *model, struct learn_figures *figures,
                          struct error *error) EMEND_CHECK;
/* True strokes of the takes learnt from that a model loses, and a threshold of the gate that loses at most so
 * many and lets little damage through. */
enum status learn_lost(struct learning *learning, const struct model *model, size_t *lost,
                       struct error *error) EMEND_CHECK;
enum status learn_threshold(struct learning *learning, struct model *model, size_t lost_max,
                            struct error *error) EMEND_CHECK;

#endif
