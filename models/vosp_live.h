/* The VOSP one step at a time, for the live thread: own small kernels, no BLAS, nothing allocated.
 * Checked against the batch forward by tests/unit/test_vosp_live.c. */
#ifndef EMEND_VOSP_LIVE_H
#define EMEND_VOSP_LIVE_H

#include "net_config.h"
#include "predictor.h"

/* A layer for one row: out += keep * in W, variances by the squares. W is (I, O). */
struct live_layer {
  int in, out;
  const float *w, *w2, *b; /* w2 NULL: plain; b may be NULL */
  float keep;
  const float *packed, *packed2; /* w and w2 in the order in which live_layer_dense reads them, or NULL */
};

/* Shared and const. Made by vosp_live_setup.c. */
struct vosp_live {
  struct net_config config;
  int rows, inputs, outputs, gates, head_size; /* R, I, O, G, A */
  bool moments, gated;
  struct live_layer input, recurrent, generator_h, generator_z;
  struct live_layer head, out; /* w and w2 transposed, (O, I), so that one output is one dot product */
  float *owned;                /* squares and transposes */
};

/* One channel's state: what the past has left behind, and products of it that wait for the next frame. */
struct vosp_state {
  const struct vosp_live *net;
  uint32_t t;                            /* frames since reset */
  float *h, *h_variance;                 /* (R, H) */
  float *z;                              /* (R, Z) mode of z_{t-1} */
  float *recurrent, *recurrent_variance; /* (R, G) h_{t-1} W + c */
  float *generator, *generator_variance; /* (R, M) h_{t-1} W_h + b */
  float *work;                           /* see vosp_live.c */
};

/* The size of vosp_state.work, in floats. */
size_t vosp_live_work(const struct vosp_live *net);

extern const struct predictor_ops vosp_live_ops;

/* The paper's denoising rule (4.2): log-odds (V, D) of every cell at the mode of q(z_t | x_1:t), `frame`
 * being x_t. Live thread or offline; never allocates; does not advance the state. */
EMEND_LIVE void vosp_live_mode(const void *state, const struct frame *frame, float *log_odds);

/* Whether there is a live step for networks of this configuration. Any thread. */
bool vosp_live_fits(const struct net_config *config);

/* Set-up thread. Allocates. The weights stay the caller's. */
struct params;
enum status vosp_live_init(struct vosp_live *net, const struct net_config *config,
                           const struct params *params) EMEND_CHECK;
void vosp_live_free(struct vosp_live *net);
enum status vosp_state_new(struct vosp_state **out, const struct vosp_live *net) EMEND_CHECK;
void vosp_state_free(struct vosp_state *state);

#endif
