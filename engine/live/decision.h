/* SPDX-License-Identifier: MIT */
/* The decision about played music: a small trained head (one hidden layer, tanh) says how much likelier what
 * is seen of an arriving stroke is under each kind of damage than of a true note. What that comes to is the
 * instrument's (instrument.h).
 *
 * Input (G): the touch (TOUCH_SIZE), the network's prior and posterior log-odds of the note, context (C). */
#ifndef EMEND_DECISION_H
#define EMEND_DECISION_H

#include "instrument.h"
#include "predictor.h"
#include "touch.h"

enum {
  DECISION_INPUT_MAX = TOUCH_SIZE + 2 + CONTEXT_MAX,
  DECISION_HIDDEN_MAX = 64,
};

/* Weights, const on the live path. Row-major (in, out). */
struct decision {
  int context_size;         /* C */
  int input_size;           /* G = TOUCH_SIZE + 2 + C, or TOUCH_SIZE where belief does not count */
  int hidden_size;          /* K */
  const float *hidden;      /* (G, K), for inputs as they are: what training subtracts and scales is in it */
  const float *hidden_bias; /* (K) */
  const float *out;         /* (K, DAMAGE_COUNT) */
  const float *out_bias;    /* (DAMAGE_COUNT), less the log of how common each kind was in training */
};

/* Does it look at the network at all? */
static inline bool decision_asks(const struct decision *decision)
{
  return decision->input_size > TOUCH_SIZE;
}

/* Lay touch and belief out as the head's input (G); `belief` is not looked at where it does not count. */
EMEND_LIVE void decision_input(const struct decision *decision, const float touch[TOUCH_SIZE],
                               const struct belief *belief, float *input);
/* ratio (DAMAGE_COUNT): log of how much likelier the input is of damage of that kind than of a true note; 0
 * for DAMAGE_NONE. Not finite where the input is not. */
EMEND_LIVE void decision_ratios(const struct decision *decision, const float *input, float *ratio);

#endif
