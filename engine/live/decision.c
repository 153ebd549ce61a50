/* SPDX-License-Identifier: MIT */
#include "decision.h"

#include <math.h>
#include <string.h>

#include "head.h"

/* Two equal messages at one time: two voices of an arrangement in one channel look just so. Until the wire has
 * shown that it doubles, they pass. */
#define DUPLICATE_RATIO 7.0F

EMEND_LIVE void decision_input(const struct decision *decision, const float touch[TOUCH_SIZE],
                               const struct belief *belief, float *input)
{
  memcpy(input, touch, TOUCH_SIZE * sizeof *input);
  if (decision_asks(decision)) {
    input[TOUCH_SIZE] = head_belief(belief->prior);
    input[TOUCH_SIZE + 1] = head_belief(belief->posterior);
    memcpy(input + TOUCH_SIZE + 2, belief->context, (size_t)decision->context_size * sizeof *input);
  }
}

EMEND_LIVE void decision_ratios(const struct decision *decision, const float *input, float *ratio)
{
  float hidden[DECISION_HIDDEN_MAX];
  head_hidden(input, decision->input_size, decision->hidden, decision->hidden_bias, decision->hidden_size,
              hidden);
  head_out(hidden, decision->hidden_size, decision->out, decision->out_bias, DAMAGE_COUNT, ratio);
  const float none = ratio[DAMAGE_NONE];
  for (int kind = 0; kind < DAMAGE_COUNT; kind++) {
    ratio[kind] -= none;
  }
  ratio[DAMAGE_DUPLICATE] = isfinite(none) ? DUPLICATE_RATIO : NAN;
}
