/* SPDX-License-Identifier: MIT */
/* What kind of network a model is. The paper's are settings of it. Shape letters used throughout:
 * T steps, B sequences, D = 88 pitches, V values per pitch, R rows a frame (1, or D when weights are
 * tied across pitch), N = B * R rows, I inputs a row, O outputs a row, H hidden, Z latent, M generator hidden.
 */
#ifndef EMEND_NET_CONFIG_H
#define EMEND_NET_CONFIG_H

#include "frame.h"

enum net_kind {
  NET_VOSP, /* the variational one step predictor (paper 3.2): sees the past, works live */
  NET_VRAE, /* the variational recurrent auto-encoder (paper 3.1): sees the whole take, fills gaps */
  NET_RNN,  /* a predictor without latents: the VOSP with Z = 0, whose bound is the exact likelihood */
};

/* Cells (cell.h) and emissions (emission.h), each with its word in files and flags. A new one is a line here,
 * its facts or tensors in shapes, and a file with its functions in nn. fd: fast dropout, tanh on moments
 * (paper, appendix "FD RNNs"); tanh and gru with ordinary dropout; deep: deep transition with a shortcut, not
 * live. */
#define NET_CELLS(X)                                                                                           \
  X(CELL_FD, "fast-dropout")                                                                                   \
  X(CELL_TANH, "tanh")                                                                                         \
  X(CELL_GRU, "gru")                                                                                           \
  X(CELL_DEEP, "deep")

/* How the outputs of one frame depend on each other. bernoulli: not at all, as in the paper; nade: on the lower
 * ones, through a shared hidden layer (Larochelle & Murray 2011); pitch: on the lower pitches, through a
 * recurrent net along the pitch axis of tied weights. */
#define NET_EMISSIONS(X)                                                                                       \
  X(EMISSION_BERNOULLI, "bernoulli")                                                                           \
  X(EMISSION_NADE, "nade")                                                                                     \
  X(EMISSION_PITCH, "pitch")

#define NET_ENUMERATOR(enumerator, word) enumerator,
#define NET_WORD(enumerator, word) word,

enum net_cell { NET_CELLS(NET_ENUMERATOR) NET_CELL_COUNT };
enum net_emission { NET_EMISSIONS(NET_ENUMERATOR) NET_EMISSION_COUNT };

enum { NET_LEVELS_MAX = 2 }; /* recurrent layers one over the other */

enum net_posterior {
  POSTERIOR_DIAGONAL,     /* q(z_t) independent over time: the paper */
  POSTERIOR_INCREMENTS,   /* z_t = z_{t-1} + d_t, q(d_t) */
  POSTERIOR_GAUSS_MARKOV, /* q(z_t | z_{t-1}) = N(a_t z_{t-1} + b_t, s_t^2) */
};

enum net_feed {
  FEED_LEVEL,     /* the generator sees z_t: the paper */
  FEED_INCREMENT, /* it sees z_t - z_{t-1} */
};

enum net_tie {
  TIE_NONE,  /* one row a frame: I = V * D, O = V * D */
  TIE_PITCH, /* one row a pitch, weights shared: I = the window around the pitch, O = V */
};

enum net_past {
  PAST_RECEIVED, /* the network's past is what arrived */
  PAST_PASSED,   /* ... what was let through */
};

enum net_objective {
  OBJECTIVE_BOUND,     /* the exact divergence */
  OBJECTIVE_SURROGATE, /* the 2014 arithmetic; not a bound */
};

enum net_recall {
  RECALL_NONE,
  RECALL_PAST, /* a predictor sees beside the network what followed where the take was like this: recall.h */
};

enum net_belief {
  BELIEF_NO,  /* the decision looks at the touch alone */
  BELIEF_YES, /* ... and at the network's belief and state */
};

struct net_config {
  enum net_kind kind;
  struct frame_def frame;
  enum net_tie tie;
  enum net_cell cell;
  enum net_posterior posterior;
  enum net_feed feed;
  enum net_past past;
  int hidden;    /* H; of a VRAE in each direction */
  int latent;    /* Z, per row */
  int generator; /* M: units of the generator; of a VRAE in each direction; 0 (RNN): logits right from h */
  int gate;      /* VOSP: hidden units of the gate of rolls; 0: none */
  int decision;  /* VOSP: hidden units of the decision about played music; 0: none */
  enum net_belief belief;
  int matches; /* VRAE: best-matching stretches of the take that it sees beside; 0: not a filler */
  int layers;  /* VOSP, RNN: recurrent layers, each over the one below; 1 to NET_LEVELS_MAX */
  enum net_emission emission;
  int emission_units;     /* K: hidden units of the emission; 0 with Bernoulli */
  enum net_recall recall; /* RNN */
};

#endif
