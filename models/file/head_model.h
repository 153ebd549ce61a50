/* SPDX-License-Identifier: MIT */
/* What the tensors of the gate and of the decision have in common: "NAME.mean", "NAME.scale", "NAME.hidden",
 * "NAME.hidden_bias", "NAME.out", "NAME.out_bias". */
#ifndef EMEND_HEAD_MODEL_H
#define EMEND_HEAD_MODEL_H

#include <stdbool.h>

#include "params.h"

struct head_shape {
  const char *name;
  int inputs, hidden, outputs; /* G, K, O */
};

/* The tensor NAME.part. */
float *head_part(const struct params *params, const char *name, const char *part);
/* ((x - mean) * scale) W + b = x (scale W) + (b - (mean * scale) W): zeros of x can then be skipped.
 * hidden (G, K), bias (K). */
void head_fold(const struct head_shape *shape, const struct params *params, float *hidden, float *bias);
bool head_is_trained(const char *name, const struct params *params);

#endif
