/* SPDX-License-Identifier: MIT */
/* The emission along the pitch axis for the live step: the way up one frame, in the equations of
 * emission_pitch.c. Shapes: net_config.h; K = config.emission_units. Live thread or offline; but for the set-up
 * nothing allocates. */
#ifndef EMEND_LIVE_EMISSION_H
#define EMEND_LIVE_EMISSION_H

#include "net_config.h"
#include "step_layer.h"

/* Shared and const. */
struct step_emission {
  int units, values;           /* K, V; K = 0: there is no emission */
  struct step_layer source;    /* (M, 3K) with the bias c0 */
  struct step_layer recurrent; /* (K, 3K) */
  const float *beside;         /* (V, 3K) what the values at the pitch below add */
  const float *below;          /* (PITCH_DISTANCES, 3K) what a note adds, by its distance */
  const float *visible;        /* (V, K) */
};

/* How far up it is, and what is on below. */
struct step_climb {
  const struct step_emission *net;
  float *h;             /* (K) the state at the pitch at hand */
  float *pre, *product; /* (3K) work space */
  int count, notes[PITCHES];
  bool beside[FRAME_VALUES_MAX];
};

/* At the foot of a frame, in `work` of step_emission_work floats. */
EMEND_LIVE void step_climb_start(struct step_climb *climb, const struct step_emission *net, float *work);
/* The state at `pitch`, one above the last; source (3K): c0 + C g of that pitch. */
EMEND_LIVE void step_climb_next(struct step_climb *climb, int pitch, const float *source);
/* What the emission adds to a value's logit at the pitch at hand. */
EMEND_LIVE float step_climb_logit(const struct step_climb *climb, int value);
/* The pitch at hand is as in `frame`, for those above. */
EMEND_LIVE void step_climb_leave(struct step_climb *climb, int pitch, const struct frame *frame);
/* c0 + C g -> source (3K) */
EMEND_LIVE void step_emission_source(const struct step_emission *net, const float *g, float *source);

size_t step_emission_work(const struct step_emission *net);

/* Set-up: how many floats `owned` must hold, and the layers in it, which then stay the caller's. */
size_t step_emission_size(const struct net_config *config, const struct params *params);
void step_emission_init(struct step_emission *net, const struct net_config *config, const struct params *params,
                        float *owned);

#endif
