/* Training of the gate on simulated damage, after the VOSP. */
#ifndef EMEND_GATE_TRAIN_H
#define EMEND_GATE_TRAIN_H

#include "train.h"

struct gate_result {
  size_t train_samples, valid_samples;
  double recall, precision, f1; /* of strokes of the validation samples, at the chosen threshold */
  float threshold;
};

/* Fit model's gate.* tensors and choose its threshold on `valid`. On takes the threshold is the one of the
 * best F1 among those whose recall of true notes is at least 0.9965 (losing a true note is worse
 * than passing a false one); on rolls the one of the best F1. Allocates; logs nothing; runs threads. */
enum status gate_train(struct model *model, const struct train_options *options, const struct train_run *run,
                       struct gate_result *result, struct error *error) EMEND_CHECK;

#endif
