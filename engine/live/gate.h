/* SPDX-License-Identifier: MIT */
/* The gate of rolls (paper 4.2): a small trained head that decides about one cell that is on (one hidden layer,
 * tanh). Played music has a decision of its own (decision.h).
 *
 * Input (G): evidence (E), prior and posterior log-odds, context (C). Output: one logit for each
 * enum damage up to DAMAGE_STRAY. The decision is about the log-odds of DAMAGE_NONE against all the others. */
#ifndef EMEND_GATE_H
#define EMEND_GATE_H

#include "evidence.h"
#include "instrument.h"
#include "predictor.h"

enum {
  GATE_INPUT_MAX = EVIDENCE_SIZE + 2 + CONTEXT_MAX,
  GATE_HIDDEN_MAX = 64,
  GATE_OUTPUTS = DAMAGE_STRAY + 1,
};

/* Weights, const on the live path. Row-major (in, out), so that one input's row is contiguous. */
struct gate {
  int context_size;         /* C */
  int input_size;           /* G = EVIDENCE_SIZE + 2 + C */
  int hidden_size;          /* K */
  float threshold;          /* log-odds at strength 0.5, chosen on validation data */
  const float *hidden;      /* (G, K), for inputs as they are: what training subtracts and scales is in it */
  const float *hidden_bias; /* (K) */
  const float *out;         /* (K, GATE_OUTPUTS) */
  const float *out_bias;    /* (GATE_OUTPUTS) */
};

/* Lay evidence and belief out as the gate's input (G). Used live and to train. Never allocates. */
EMEND_LIVE void gate_input(const float evidence[EVIDENCE_SIZE], const struct belief *belief, int context_size,
                           float *input);
/* Run the head. Live thread; never allocates. A non-finite result reads as log_odds = +INFINITY, so
 * that a broken model lets everything through. */
EMEND_LIVE struct verdict gate_judge(const struct gate *gate, const float *input);
/* The log-odds below which a note is suppressed at `strength` in [0, 1]: -INFINITY at 0, the
 * trained threshold at 0.5, 4 nats above it at 1. */
EMEND_LIVE float gate_threshold(const struct gate *gate, float strength);

#endif
