/* SPDX-License-Identifier: MIT */
/* What forward leaves for backward. Private to vrae_*.c. */
#ifndef EMEND_VRAE_PRIVATE_H
#define EMEND_VRAE_PRIVATE_H

#include "carve.h"
#include "vrae.h"

enum { VRAE_LAYERS_MAX = 6 * VRAE_DIRECTIONS + 1 };

/* The tensors of the layers, in the order of their squares, and how many a model has. */
extern const struct layer_names vrae_layer_names[VRAE_LAYERS_MAX];
int vrae_layer_count(const struct net_config *config);

/* One cell over the batch. H, G here are those of the recognition or of the generator. */
struct vrae_pass {
  struct moments pre;  /* (T, N, G) input projections, then what the cell leaves */
  real *extra;         /* (T, N, H) */
  struct moments h;    /* (T + 1, N, H) in the direction's own order */
  struct moments seen; /* (T, N, H) the states in the take's order, after dropout */
  real *mask;          /* (T, N, H): 0 or 1 / keep; valid while dropped */
};

struct vrae_work {
  real *block; /* everything below and the batch's arrays are parts of it */
  bool train;
  bool drawn;          /* the last forward drew z, */
  bool dropped_input;  /* dropped inputs, */
  bool dropped_hidden; /* dropped states */
  real *u_dropped;     /* (T, N, I) */
  real *u_back;        /* (T, N, I) each row's steps in reverse, as the next */
  real *fed_back;      /* (T, N, Z) */
  struct vrae_pass recognition[VRAE_DIRECTIONS], generator[VRAE_DIRECTIONS];
  struct moments head; /* (T, N, A) */
  real *scratch;
  int emission_frames; /* as many at once: all of them where backward wants the memory */
  real *emission_memory, *emission_scratch;
  /* Gradients, named after what they are with respect to; shared by both halves and directions. */
  struct moments to_logits, to_head;
  struct moments to_seen, to_h, to_pre; /* H, G are the larger ones; plain cells have their run's pre instead */
  real *to_fed, *to_fed_back;           /* (T, N, Z) */
  real *carry;                          /* (3, N, Z) */
  real *to_source[VRAE_DIRECTIONS];     /* (T, N, M) the emission's share, where it has any */
  real *to_squares;                     /* as net.squares */
};

/* One bidirectional half of the network: the recognition from u to the head's outputs, or the generator from
 * fed to the logits. */
struct vrae_half {
  int steps, rows, hidden;                         /* T, N, H or M */
  const struct linear *input, *recurrent, *output; /* by direction */
  struct vrae_pass *pass;
  struct moments in[VRAE_DIRECTIONS]; /* in the direction's own order */
  struct moments out;
};

struct vrae_half vrae_recognition(const struct vrae_net *net, const struct vrae_batch *batch, int steps,
                                  int rows);
struct vrae_half vrae_generator(const struct vrae_net *net, const struct vrae_batch *batch, int steps,
                                int rows);

struct cell_run vrae_cell_run(const struct vrae_half *half, int direction, real *scratch);

/* The states that the output layer sees in this direction. */
struct moments vrae_seen(const struct vrae_work *work, const struct vrae_half *half, int direction);

/* An emission with weights of its own. */
bool vrae_emission_given(const struct vrae_net *net);
void vrae_emission_carve(struct carver *carver, const struct vrae_net *net, int frames, struct vrae_work *work);
/* The emission's part of the logits, of every frame; `choose` fills target on the way. */
void vrae_emission_run(const struct vrae_net *net, struct vrae_batch *batch, int steps, int rows, bool choose);
/* Gradients of its layers += and of its sources, work->to_source =, from work->to_logits.m. */
void vrae_emission_backward(const struct vrae_net *net, struct vrae_batch *batch, int steps, int rows,
                            struct linear_grad grads[EMISSION_LAYERS_MAX]);

/* to (T, N, width): each row's steps of `from` in reverse within its length; the rest as it is. */
void vrae_reverse(const struct vrae_half *half, const int *length, size_t width, const real *from, real *to);

#endif
