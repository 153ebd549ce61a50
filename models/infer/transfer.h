/* SPDX-License-Identifier: MIT */
/* Transfer functions on plain values and on Gaussian moments, forward beside backward.
 *
 * Moments (fast dropout): an input with mean m and variance v. logistic mean: s(m / sqrt(1 + pi v / 8)).
 * Its variance: u (1 - u) (1 - 1/k), k = sqrt(1 + 0.368 v), u = s(m / k), which vanishes at v = 0; against
 * quadrature it is nearer than Wang & Manning's (tests/unit/models/infer/test_transfer.c compares them).
 * tanh x = 2 s(2x) - 1. Any thread; never allocate. Arrays of n may not alias unless said. */
#ifndef EMEND_TRANSFER_H
#define EMEND_TRANSFER_H

#include <stddef.h>

#include "real.h"

/* out = tanh(in) resp. logistic; out may alias in. */
void transfer_tanh(size_t n, const real *in, real *out);
void transfer_logistic(size_t n, const real *in, real *out);
/* grad *= 1 - out^2 */
void transfer_tanh_backward(size_t n, const real *out, real *grad);

/* Mean and variance of tanh of a Gaussian; the out arrays may alias the in arrays. */
void transfer_tanh_moments(size_t n, const real *mean, const real *variance, real *out_mean,
                           real *out_variance);
/* In: gradients with respect to the output moments. Out, in the same arrays: the input moments. */
void transfer_tanh_moments_backward(size_t n, const real *mean, const real *variance, real *grad_mean,
                                    real *grad_variance);

/* The logit whose logistic is the mean of a logistic of a Gaussian: mean / sqrt(1 + pi variance / 8). */
void transfer_logit(size_t n, const real *mean, const real *variance, real *logit);
/* The same in `room`; where there is no variance (NULL), `mean` itself. */
const real *transfer_effective(size_t n, const real *mean, const real *variance, real *room);
/* grad_logit -> grad_mean (may alias it) and grad_variance. */
void transfer_logit_backward(size_t n, const real *mean, const real *variance, const real *grad_logit,
                             real *grad_mean, real *grad_variance);

/* sum over n of weight * (softplus(logit) - target * logit): minus the Bernoulli log-likelihood.
 * grad (may be NULL) = weight * (logistic(logit) - target). */
double transfer_bernoulli(size_t n, const real *logit, const real *target, real weight, real *grad);
/* The same with a weight (n) for every element. */
double transfer_bernoulli_each(size_t n, const real *logit, const real *target, const real *weight, real *grad);

#endif
