/* SPDX-License-Identifier: MIT */
/* The variational recurrent auto-encoder (paper 3.1) as a network over batches: layout, forward, backward.
 *
 *   a_t = cell(u_t, a_{t-1}), b_t = cell(u_t, b_{t+1});  q(z_t | x_1:T) from a linear head on a_t and b_t;
 *   f_t is z_t or its increment;  c_t = cell(f_t, c_{t-1}), d_t = cell(f_t, d_{t+1});
 *   logits = C c_t + D d_t + o, and what the emission (emission.h) adds from c_t, d_t and the notes before
 * each. Information from x reaches the generator through z alone.
 *
 * A filler (config.matches > 0, tied across pitch, plain cells) is such a model whose u_t is of the music with
 * its gaps masked and of the stretches of the same take that match best (filler_view.h), and whose logits also
 * get U u_t: a path by which what a match holds reaches them directly.
 *
 * Each row n has a length of its own; steps beyond it are padding, in both directions, and change nothing.
 * With the fast-dropout cell every activation is a mean and a variance; the recognition's keep probabilities
 * are learned, the generator's fixed. Shapes: net_config.h; A head outputs, G = gates * H, S = gates * M. */
#ifndef EMEND_VRAE_H
#define EMEND_VRAE_H

#include "bind.h"
#include "cell.h"
#include "dropout.h"
#include "emission.h"
#include "params.h"
#include "posterior.h"
#include "rng.h"
#include "view.h"

enum vrae_direction { VRAE_FORWARD, VRAE_BACKWARD, VRAE_DIRECTIONS };

/* Layers bound to a block of weights. */
struct vrae_net {
  struct net_config config;
  const struct cell_ops *cell;
  const struct cell_facts *facts;       /* of the cell */
  int rows, inputs, outputs, head_size; /* R, I, O, A */
  struct linear input[VRAE_DIRECTIONS], recurrent[VRAE_DIRECTIONS], head[VRAE_DIRECTIONS];
  struct linear generator_input[VRAE_DIRECTIONS], generator_recurrent[VRAE_DIRECTIONS];
  struct linear out[VRAE_DIRECTIONS];
  struct linear direct; /* U; w is NULL where the model is no filler */
  struct emission_net emission;
  real *squares; /* owned; NULL without fast dropout */
};

/* Bind to `weights` (laid out as `params` says). Allocates squares; release with vrae_net_free. */
enum status vrae_net_init(struct vrae_net *net, const struct net_config *config, const struct params *params,
                          const real *weights) EMEND_CHECK;
/* After the weights have changed: squares and keep probabilities anew. */
void vrae_net_refresh(struct vrae_net *net, const struct params *params, const real *weights);
void vrae_net_free(struct vrae_net *net);

/* How many rows depend on each other: R where the emission runs along the pitches, else 1. Every run then needs
 * whole frames: a multiple of them, those of a frame one after another and of one length. */
int vrae_joint_rows(const struct vrae_net *net);

/* Work space and results for one batch. The caller fills length, u, target, weight, cell_weight and, where
 * wanted, noise; what lies beyond a row's length need not be filled, and is zero after a run. */
struct vrae_batch {
  int steps, rows;                      /* T and N at most; a run may use fewer steps, rows too */
  int *length;                          /* (N) steps of each row, at most those of the run */
  real *u;                              /* (T, N, I) */
  real *target;                         /* (T, N, O) */
  real *weight;                         /* (T, N) of the divergence */
  real *cell_weight;                    /* (T, N, O) of the reconstruction */
  real *noise;                          /* (T, N, Z) standard normal draws */
  real *z, *mean, *variance;            /* (T + 1, N, Z); row 0 is the prior's start, 0 */
  real *fed;                            /* (T, N, Z) what the generator sees */
  struct moments logits;                /* (T, N, O) complete; with variances see transfer_logit */
  double reconstruction, kl, surrogate; /* weighted sums over the batch */
  struct vrae_work *work;               /* private */
};

/* `train` also makes room for backward and dropout. Allocates; release with vrae_batch_free. */
enum status vrae_batch_init(struct vrae_batch *batch, const struct vrae_net *net, int steps, int rows,
                            bool train) EMEND_CHECK;
void vrae_batch_free(struct vrae_batch *batch);

/* Run T = `steps` steps of N = `rows` rows, laid out densely for just those (both at most the batch's). draw =
 * false takes the mode of q. dropout may be NULL. Fills the sums. Never allocates. Any thread, one batch each.
 */
void vrae_forward(const struct vrae_net *net, struct vrae_batch *batch, int steps, int rows, bool draw,
                  const struct dropout *dropout);

/* The generator alone: batch->fed (and u for a filler, target for an emission that looks at it) -> logits. */
void vrae_generate(const struct vrae_net *net, struct vrae_batch *batch, int steps, int rows);

/* The recursion over the latents as the last vrae_forward set it up. */
struct posterior_run vrae_posterior_run(const struct vrae_net *net, const struct vrae_batch *batch, int steps,
                                        int rows);

/* u -> target: the mode of x, output after output, at the mode of z, and the logits that decided. Sums stay. */
void vrae_mode(const struct vrae_net *net, struct vrae_batch *batch, int steps, int rows);

/* Once after vrae_forward with the same steps and rows, whose memory it uses up: add the gradient of scale *
 * (reconstruction + kl_weight * divergence) to `grad` (laid out as the weights). */
void vrae_backward(const struct vrae_net *net, struct vrae_batch *batch, int steps, int rows,
                   enum net_objective objective, real scale, real kl_weight, const struct params *params,
                   real *grad);

#endif
