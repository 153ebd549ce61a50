/* SPDX-License-Identifier: MIT */
/* Between the files of the live step. Live thread or offline; never allocate. */
#ifndef EMEND_VOSP_LIVE_PRIVATE_H
#define EMEND_VOSP_LIVE_PRIVATE_H

#include "vosp_step.h"

/* Work space of one state, in floats. */
struct step_work {
  float *u;                  /* (R, I) */
  float *pre, *pre_variance; /* (G) */
  struct tentative {
    float *h, *h_variance; /* (H) the state after a tentative frame */
  } level[NET_LEVELS_MAX];
  float *fed;                   /* (Z) */
  float *z;                     /* (Z) */
  float *g, *g_variance;        /* (M) */
  float *source, *last, *climb; /* (3K), (K) and step_emission_work */
};

EMEND_LIVE struct step_work vosp_step_work_of(const struct vosp_state *state);

/* h_t of the upper level. */
static inline const float *vosp_step_upper(const struct vosp_step *net, const struct step_work *work)
{
  return work->level[net->levels - 1].h;
}

/* One row's h_t, z_t and g_t at the mode of q(z_t | x_1:t), from its view of x_t. */
EMEND_LIVE void vosp_step_advance_row(const struct vosp_state *state, int row, const float *u,
                                      struct step_work *work);
/* One row's g_t at the prior's mean. */
EMEND_LIVE void vosp_step_prior_row(const struct vosp_state *state, int row, struct step_work *work);
/* What the emission makes of the prior's mean: the way up a silent frame. */
EMEND_LIVE void vosp_step_prepare_emission(struct vosp_state *state);
EMEND_LIVE void vosp_step_believe(void *user, const struct frame *received, const struct frame *passed,
                                  int pitch, struct belief *belief);

#endif
