/* SPDX-License-Identifier: MIT */
/* The simple recurrent cell h_t = tanh(pre_t + h_{t-1} W) (paper, equation 2), on plain values or, as
 * fast dropout, on moments. */
#include "cell.h"

#include <string.h>

#include "transfer.h"

static void forward(const struct cell_run *run)
{
  const size_t size = (size_t)run->rows * (size_t)run->hidden;
  for (int t = 0; t < run->steps; t++) {
    const struct moments pre = moments_at(run->pre, (size_t)t * size);
    const struct moments h = moments_at(run->h, (size_t)(t + 1) * size);
    linear_forward(&run->recurrent, run->rows, moments_at(run->h, (size_t)t * size), true, run->scratch, pre);
    if (h.v != NULL) {
      transfer_tanh_moments(size, pre.m, pre.v, h.m, h.v);
    } else {
      transfer_tanh(size, pre.m, h.m);
    }
  }
}

static void backward(const struct cell_run *run, const struct cell_grad *grad)
{
  const size_t size = (size_t)run->rows * (size_t)run->hidden;
  for (int t = run->steps - 1; t >= 0; t--) {
    const struct moments pre = moments_at(run->pre, (size_t)t * size);
    const struct moments to_pre = moments_at(grad->pre, (size_t)t * size);
    const struct moments to_h = moments_at(grad->h, (size_t)(t + 1) * size);
    memcpy(to_pre.m, to_h.m, size * sizeof(real));
    if (to_h.v != NULL && to_pre.v != NULL) {
      memcpy(to_pre.v, to_h.v, size * sizeof(real));
      transfer_tanh_moments_backward(size, pre.m, pre.v, to_pre.m, to_pre.v);
    } else {
      transfer_tanh_backward(size, run->h.m + (size_t)(t + 1) * size, to_pre.m);
    }
    linear_backward_input(&run->recurrent, &grad->recurrent, run->rows, moments_at(run->h, (size_t)t * size),
                          to_pre, true, run->scratch, moments_at(grad->h, (size_t)t * size));
  }
  /* One large product instead of T small ones. */
  linear_backward_weights(&run->recurrent, &grad->recurrent, run->steps * run->rows, run->h, grad->pre,
                          run->scratch);
}

const struct cell_ops cell_tanh = {
  .radius_share = 1,
  .forward = forward,
  .backward = backward,
};

const struct cell_ops cell_fd = {
  .radius_share = 1,
  .forward = forward,
  .backward = backward,
};
