/* SPDX-License-Identifier: MIT */
/* Optimisers over one block of parameters. Any thread, one optimiser each. */
#ifndef EMEND_OPTIMISER_H
#define EMEND_OPTIMISER_H

#include <stddef.h>

#include "status.h"

enum optimiser_kind {
  OPTIMISER_ADAM,    /* Kingma & Ba 2014, beta 0.9 and 0.999 */
  OPTIMISER_RMSPROP, /* with Nesterov momentum (paper, "Details on Learning") */
};

struct optimiser {
  enum optimiser_kind kind;
  double rate;
  double momentum; /* rmsprop's */
  double decay;    /* of rmsprop's average of squares */
  size_t size;
  long steps;            /* taken so far */
  float *first, *second; /* (size) velocity or mean, average of squares; owned */
};

/* Allocates; release with optimiser_free. */
enum status optimiser_init(struct optimiser *optimiser, size_t size) EMEND_CHECK;
void optimiser_free(struct optimiser *optimiser);
/* Change `weights` against `grad`. Never allocates. */
void optimiser_step(struct optimiser *optimiser, const float *grad, float *weights);

/* Scale grad so that its Euclidean norm is at most `limit` (0: leave it). Returns the norm it had. */
double gradient_clip(float *grad, size_t size, double limit);

#endif
