/* SPDX-License-Identifier: MIT */
/* What forward leaves for backward. */
#ifndef EMEND_VOSP_PRIVATE_H
#define EMEND_VOSP_PRIVATE_H

#include "vosp.h"

/* The tensors of the layers, in the order of their squares. */
extern const struct layer_names vosp_layer_names[VOSP_LAYERS];

/* One recurrent layer. */
struct vosp_level {
  struct moments pre;  /* (T, N, G) input projections, then what the cell leaves */
  real *extra;         /* (T, N, H) */
  struct moments h;    /* (T + 1, N, H); the upper level's is the batch's */
  struct moments seen; /* (T + 1, N, H) the state after dropout, as whatever stands above sees it */
  real *mask;          /* (T + 1, N, H): 0 or 1 / keep; seen and mask are valid while dropped */
  /* Gradients, named after what they are with respect to. */
  struct moments to_seen, to_h, to_pre;
};

struct vosp_work {
  real *block; /* everything below and the batch's arrays are parts of it */
  bool train;
  struct vosp_level level[NET_LEVELS_MAX];
  struct moments head;      /* (T, N, A) */
  struct moments generator; /* (T, N, M) before tanh; plain nets keep g itself only */
  real *mask_g, *dropped_g; /* (T, N, M), valid while dropped */
  bool dropped;             /* the last forward used dropout */
  bool drawn;               /* ... drew z */
  real *scratch;            /* (T, N, max(I, G, H, M)) */
  real *emission_memory, *emission_scratch;
  struct moments to_logits, to_generator, to_head;
  real *to_fed;     /* (T, N, Z) */
  real *carry;      /* (3, N, Z) */
  real *to_squares; /* as net.squares */
};

/* The recursion over the latents as forward set it up. */
struct posterior_run vosp_posterior_run(const struct vosp_net *net, const struct vosp_batch *batch, int steps);
struct cell_run vosp_cell_run(const struct vosp_net *net, const struct vosp_batch *batch, int level, int steps);
/* The state of a level (T + 1, N, H) as what stands above it saw it in the last forward. */
struct moments vosp_seen(const struct vosp_batch *batch, int level);
/* What the output layer and the emission read (T, N, M), or h_{t-1} (T, N, H) where M = 0. */
struct moments vosp_source(const struct vosp_net *net, const struct vosp_batch *batch);
struct emission_run vosp_emission_run(const struct vosp_net *net, const struct vosp_batch *batch, int steps);

#endif
