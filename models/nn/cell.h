/* SPDX-License-Identifier: MIT */
/* Recurrent cells. A cell is a row of a table; adding one touches its own file, the table in cell.c
 * and its facts in shapes.c.
 *
 * Shapes: pre (T, N, G) holds the input projections (bias included) and becomes what backward needs;
 * h (T + 1, N, H) with h[0] given. G = gates * H. Any thread; never allocate. */
#ifndef EMEND_CELL_H
#define EMEND_CELL_H

#include "linear.h"
#include "shapes.h"

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
  double
    radius_share; /* spectral radius of each recurrent block at the start, as a share of the one asked for */
  void (*forward)(const struct cell_run *run);
  void (*backward)(const struct cell_run *run, const struct cell_grad *grad);
};

/* The table's rows, each in a file of its own; what a cell's tensors look like is in shapes.h. */
extern const struct cell_ops cell_fd, cell_tanh, cell_gru, cell_deep;

const struct cell_ops *cell_find(enum net_cell cell);

#endif
