/* SPDX-License-Identifier: MIT */
/* The variational one step predictor (paper 3.2) as a network over batches: layout, forward, backward. Without
 * latents (NET_RNN, Z = 0) there is no posterior, and the bound is the likelihood itself.
 *
 *   u_t = view of x_t;  h_t = cell(u_t, h_{t-1});  q(z_t | x_1:t) from a linear head on h_t;
 *   p(x_t | h_{t-1}, z_t): g_t = tanh(W_h h_{t-1} + W_z f_t + b), logits = W_o g_t + b_o, Bernoulli;
 *   f_t is z_t or its increment. No information from x_t reaches the generator but through z_t.
 *   Of an RNN with M = 0 the output layer reads h_{t-1} itself. With two recurrent layers h_t is the upper
 *   one's, whose input is the lower one's h_t. An emission adds its part to the logits (emission.h).
 *
 * With weights tied across pitch every letter above is one pitch's row and the rows are the batch.
 * With the fast-dropout cell every activation is a mean and a variance, and the generator too.
 * Shapes: see net_config.h; A head outputs, G = gates * H. */
#ifndef EMEND_VOSP_H
#define EMEND_VOSP_H

#include "bind.h"
#include "cell.h"
#include "dropout.h"
#include "emission.h"
#include "params.h"
#include "posterior.h"
#include "rng.h"
#include "view.h"

enum { VOSP_LAYERS = 8 };

/* Layers bound to a block of weights. Squares of weights (fast dropout) live in `squares`. */
struct vosp_net {
  struct net_config config;
  const struct cell_ops *cell;
  const struct cell_facts *facts;              /* of the cell */
  int rows, inputs, outputs, gates, head_size; /* R, I, O, G, A */
  int levels;                                  /* recurrent layers */
  struct {
    struct linear input, recurrent;
  } level[NET_LEVELS_MAX]; /* the lowest first */
  struct linear head, generator_h, generator_z, out;
  struct emission_net emission;
  real *squares;      /* owned; NULL without fast dropout */
  const real *recall; /* (RECALL_WEIGHTS) for recall.h, which the network itself does not use; NULL: none */
};

/* Bind to `weights` (laid out as `params` says). Allocates squares; release with vosp_net_free. */
enum status vosp_net_init(struct vosp_net *net, const struct net_config *config, const struct params *params,
                          const real *weights) EMEND_CHECK;
/* After the weights have changed: squares and keep probabilities anew. */
void vosp_net_refresh(struct vosp_net *net, const struct params *params, const real *weights);
void vosp_net_free(struct vosp_net *net);

/* Work space and results for one batch. The caller fills u, target, weight and, where wanted, noise;
 * row 0 of h, z, mean, variance is the state before the batch (vosp_batch_restart and _carry). */
struct vosp_batch {
  int steps, rows;                      /* T and N at most; a run may use fewer steps */
  real *u;                              /* (T, N, I) */
  real *target;                         /* (T, N, O) */
  real *weight;                         /* (T, N) 1 or 0 */
  real *noise;                          /* (T, N, Z) */
  struct moments h;                     /* (T + 1, N, H) of the upper level */
  real *z, *mean, *variance;            /* (T + 1, N, Z) */
  real *fed;                            /* (T, N, Z) */
  struct moments g;                     /* (T, N, M) after tanh */
  struct moments logits;                /* (T, N, O) complete; with variances see transfer_logit */
  double reconstruction, kl, surrogate; /* sums over the batch */
  struct vosp_work *work;               /* private */
};

/* `train` also makes room for backward and dropout. Allocates; release with vosp_batch_free. */
enum status vosp_batch_init(struct vosp_batch *batch, const struct vosp_net *net, int steps, int rows,
                            bool train) EMEND_CHECK;
void vosp_batch_free(struct vosp_batch *batch);

/* Run T = `steps` steps. noise NULL in the batch's place is the mode of q: pass draw = false. dropout may
 * be NULL. Fills the sums. Never allocates. Any thread, one batch each. */
void vosp_forward(const struct vosp_net *net, struct vosp_batch *batch, int steps, bool draw,
                  const struct dropout *dropout);

/* After vosp_forward: add the gradient of scale * (reconstruction + kl_weight * divergence) to `grad`
 * (laid out as the weights). */
void vosp_backward(const struct vosp_net *net, struct vosp_batch *batch, int steps,
                   enum net_objective objective, real scale, real kl_weight, const struct params *params,
                   real *grad);

/* The recognition head (T, N, A) of the last forward. */
struct moments vosp_head(const struct vosp_batch *batch);

/* Copy the state after step `steps` to row 0. */
void vosp_batch_carry(struct vosp_batch *batch, const struct vosp_net *net, int steps);
/* Zero row 0: the state before the first step. */
void vosp_batch_restart(struct vosp_batch *batch, const struct vosp_net *net);

/* Log-likelihood of target rows under the generator at chosen increments or levels: for importance
 * estimates. h (N, H) moments, fed (N, Z), target (N, O) -> log_p (N). scratch as vosp_generate_scratch.
 * With an emission other than Bernoulli the R rows of a frame stand one after another. */
size_t vosp_generate_scratch(const struct vosp_net *net, int rows); /* in reals */
void vosp_generate(const struct vosp_net *net, int rows, struct moments h, const real *fed, const real *target,
                   real *scratch, double *log_p);

#endif
