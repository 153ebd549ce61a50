/* SPDX-License-Identifier: MIT */
/* The gated recurrent unit (Cho et al. 2014), with the reset gate after the recurrent product, so that
 * a live step can have that product ready before its input comes:
 *   r = s(p_r + q_r), z = s(p_z + q_z), n = tanh(p_n + r q_n), h_t = (1 - z) n + z h_{t-1}
 * with p the input projections and q = h_{t-1} U + c. After forward `pre` holds r, z, n and `extra` q_n. */
#include "cell.h"

#include <string.h>

#include "gru.h"

static void step_forward(const struct cell_run *run, real *pre, real *extra, const real *before, real *h)
{
  const size_t H = (size_t)run->hidden;
  real *q = run->scratch;
  linear_forward(&run->recurrent, run->rows, (struct moments){(real *)before, NULL}, false, NULL,
                 (struct moments){q, NULL});
  memcpy(h, before, (size_t)run->rows * H * sizeof *h);
  for (size_t n = 0; n < (size_t)run->rows; n++, pre += 3 * H, q += 3 * H, extra += H, h += H) {
    memcpy(extra, q + 2 * H, H * sizeof *extra);
    gru_step(H, pre, q, h);
  }
}

static void forward(const struct cell_run *run)
{
  const size_t size = (size_t)run->rows * (size_t)run->hidden;
  for (int t = 0; t < run->steps; t++) {
    const size_t now = (size_t)t * size;
    step_forward(run, run->pre.m + 3 * now, run->extra + now, run->h.m + now, run->h.m + now + size);
  }
}

/* Gradients with respect to the pre-activations: `to_pre` (input side) gets p's, `to_q` q's. */
static void step_backward(size_t H, const real *gates, const real *q_n, const real *before, const real *to_h,
                          real *to_pre, real *to_q, real *to_before)
{
  for (size_t i = 0; i < H; i++) {
    const real r = gates[i];
    const real z = gates[H + i];
    const real n = gates[2 * H + i];
    const real to_n = to_h[i] * (1 - z) * (1 - n * n);
    const real to_z = to_h[i] * (before[i] - n) * z * (1 - z);
    const real to_r = to_n * q_n[i] * r * (1 - r);
    to_pre[i] = to_r;
    to_pre[H + i] = to_z;
    to_pre[2 * H + i] = to_n;
    to_q[i] = to_r;
    to_q[H + i] = to_z;
    to_q[2 * H + i] = to_n * r;
    to_before[i] += to_h[i] * z;
  }
}

/* Steps whose gradients with respect to q the scratch holds, so that the weights' come from one large product
 * instead of many small ones. */
static int steps_at_once(const struct cell_run *run)
{
  return run->steps >= 3 ? run->steps / 3 : 1;
}

static void backward(const struct cell_run *run, const struct cell_grad *grad)
{
  const size_t H = (size_t)run->hidden;
  const size_t size = (size_t)run->rows * H;
  const int most = steps_at_once(run);
  for (int end = run->steps; end > 0; end -= end < most ? end : most) {
    const int begin = end > most ? end - most : 0;
    for (int t = end - 1; t >= begin; t--) {
      const size_t now = (size_t)t * size;
      const struct moments to_q = {run->scratch + 3 * (size_t)(t - begin) * size, NULL};
      for (size_t n = 0; n < (size_t)run->rows; n++) {
        const size_t row = now + n * H;
        step_backward(H, run->pre.m + 3 * row, run->extra + row, run->h.m + row, grad->h.m + row + size,
                      grad->pre.m + 3 * row, to_q.m + 3 * n * H, grad->h.m + row);
      }
      linear_backward_input(&run->recurrent, &grad->recurrent, run->rows,
                            (struct moments){run->h.m + now, NULL}, to_q, true, NULL,
                            (struct moments){grad->h.m + now, NULL});
    }
    linear_backward_weights(&run->recurrent, &grad->recurrent, (end - begin) * run->rows,
                            (struct moments){run->h.m + (size_t)begin * size, NULL},
                            (struct moments){run->scratch, NULL}, NULL);
  }
}

const struct cell_ops cell_gru = {
  .radius_share = 1,
  .forward = forward,
  .backward = backward,
};
