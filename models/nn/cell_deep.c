/* SPDX-License-Identifier: MIT */
/* A deep transition with a shortcut (Pascanu et al. 2013, DT(S)-RNN): two layers from one state to the next,
 * and a direct path beside them:
 *   n_t = tanh(p_t + h_{t-1} A), h_t = tanh(n_t B + h_{t-1} S + r_t)
 * with p and r the input projections. The recurrent weights' columns are [A | S | B]. After forward `extra`
 * holds n. */
#include "cell.h"
#include "gemm.h"

#include "transfer.h"

enum { FROM_STATE = 2, ALL = 3 }; /* blocks: A and S; B too */

/* out (N, 2H) += h (N, H) [A | S] */
static void from_state(const struct cell_run *run, const real *h, real *out)
{
  const int H = run->hidden;
  CBLAS_GEMM(CblasRowMajor, CblasNoTrans, CblasNoTrans, run->rows, FROM_STATE * H, H, 1, h, H, run->recurrent.w,
             ALL * H, 1, out, FROM_STATE * H);
}

/* The second half of each row of out (N, 2H) += n (N, H) B */
static void from_between(const struct cell_run *run, const real *n, real *out)
{
  const int H = run->hidden;
  CBLAS_GEMM(CblasRowMajor, CblasNoTrans, CblasNoTrans, run->rows, H, H, 1, n, H,
             run->recurrent.w + FROM_STATE * H, ALL * H, 1, out + H, FROM_STATE * H);
}

static void forward(const struct cell_run *run)
{
  const size_t H = (size_t)run->hidden;
  const size_t rows = (size_t)run->rows;
  const size_t size = rows * H;
  for (int t = 0; t < run->steps; t++) {
    const size_t now = (size_t)t * size;
    real *pre = run->pre.m + FROM_STATE * now;
    real *n = run->extra + now;
    real *h = run->h.m + now + size;
    from_state(run, run->h.m + now, pre);
    for (size_t row = 0; row < rows; row++) {
      transfer_tanh(H, pre + FROM_STATE * row * H, n + row * H);
    }
    from_between(run, n, pre);
    for (size_t row = 0; row < rows; row++) {
      transfer_tanh(H, pre + (FROM_STATE * row + 1) * H, h + row * H);
    }
  }
}

/* The second half of each row of to_pre (N, 2H), from the gradient with respect to h. */
static void through_state(const struct cell_run *run, const real *h, const real *to_h, real *to_pre)
{
  const size_t H = (size_t)run->hidden;
  for (size_t row = 0; row < (size_t)run->rows; row++) {
    real *to = to_pre + (FROM_STATE * row + 1) * H;
    for (size_t i = 0; i < H; i++) {
      const real value = h[row * H + i];
      to[i] = to_h[row * H + i] * (1 - value * value);
    }
  }
}

/* The first half, from the second: back through B and n. */
static void through_between(const struct cell_run *run, const real *n, real *to_pre)
{
  const int H = run->hidden;
  CBLAS_GEMM(CblasRowMajor, CblasNoTrans, CblasTrans, run->rows, H, H, 1, to_pre + H, FROM_STATE * H,
             run->recurrent.w + FROM_STATE * H, ALL * H, 0, to_pre, FROM_STATE * H);
  for (size_t row = 0; row < (size_t)run->rows; row++) {
    real *to = to_pre + FROM_STATE * row * (size_t)H;
    for (size_t i = 0; i < (size_t)H; i++) {
      const real value = n[row * (size_t)H + i];
      to[i] *= 1 - value * value;
    }
  }
}

/* grad (H, columns of a row of 3H) += in (T N, H)' to (T N, columns of a row of 2H) */
static void add_weights(const struct cell_run *run, const real *in, const real *to, int columns, real *grad)
{
  const int H = run->hidden;
  CBLAS_GEMM(CblasRowMajor, CblasTrans, CblasNoTrans, H, columns, run->steps * run->rows, 1, in, H, to,
             FROM_STATE * H, 1, grad, ALL * H);
}

static void backward(const struct cell_run *run, const struct cell_grad *grad)
{
  const int H = run->hidden;
  const size_t size = (size_t)run->rows * (size_t)H;
  for (int t = run->steps - 1; t >= 0; t--) {
    const size_t now = (size_t)t * size;
    real *to_pre = grad->pre.m + FROM_STATE * now;
    through_state(run, run->h.m + now + size, grad->h.m + now + size, to_pre);
    through_between(run, run->extra + now, to_pre);
    CBLAS_GEMM(CblasRowMajor, CblasNoTrans, CblasTrans, run->rows, H, FROM_STATE * H, 1, to_pre, FROM_STATE * H,
               run->recurrent.w, ALL * H, 1, grad->h.m + now, H);
  }
  add_weights(run, run->h.m, grad->pre.m, FROM_STATE * H, grad->recurrent.w);
  add_weights(run, run->extra, grad->pre.m + H, H, grad->recurrent.w + FROM_STATE * H);
}

/* Of S and A B together the spectral radius is then about the one asked for, near 1. */
const struct cell_ops cell_deep = {
  .radius_share = 0.77,
  .forward = forward,
  .backward = backward,
};
