/* SPDX-License-Identifier: MIT */
/* Recurrent cells. A cell is a row of a table; adding one touches its own file and the table.
 *
 * Shapes: pre (T, N, G) holds the input projections (bias included) and becomes what backward needs;
 * h (T + 1, N, H) with h[0] given. G = gates * H. Any thread; never allocate. */
#ifndef EMEND_CELL_H
#define EMEND_CELL_H

#include "linear.h"
#include "net_config.h"

struct cell_run {
  int steps, rows, hidden; /* T, N, H */
  struct linear recurrent; /* (H, recurrent_blocks * H) */
  struct moments pre;      /* (T, N, G) */
  struct moments h;        /* (T + 1, N, H) */
  real *extra;             /* (T, N, H) where gates > 1: the cell's own memory for backward */
  real *scratch;           /* (T, N, H), and at least (N, G) */
};

struct cell_grad {
  struct linear_grad recurrent;
  struct moments pre; /* out: (T, N, G); on plain cells it may be the run's own, which is then used up */
  struct moments h;   /* in and out: (T + 1, N, H), gradients from outside; afterwards complete */
};

struct cell_ops {
  const char *name;
  int gates;            /* G / H */
  int recurrent_blocks; /* (H, H) blocks of the recurrent weights, side by side */
  double radius_share;  /* spectral radius of each block at the start, as a share of the one asked for */
  bool moments;         /* fast dropout: variances travel beside means */
  bool recurrent_bias;
  bool live; /* the live step knows it: vosp_live.h */
  void (*forward)(const struct cell_run *run);
  void (*backward)(const struct cell_run *run, const struct cell_grad *grad);
};

#define CELL_DECLARE(enumerator, operations, word) extern const struct cell_ops operations;
NET_CELLS(CELL_DECLARE)

const struct cell_ops *cell_find(enum net_cell cell);

#endif
