/* SPDX-License-Identifier: MIT */
/* A predictor without a network, and a decision that goes by velocity alone: strokes softer than
 * FAKE_VELOCITY read as ghosts at strength 0.5 where the player's level is that of the start. It counts what
 * the engine asks of it. Test threads only; never allocates. */
#ifndef EMEND_FAKE_PREDICTOR_H
#define EMEND_FAKE_PREDICTOR_H

#include "live.h"

enum { FAKE_VELOCITY = 20, FAKE_CONTEXT = 2 };

struct fake_state {
  int resets, advances, beliefs;
  struct frame received, passed;             /* of the last advance */
  struct frame asked_received, asked_passed; /* of the last belief */
  int asked_pitch;
  bool broken; /* the belief is NaN */
};

struct fake_predictor {
  struct fake_state state[CHANNELS];
  struct cleaner cleaner;
  struct decision decision;
  float hidden[DECISION_INPUT_MAX];
  float hidden_bias[1], out[DAMAGE_COUNT], out_bias[DAMAGE_COUNT];
};

extern const struct predictor_ops fake_ops;

/* Frames of 20 ms. `fake` must not move afterwards. */
void fake_predictor_init(struct fake_predictor *fake);

#endif
