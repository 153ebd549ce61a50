/* SPDX-License-Identifier: MIT */
/* A small head: one hidden layer of tanh units, linear outputs. Live thread; never allocates. */
#ifndef EMEND_HEAD_H
#define EMEND_HEAD_H

#include "rt.h"

/* Log-odds of a note bounded to 20 nats: a surer model is not more right. NaN stays NaN: it must reach the
 * verdict and let the note through. */
EMEND_LIVE float head_belief(float log_odds);
/* hidden (K) = tanh(input (G) . weights (G, K) + bias (K)). NaN spreads. */
EMEND_LIVE void head_hidden(const float *input, int inputs, const float *weights, const float *bias, int size,
                            float *hidden);
/* out (O) = hidden (K) . weights (K, O) + bias (O) */
EMEND_LIVE void head_out(const float *hidden, int size, const float *weights, const float *bias, int outputs,
                         float *out);

#endif
