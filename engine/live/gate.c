/* SPDX-License-Identifier: MIT */
#include "gate.h"

#include <math.h>
#include <string.h>

#include "head.h"

#define STRENGTH_SPAN 4.0F

EMEND_LIVE void gate_input(const float evidence[EVIDENCE_SIZE], const struct belief *belief, int context_size,
                           float *input)
{
  memcpy(input, evidence, EVIDENCE_SIZE * sizeof *input);
  input[EVIDENCE_SIZE] = head_belief(belief->prior);
  input[EVIDENCE_SIZE + 1] = head_belief(belief->posterior);
  memcpy(input + EVIDENCE_SIZE + 2, belief->context, (size_t)context_size * sizeof *input);
}

EMEND_LIVE struct verdict gate_judge(const struct gate *gate, const float *input)
{
  float hidden[GATE_HIDDEN_MAX];
  float logit[GATE_OUTPUTS];
  head_hidden(input, gate->input_size, gate->hidden, gate->hidden_bias, gate->hidden_size, hidden);
  head_out(hidden, gate->hidden_size, gate->out, gate->out_bias, GATE_OUTPUTS, logit);

  int worst = DAMAGE_NONE + 1;
  for (int d = worst + 1; d < GATE_OUTPUTS; d++) {
    worst = logit[d] > logit[worst] ? d : worst;
  }
  float sum = 0;
  for (int d = DAMAGE_NONE + 1; d < GATE_OUTPUTS; d++) {
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
