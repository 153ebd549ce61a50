/* SPDX-License-Identifier: MIT */
/* The gated recurrent unit (cell_gru.c) of one row, for the batch and for the live step. Any thread. */
#ifndef EMEND_GRU_H
#define EMEND_GRU_H

#include "transfer.h"
#include "vectors.h"

/* h_{t-1} -> h_t in place, (H), from the input's part p (3H), which becomes r, z and n, and the state's part
 * q = h_{t-1} U + c (3H). */
static inline void gru_step(size_t H, real *restrict p, const real *restrict q, real *restrict h)
{
  add_scaled(2 * H, 1, q, p);
  transfer_logistic(2 * H, p, p);
  for (size_t i = 0; i < H; i++) {
    p[2 * H + i] += p[i] * q[2 * H + i];
  }
  transfer_tanh(H, p + 2 * H, p + 2 * H);
  for (size_t i = 0; i < H; i++) {
    h[i] = (1 - p[H + i]) * p[2 * H + i] + p[H + i] * h[i];
  }
}

#endif
