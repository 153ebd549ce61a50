/* SPDX-License-Identifier: MIT */
#include "transfer.h"

#include "scalar.h"

#define PI_8 ((real)0.39269908169872414) /* pi / 8 */
#define VARIANCE_SLOPE ((real)0.368)

void transfer_tanh(size_t n, const real *in, real *out)
{
  for (size_t i = 0; i < n; i++) {
    out[i] = TANH(in[i]);
  }
}

void transfer_logistic(size_t n, const real *in, real *out)
{
  for (size_t i = 0; i < n; i++) {
    out[i] = logistic(in[i]);
  }
}

void transfer_tanh_backward(size_t n, const real *out, real *grad)
{
  for (size_t i = 0; i < n; i++) {
    grad[i] *= 1 - out[i] * out[i];
  }
}

/* tanh x = 2 s(2x) - 1: the logistic gets mean 2m and variance 4v, its mean m' becomes 2m' - 1 and its
 * variance v' becomes 4v'. */
void transfer_tanh_moments(size_t n, const real *mean, const real *variance, real *out_mean, real *out_variance)
{
  for (size_t i = 0; i < n; i++) {
    const real m = 2 * mean[i];
    const real v = 4 * variance[i];
    const real k = SQRT(1 + VARIANCE_SLOPE * v);
    const real u = logistic(m / k);
    out_mean[i] = 2 * logistic(m / SQRT(1 + PI_8 * v)) - 1;
    out_variance[i] = 4 * u * (1 - u) * (1 - 1 / k);
  }
}

void transfer_tanh_moments_backward(size_t n, const real *mean, const real *variance, real *grad_mean,
                                    real *grad_variance)
{
  for (size_t i = 0; i < n; i++) {
    const real m = 2 * mean[i];
    const real v = 4 * variance[i];
    const real c = 1 / SQRT(1 + PI_8 * v);
    const real s = logistic(m * c);
    const real mean_slope = 2 * s * (1 - s) * grad_mean[i]; /* to m * c */
    const real k = SQRT(1 + VARIANCE_SLOPE * v);
    const real u = logistic(m / k);
    const real shape = u * (1 - u);
    const real to_u = 4 * grad_variance[i] * (1 - 2 * u) * (1 - 1 / k) * shape; /* to m / k */
    const real to_k = 4 * grad_variance[i] * shape / (k * k) - to_u * m / (k * k);
    const real to_m = mean_slope * c + to_u / k;
    const real to_v = -mean_slope * m * PI_8 * c * c * c / 2 + to_k * VARIANCE_SLOPE / (2 * k);
    grad_mean[i] = 2 * to_m;
    grad_variance[i] = 4 * to_v;
  }
}

void transfer_logit(size_t n, const real *mean, const real *variance, real *logit)
{
  for (size_t i = 0; i < n; i++) {
    logit[i] = mean[i] / SQRT(1 + PI_8 * variance[i]);
  }
}

const real *transfer_effective(size_t n, const real *mean, const real *variance, real *room)
{
  if (variance == NULL) {
    return mean;
  }
  transfer_logit(n, mean, variance, room);
  return room;
}

void transfer_logit_backward(size_t n, const real *mean, const real *variance, const real *grad_logit,
                             real *grad_mean, real *grad_variance)
{
  for (size_t i = 0; i < n; i++) {
    const real c = 1 / SQRT(1 + PI_8 * variance[i]);
    const real g = grad_logit[i];
    grad_variance[i] = -g * mean[i] * PI_8 * c * c * c / 2;
    grad_mean[i] = g * c;
  }
}

double transfer_bernoulli(size_t n, const real *logit, const real *target, real weight, real *grad)
{
  real sum = 0;
  for (size_t i = 0; i < n; i++) {
    const real l = logit[i];
    const real softplus = (l > 0 ? l : 0) + LOG1P(EXP(-FABS(l)));
    sum += softplus - target[i] * l;
  }
  if (grad != NULL) {
    for (size_t i = 0; i < n; i++) {
      grad[i] = weight * (logistic(logit[i]) - target[i]);
    }
  }
  return (double)(weight * sum);
}

double transfer_bernoulli_each(size_t n, const real *logit, const real *target, const real *weight, real *grad)
{
  real sum = 0;
  for (size_t i = 0; i < n; i++) {
    const real l = logit[i];
    const real softplus = (l > 0 ? l : 0) + LOG1P(EXP(-FABS(l)));
    sum += weight[i] * (softplus - target[i] * l);
  }
  if (grad != NULL) {
    for (size_t i = 0; i < n; i++) {
      grad[i] = weight[i] * (logistic(logit[i]) - target[i]);
    }
  }
  return (double)sum;
}
