/* SPDX-License-Identifier: MIT */
#include "posterior.h"

#include <string.h>

#include "scalar.h"

#define LN_S_LOW ((real)-6)
#define LN_S_HIGH ((real)2)
#define VARIANCE_FLOOR ((real)1e-6)

/* The parameters of q(z_t | z_{t-1}) of one row, each (Z). */
struct parameters {
  const real *mu;
  real a[POSTERIOR_LATENT_MAX], s[POSTERIOR_LATENT_MAX], s2[POSTERIOR_LATENT_MAX];
};

static const real *ln_s_of(const struct posterior_run *run, size_t base)
{
  return run->head.m + base + run->latent;
}

static void read_head(const struct posterior_run *run, size_t row, struct parameters *q)
{
  const int Z = run->latent;
  const bool moments = run->head.v != NULL;
  const size_t base = row * (size_t)posterior_head_size(run->posterior, Z, moments);
  const real *logit = run->head.m + base + (moments ? Z : 2 * Z);
  q->mu = run->head.m + base;
  for (int j = 0; moments && j < Z; j++) {
    q->s2[j] = run->head.v[base + (size_t)j] + VARIANCE_FLOOR;
    q->s[j] = SQRT(q->s2[j]);
  }
  for (int j = 0; !moments && j < Z; j++) {
    const real ln_s = ln_s_of(run, base)[j];
    q->s[j] = EXP(ln_s < LN_S_LOW ? LN_S_LOW : ln_s > LN_S_HIGH ? LN_S_HIGH : ln_s);
    q->s2[j] = q->s[j] * q->s[j];
  }
  for (int j = 0; j < Z; j++) {
    q->a[j] = run->posterior == POSTERIOR_DIAGONAL ? 0 : 1;
  }
  for (int j = 0; run->posterior == POSTERIOR_GAUSS_MARKOV && j < Z; j++) {
    q->a[j] = logistic(logit[j]);
  }
}

struct posterior_sums posterior_forward(const struct posterior_run *run)
{
  const size_t Z = (size_t)run->latent;
  const size_t state = (size_t)run->rows * Z;
  struct posterior_sums sums = {0, 0};
  for (size_t row = 0; row < (size_t)run->steps * (size_t)run->rows; row++) {
    struct parameters q;
    read_head(run, row, &q);
    const real *noise = run->noise != NULL ? run->noise + row * Z : NULL;
    real *z = run->z + row * Z;
    real *mean = run->mean + row * Z;
    real *variance = run->variance + row * Z;
    real *fed = run->fed + row * Z;
    real kl = 0;
    real surrogate = 0;
    for (size_t j = 0; j < Z; j++) {
      const real drawn = noise != NULL ? q.s[j] * noise[j] : 0;
      const real shift = (q.a[j] - 1) * mean[j] + q.mu[j];
      const real spread = q.s2[j] + (q.a[j] - 1) * (q.a[j] - 1) * variance[j];
      const real common = spread + shift * shift - 1;
      kl += common - LOG(q.s2[j]);
      surrogate += common - LOG(spread);
      z[state + j] = q.a[j] * z[j] + q.mu[j] + drawn;
      mean[state + j] = q.a[j] * mean[j] + q.mu[j];
      variance[state + j] = q.a[j] * q.a[j] * variance[j] + q.s2[j];
      fed[j] = run->feed == FEED_LEVEL ? z[state + j] : z[state + j] - z[j];
    }
    sums.kl += 0.5 * (double)(run->weight[row] * kl);
    sums.surrogate += 0.5 * (double)(run->weight[row] * surrogate);
  }
  return sums;
}

void posterior_log_ratio(const struct posterior_run *run, double *ratio)
{
  const size_t N = (size_t)run->rows;
  const size_t Z = (size_t)run->latent;
  memset(ratio, 0, N * sizeof *ratio);
  for (size_t row = 0; row < (size_t)run->steps * N; row++) {
    if (run->weight[row] <= 0) {
      continue;
    }
    struct parameters q;
    read_head(run, row, &q);
    const real *noise = run->noise + row * Z;
    const real *before = run->z + row * Z;
    const real *z = before + N * Z;
    double sum = 0;
    for (size_t j = 0; j < Z; j++) { /* the constants of both densities are the same */
      const double step = (double)z[j] - (double)before[j];
      sum += 0.5 * ((double)(noise[j] * noise[j]) - step * step) + (double)LOG(q.s[j]);
    }
    ratio[row % N] += sum;
  }
}

/* Gradients that flow from step t to t - 1, per row and latent. */
struct carry {
  real *z, *mean, *variance;
};

/* Gradients with respect to the parameters but mu. */
struct parameter_gradients {
  real s[POSTERIOR_LATENT_MAX], s2[POSTERIOR_LATENT_MAX], a[POSTERIOR_LATENT_MAX];
};

/* On to what the head gave of them, from `base` on. */
static void head_backward(const struct posterior_run *run, const struct parameters *q,
                          const struct parameter_gradients *to, size_t base, struct moments grad_head)
{
  const size_t Z = (size_t)run->latent;
  const bool moments = grad_head.v != NULL;
  for (size_t j = 0; moments && j < Z; j++) {
    grad_head.v[base + j] = to->s2[j] + to->s[j] / (2 * q->s[j]);
  }
  for (size_t j = 0; !moments && j < Z; j++) {
    const real ln_s = ln_s_of(run, base)[j];
    const bool clamped = ln_s < LN_S_LOW || ln_s > LN_S_HIGH;
    grad_head.m[base + Z + j] = clamped ? 0 : to->s[j] * q->s[j] + 2 * to->s2[j] * q->s2[j];
  }
  for (size_t j = 0; run->posterior == POSTERIOR_GAUSS_MARKOV && j < Z; j++) {
    const size_t logit = base + (moments ? Z : 2 * Z) + j;
    grad_head.m[logit] = to->a[j] * q->a[j] * (1 - q->a[j]);
    if (moments) {
      grad_head.v[logit] = 0;
    }
  }
}

/* One row: reads what flows back from t + 1 in `carry` and leaves what flows to t - 1. */
static void row_backward(const struct posterior_run *run, real kl_weight, const real *grad_fed,
                         struct moments grad_head, struct carry carry, size_t row)
{
  const size_t Z = (size_t)run->latent;
  const bool surrogate = run->objective == OBJECTIVE_SURROGATE;
  const bool increments = run->feed == FEED_INCREMENT;
  const size_t base = row * (size_t)posterior_head_size(run->posterior, run->latent, grad_head.v != NULL);
  const real w = kl_weight * run->weight[row];
  const real *noise = run->noise != NULL ? run->noise + row * Z : NULL;
  const real *z = run->z + row * Z;
  const real *mean = run->mean + row * Z;
  const real *variance = run->variance + row * Z;
  struct parameter_gradients to;
  struct parameters q;
  read_head(run, row, &q);
  for (size_t j = 0; j < Z; j++) {
    const real less = q.a[j] - 1;
    const real shift = less * mean[j] + q.mu[j];
    const real spread = q.s2[j] + less * less * variance[j];
    const real to_spread = w / 2 * (surrogate ? 1 - 1 / spread : 1);
    const real to_z = carry.z[j] + grad_fed[row * Z + j];
    const real to_mean = carry.mean[j];
    const real to_variance = carry.variance[j];
    to.s2[j] = to_variance + (surrogate ? to_spread : w / 2 * (1 - 1 / q.s2[j]));
    to.s[j] = noise != NULL ? to_z * noise[j] : 0;
    to.a[j] = to_z * z[j] + to_mean * mean[j] + 2 * q.a[j] * variance[j] * to_variance +
              2 * to_spread * less * variance[j] + w * shift * mean[j];
    grad_head.m[base + j] = to_z + to_mean + w * shift;
    carry.z[j] = q.a[j] * to_z - (increments ? grad_fed[row * Z + j] : 0);
    carry.mean[j] = q.a[j] * to_mean + w * shift * less;
    carry.variance[j] = q.a[j] * q.a[j] * to_variance + to_spread * less * less;
  }
  head_backward(run, &q, &to, base, grad_head);
}

void posterior_backward(const struct posterior_run *run, real kl_weight, const real *grad_fed,
                        struct moments grad_head, real *carry)
{
  const size_t N = (size_t)run->rows;
  const size_t Z = (size_t)run->latent;
  memset(carry, 0, 3 * N * Z * sizeof *carry);
  for (size_t row = (size_t)run->steps * N; row-- > 0;) {
    const size_t c = row % N * Z;
    const struct carry flow = {carry + c, carry + N * Z + c, carry + 2 * N * Z + c};
    row_backward(run, kl_weight, grad_fed, grad_head, flow, row);
  }
}
