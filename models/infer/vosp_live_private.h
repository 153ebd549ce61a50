/* SPDX-License-Identifier: MIT */
/* Between the files of the live step. Live thread or offline; never allocate. */
#ifndef EMEND_VOSP_LIVE_PRIVATE_H
#define EMEND_VOSP_LIVE_PRIVATE_H

#include "vosp_live.h"

/* Work space of one state, in floats. */
struct live_work {
  float *u;                  /* (R, I) */
  float *pre, *pre_variance; /* (G) */
  struct tentative {
    float *h, *h_variance; /* (H) the state after a tentative frame */
  } level[NET_LEVELS_MAX];
  float *fed;                   /* (Z) */
  float *z;                     /* (Z) */
  float *g, *g_variance;        /* (M) */
  float *source, *last, *climb; /* (3K), (K) and live_emission_work */
};

EMEND_LIVE struct live_work vosp_live_work_of(const struct vosp_state *state);

/* h_t of the upper level. */
static inline const float *vosp_live_upper(const struct vosp_live *net, const struct live_work *work)
{
  return work->level[net->levels - 1].h;
}

/* One row's h_t, z_t and g_t at the mode of q(z_t | x_1:t), from its view of x_t. */
EMEND_LIVE void vosp_live_step_row(const struct vosp_state *state, int row, const float *u,
                                   struct live_work *work);
/* One row's g_t at the prior's mean. */
EMEND_LIVE void vosp_live_prior_row(const struct vosp_state *state, int row, struct live_work *work);
/* What the emission makes of the prior's mean: the way up a silent frame. */
EMEND_LIVE void vosp_live_prepare_emission(struct vosp_state *state);
EMEND_LIVE void vosp_live_believe(void *user, const struct frame *received, const struct frame *passed,
                                  int pitch, struct belief *belief);

#endif
