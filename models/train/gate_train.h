/* SPDX-License-Identifier: MIT */
/* What a gate or a decision makes of samples, by the code that runs live, and the threshold that follows.
 * Private to gate_train.c and personalise.c. */
#ifndef EMEND_GATE_TRAIN_H
#define EMEND_GATE_TRAIN_H

#include "gate_samples.h"
#include "train.h"

struct stroke {
  float log_odds; /* of a true note */
  bool good;      /* it is one */
};

struct judgement {
  struct stroke *strokes; /* (count), owned */
  size_t count, good;
};

/* The strokes in the samples' order, as judged by the head whose tensors, "gate.*" (rolls) or "decision.*", are
 * among `params`; by the latter on an instrument of which nothing is known. Allocates; release with
 * judgement_free, also after a failure. */
enum status judgement_make(struct judgement *judgement, const struct net_config *config,
                           const struct params *params, bool rolls,
                           const struct gate_samples *samples) EMEND_CHECK;
void judgement_free(struct judgement *judgement);

/* Of the thresholds that lose at most `lost_max` true strokes, the one of the best F1; 0 where there are no
 * strokes. Sorts them. */
float judgement_threshold(struct judgement *judgement, size_t lost_max);

/* Training of the gate (on rolls) or the decision (on takes) on simulated damage, after the VOSP. */

struct gate_result {
  size_t valid_samples;
  double recall, precision, f1; /* of strokes of the validation samples, at the threshold */
  float threshold;              /* log-odds of a true note */
  double lost_per_1000;         /* takes: true notes, of the validation split undamaged */
};

/* Fit the model's gate.* tensors on rolls and choose the threshold of the best F1 of cells on `valid`; or its
 * decision.* tensors on takes, for the price of a true note at half the strength. Allocates; runs threads; the
 * samples' order depends on the threads' timing where there is more than one. */
enum status gate_train(struct model *model, const struct train_options *options, const struct train_run *run,
                       struct gate_result *result, struct error *error) EMEND_CHECK;

/* Before the work: STATUS_FORMAT where run->train, in memory, has too few strokes for that. Any weights will
 * do; it costs no more than so many strokes. Allocates; runs threads. */
enum status gate_train_check(const struct model *model, const struct train_options *options,
                             const struct train_run *run, struct error *error) EMEND_CHECK;

#endif
