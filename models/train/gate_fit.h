/* SPDX-License-Identifier: MIT */
/* The gate's or the decision's head while it is trained: its own small block of weights, laid out as the
 * model's. Private to gate_train.c and learn*.c. */
#ifndef EMEND_GATE_FIT_H
#define EMEND_GATE_FIT_H

#include "gate_samples.h"
#include "head_model.h"
#include "optimiser.h"
#include "train.h"

enum { GATE_BATCH = 512 };

struct trainee {
  struct head_shape shape;
  struct params weights, grads;
  struct optimiser optimiser;
  float *x, *h, *logits, *to_h; /* (GATE_BATCH, ...) */
};

/* Allocates; release with trainee_free also after a failure. */
enum status trainee_init(struct trainee *trainee, const struct net_config *config, bool rolls,
                         struct error *error) EMEND_CHECK;
void trainee_free(struct trainee *trainee);

/* Where to start: anew, the inputs standardised over the samples, or from a model's head of the same size. */
void trainee_start(struct trainee *trainee, const struct gate_samples *samples, struct rng *rng);
void trainee_start_from(struct trainee *trainee, const struct params *params);

struct trainee_plan {
  int epochs;
  double rate;         /* Adam's, falling to nothing */
  train_report report; /* told after every batch; may be NULL */
  void *user;
};

/* Fit by cross entropy. STATUS_INTERRUPTED when the report says stop. Allocates. */
enum status trainee_fit(struct trainee *trainee, const struct gate_samples *samples,
                        const struct trainee_plan *plan, struct rng *rng, struct error *error) EMEND_CHECK;

/* Put the weights, but not the threshold or the margin, into a model. */
void trainee_install(const struct trainee *trainee, struct model *model);

#endif
