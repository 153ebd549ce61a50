/* SPDX-License-Identifier: MIT */
#include "gate.h"

#include <math.h>
#include <string.h>

#define BELIEF_MAX 20.0F /* nats: a surer model is not more right */
#define STRENGTH_SPAN 4.0F

static float clamp_belief(float value)
{
  /* NaN stays NaN: it must reach the verdict and let the note through. */
  return value < -BELIEF_MAX ? -BELIEF_MAX : value > BELIEF_MAX ? BELIEF_MAX : value;
}

EMEND_LIVE void gate_input(const float evidence[EVIDENCE_SIZE], const struct belief *belief, int context_size,
                           float *input)
{
  memcpy(input, evidence, EVIDENCE_SIZE * sizeof *input);
  input[EVIDENCE_SIZE] = clamp_belief(belief->prior);
  input[EVIDENCE_SIZE + 1] = clamp_belief(belief->posterior);
  memcpy(input + EVIDENCE_SIZE + 2, belief->context, (size_t)context_size * sizeof *input);
}

/* tanh by its continued fraction, within 1e-4; vectorises where tanhf does not, and
 * NaN stays NaN. */
static inline float quick_tanh(float x)
{
  float y = x < -4.97F ? -4.97F : x > 4.97F ? 4.97F : x;
  float s = y * y;
  return y * (135135 + s * (17325 + s * (378 + s))) / (135135 + s * (62370 + s * (3150 + s * 28)));
}

/* hidden (K) = tanh(input (G) . weights (G, K) + bias (K)); most of the evidence is zero. */
static void run_hidden(const struct gate *gate, const float *restrict input, float *restrict hidden)
{
  int size = gate->hidden_size;
  memcpy(hidden, gate->hidden_bias, (size_t)size * sizeof *hidden);
  for (int g = 0; g < gate->input_size; g++) {
    const float value = input[g];
    const float *row = gate->hidden + (size_t)g * (size_t)size;
    if (value == 0) {
      continue;
    }
    for (int k = 0; k < size; k++) {
      hidden[k] += value * row[k];
    }
  }
  for (int k = 0; k < size; k++) {
    hidden[k] = quick_tanh(hidden[k]);
  }
}

static void run_out(const struct gate *gate, const float *hidden, float *logit)
{
  memcpy(logit, gate->out_bias, DAMAGE_COUNT * sizeof *logit);
  for (int k = 0; k < gate->hidden_size; k++) {
    const float *row = gate->out + (size_t)k * DAMAGE_COUNT;
    for (int d = 0; d < DAMAGE_COUNT; d++) {
      logit[d] += hidden[k] * row[d];
    }
  }
}

EMEND_LIVE struct verdict gate_judge(const struct gate *gate, const float *input)
{
  float hidden[GATE_HIDDEN_MAX];
  float logit[DAMAGE_COUNT];
  run_hidden(gate, input, hidden);
  run_out(gate, hidden, logit);

  int worst = DAMAGE_NONE + 1;
  for (int d = worst + 1; d < DAMAGE_COUNT; d++) {
    worst = logit[d] > logit[worst] ? d : worst;
  }
  float sum = 0;
  for (int d = DAMAGE_NONE + 1; d < DAMAGE_COUNT; d++) {
    sum += expf(logit[d] - logit[worst]);
  }
  float log_odds = logit[DAMAGE_NONE] - logit[worst] - logf(sum);
  return (struct verdict){isfinite(log_odds) ? log_odds : INFINITY, (enum damage)worst};
}

EMEND_LIVE float gate_threshold(const struct gate *gate, float strength)
{
  if (!(strength > 0)) {
    return -INFINITY;
  }
  if (strength < 0.5F) {
    return gate->threshold + STRENGTH_SPAN * logf(2 * strength);
  }
  return gate->threshold + STRENGTH_SPAN * (2 * (strength < 1 ? strength : 1) - 1);
}
