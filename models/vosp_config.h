/* What kind of VOSP a model is. The paper's is one setting of it. Shape letters used throughout:
 * T steps, B sequences, D = 88 pitches, V values per pitch, R rows a frame (1, or D when weights are
 * tied across pitch), N = B * R rows, I inputs a row, O outputs a row, H hidden, Z latent, M generator hidden.
 */
#ifndef EMEND_VOSP_CONFIG_H
#define EMEND_VOSP_CONFIG_H

#include "frame.h"

enum vosp_cell {
  CELL_FD,   /* fast dropout: tanh on moments (paper, appendix "FD RNNs") */
  CELL_TANH, /* tanh, ordinary dropout */
  CELL_GRU,  /* gated recurrent unit, ordinary dropout */
};

enum vosp_posterior {
  POSTERIOR_DIAGONAL,     /* q(z_t) independent over time: the paper */
  POSTERIOR_INCREMENTS,   /* z_t = z_{t-1} + d_t, q(d_t) */
  POSTERIOR_GAUSS_MARKOV, /* q(z_t | z_{t-1}) = N(a_t z_{t-1} + b_t, s_t^2) */
};

enum vosp_feed {
  FEED_LEVEL,     /* the generator sees z_t: the paper */
  FEED_INCREMENT, /* it sees z_t - z_{t-1} */
};

enum vosp_tie {
  TIE_NONE,  /* one row a frame: I = V * D, O = V * D */
  TIE_PITCH, /* one row a pitch, weights shared: I = the window around the pitch, O = V */
};

enum vosp_past {
  PAST_RECEIVED, /* the network's past is what arrived */
  PAST_PASSED,   /* ... what was let through */
};

enum vosp_objective {
  OBJECTIVE_BOUND,     /* the exact divergence */
  OBJECTIVE_SURROGATE, /* the 2014 arithmetic; not a bound */
};

struct vosp_config {
  struct frame_def frame;
  enum vosp_tie tie;
  enum vosp_cell cell;
  enum vosp_posterior posterior;
  enum vosp_feed feed;
  enum vosp_past past;
  int hidden;    /* H */
  int latent;    /* Z, per row */
  int generator; /* M: units of the generator's and the recognition's hidden layers */
  int gate;      /* K: hidden units of the gate; 0: none */
};

#endif
