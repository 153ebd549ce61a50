/* SPDX-License-Identifier: MIT */
/* The VOSP one step at a time, for the live thread: own small kernels, no BLAS, nothing allocated.
 * Checked against the batch forward by test_vosp_step.c. */
#ifndef EMEND_VOSP_LIVE_H
#define EMEND_VOSP_LIVE_H

#include "net_config.h"
#include "predictor.h"
#include "step_emission.h"
#include "step_layer.h"

/* Shared and const. Made by vosp_step_setup.c. */
struct vosp_step {
  struct net_config config;
  int rows, inputs, outputs, gates; /* R, I, O, G */
  int levels;                       /* recurrent layers */
  bool moments, gated;
  struct {
    struct step_layer input, recurrent;
  } level[NET_LEVELS_MAX]; /* the lowest first */
  struct step_layer generator_h, generator_z;
  struct step_layer head, out; /* w and w2 transposed, (O, I), so that one output is one dot product */
  struct step_emission emission;
  float *owned; /* squares, transposes and packed copies */
};

/* One channel's state: what the past has left behind, and products of it that wait for the next frame. */
struct vosp_state {
  const struct vosp_step *net;
  uint32_t t; /* frames since reset */
  struct {
    float *h, *h_variance;                 /* (R, H) */
    float *recurrent, *recurrent_variance; /* (R, G) h_{t-1} W + c */
  } level[NET_LEVELS_MAX];
  float *z;                              /* (R, Z) mode of z_{t-1} */
  float *generator, *generator_variance; /* (R, M) h_{t-1} W_h + b, h the upper level's */
  float *source;                         /* (R, 3K) the emission's c0 + C g at the prior's mean */
  float *silent;                         /* (R, K) its state at each pitch where nothing is on below */
  float *work;                           /* see vosp_step_parts.h */
  float *block;                          /* owned: all of the above */
};

/* The size of vosp_state.work, in floats. */
size_t vosp_step_work(const struct vosp_step *net);

extern const struct predictor_ops vosp_step_ops;

/* The paper's denoising rule (4.2): log-odds (V, D) of every cell at the mode of q(z_t | x_1:t), `frame`
 * being x_t; with the pitch emission given that the cells at lower pitches are as their own log-odds say. Live
 * thread or offline; never allocates; does not advance the state. */
EMEND_LIVE void vosp_step_mode(const void *state, const struct frame *frame, float *log_odds);

/* Set-up thread. Allocates. The weights stay the caller's. */
struct params;
enum status vosp_step_init(struct vosp_step *net, const struct net_config *config,
                           const struct params *params) EMEND_CHECK;
void vosp_step_free(struct vosp_step *net);
enum status vosp_state_new(struct vosp_state **out, const struct vosp_step *net) EMEND_CHECK;
void vosp_state_free(struct vosp_state *state);

#endif
