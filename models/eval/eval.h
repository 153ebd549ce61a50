/* SPDX-License-Identifier: MIT */
/* Evaluation: what a number is stands in its name. Nats are totals over all steps divided by the
 * number of steps, the first step counted. */
#ifndef EMEND_EVAL_H
#define EMEND_EVAL_H

#include "damage.h"
#include "dataset.h"
#include "model.h"
#include "score.h"

/* Told now and then the share that is done, in [0, 1]; false stops the evaluation, which then returns
 * STATUS_INTERRUPTED. From any of the evaluation's threads, one at a time. */
struct eval_watch {
  bool (*tell)(void *user, double share);
  void *user;
};

struct eval_nll {
  size_t sequences, frames;
  bool exact;                       /* of a model without latents: the bound is the likelihood itself */
  double bound, reconstruction, kl; /* exact divergence, one draw of z a step; nats a frame */
  double surrogate;                 /* the 2014 arithmetic; not a bound */
  int particles;                    /* 0: not estimated */
  double importance;                /* particle-filter estimate, an upper bound in expectation */
};

/* `watch` may be NULL, here and below. Nothing is estimated where the likelihood is exact. Allocate. */
enum status eval_nll(const struct model *model, const struct dataset *data, int particles, uint64_t seed,
                     const struct eval_watch *watch, struct eval_nll *result, struct error *error) EMEND_CHECK;

/* Denoising. On rolls: cells turned on with probability P, scored by frame cells. On takes: simulated
 * damage, scored by notes within 50 ms. */
struct eval_denoise {
  struct score before;
  struct score paper;      /* mode of z, then p > 0.5 (paper 4.2); rolls only */
  struct score gate;       /* the product's rule at `strength` */
  struct score hold;       /* rolls: keep a cell only if it was on one frame ago */
  struct score drop_short; /* rolls: drop one-frame notes, a frame of look-ahead */
  struct score rules;      /* takes: debounce, velocity floor and neighbour rule, tuned on simulated damage */
  double recall_of_true;   /* of true notes or cells that were received, the share the gate let through */
};

enum status eval_denoise(const struct model *model, const struct dataset *data, double noise,
                         const struct corrupt_rates *damage, float strength, uint64_t seed,
                         const struct eval_watch *watch, struct eval_denoise *result,
                         struct error *error) EMEND_CHECK;

#endif
