/* What forward leaves for backward. Private to vosp_batch.c, vosp_forward.c, vosp_backward.c and particles.c.
 */
#ifndef EMEND_VOSP_WORK_H
#define EMEND_VOSP_WORK_H

#include "vosp.h"

/* The tensors of the layers, in the order of their squares. */
extern const struct layer_names vosp_layer_names[VOSP_LAYERS];

struct vosp_work {
  real *block; /* everything below and the batch's arrays are parts of it */
  bool train;
  struct moments pre;       /* (T, N, G) input projections, then what the cell leaves */
  real *extra;              /* (T, N, H) */
  struct moments head;      /* (T, N, A) */
  struct moments generator; /* (T, N, M) before tanh; plain nets keep g itself only */
  struct moments seen;      /* (T + 1, N, H) the state after dropout, or the state itself */
  real *mask_h, *mask_g;    /* (T + 1, N, H), (T, N, M): 0 or 1 / keep; valid while dropped */
  real *dropped_g;          /* (T, N, M) */
  bool dropped;             /* the last forward used dropout */
  bool drawn;               /* ... drew z */
  real *scratch;            /* (T, N, max(I, G, H, M)) */
  /* Gradients, named after what they are with respect to. */
  struct moments to_logits, to_generator, to_head, to_seen, to_h, to_pre;
  real *to_fed;     /* (T, N, Z) */
  real *carry;      /* (3, N, Z) */
  real *to_squares; /* as net.squares */
};

/* The recursion over the latents as forward set it up. */
struct posterior_run vosp_posterior_run(const struct vosp_net *net, const struct vosp_batch *batch, int steps);
struct cell_run vosp_cell_run(const struct vosp_net *net, const struct vosp_batch *batch, int steps);

#endif
