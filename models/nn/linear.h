/* SPDX-License-Identifier: MIT */
/* Affine layers on plain values or on moments (fast dropout), forward beside backward.
 *
 * With keep probability k and an input of moments (m, v): mean k m W + b, variance
 * (k v + k (1 - k) m^2) W^2 (paper, appendix "FD RNNs"). A plain layer has k = 1 and no variances. A layer
 * that a network lacks has no W and sizes 0: it leaves everything as it is, forward and backward.
 * Shapes: in (N, I), out (N, O), W (I, O), b (O). Gradients accumulate; zeroing is the caller's. Any
 * thread; never allocate. */
#ifndef EMEND_LINEAR_H
#define EMEND_LINEAR_H

#include <stdbool.h>
#include <stddef.h>

#include "real.h"

struct linear {
  int in, out;    /* I, O */
  const real *w;  /* (I, O), or NULL: absent */
  const real *w2; /* (I, O) squares of w, or NULL for a plain layer; see linear_square */
  const real *b;  /* (O) or NULL */
  real keep;      /* k */
  bool sparse;    /* most inputs are zero: skip them */
};

struct linear_grad {
  real *w;    /* (I, O) */
  real *w2;   /* (I, O) gradient with respect to the squares; linear_fold adds it to w */
  real *b;    /* (O) or NULL */
  real *keep; /* one number, or NULL */
};

/* w2 = w squared, element by element. */
void linear_square(const struct linear *layer, real *w2);

/* out = layer(in), or out += layer(in) without the bias. in.v may be NULL (variance 0) on a moment layer;
 * scratch (N, I) is used by moment layers only. */
void linear_forward(const struct linear *layer, int rows, struct moments in, bool accumulate, real *scratch,
                    struct moments out);

/* grad_in = or += the gradient with respect to the inputs; scratch (N, I) as above. The keep
 * probability's gradient is added on the way. On a moment layer grad_in.v may be NULL where the input had no
 * variance, and grad_in.m too where only the keep probability's gradient is wanted. */
void linear_backward_input(const struct linear *layer, const struct linear_grad *grad, int rows,
                           struct moments in, struct moments grad_out, bool accumulate, real *scratch,
                           struct moments grad_in);

/* Add the gradient with respect to w, w2 and b, for any number of rows at once. */
void linear_backward_weights(const struct linear *layer, const struct linear_grad *grad, int rows,
                             struct moments in, struct moments grad_out, real *scratch);

/* grad.w += 2 w * grad.w2: once, after all rows. */
void linear_fold(const struct linear *layer, const struct linear_grad *grad);

#endif
