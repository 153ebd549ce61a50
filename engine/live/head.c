/* SPDX-License-Identifier: MIT */
#include "head.h"

#include <stddef.h>
#include <string.h>

#define BELIEF_MAX 20.0F

EMEND_LIVE float head_belief(float log_odds)
{
  return log_odds < -BELIEF_MAX ? -BELIEF_MAX : log_odds > BELIEF_MAX ? BELIEF_MAX : log_odds;
}

/* tanh by its continued fraction, within 1e-4; vectorises where tanhf does not, and
 * NaN stays NaN. */
static inline float quick_tanh(float x)
{
  float y = x < -4.97F ? -4.97F : x > 4.97F ? 4.97F : x;
  float s = y * y;
  return y * (135135 + s * (17325 + s * (378 + s))) / (135135 + s * (62370 + s * (3150 + s * 28)));
}

EMEND_LIVE void head_hidden(const float *restrict input, int inputs, const float *restrict weights,
                            const float *bias, int size, float *restrict hidden)
{
  memcpy(hidden, bias, (size_t)size * sizeof *hidden);
  for (int g = 0; g < inputs; g++) {
    const float value = input[g];
    const float *row = weights + (size_t)g * (size_t)size;
    if (value == 0) {
      continue; /* much of the evidence is */
    }
    for (int k = 0; k < size; k++) {
      hidden[k] += value * row[k];
    }
  }
  for (int k = 0; k < size; k++) {
    hidden[k] = quick_tanh(hidden[k]);
  }
}

EMEND_LIVE void head_out(const float *hidden, int size, const float *weights, const float *bias, int outputs,
                         float *out)
{
  memcpy(out, bias, (size_t)outputs * sizeof *out);
  for (int k = 0; k < size; k++) {
    const float *row = weights + (size_t)k * (size_t)outputs;
    for (int o = 0; o < outputs; o++) {
      out[o] += hidden[k] * row[o];
    }
  }
}
