#include "posterior.h"

#include <math.h>
#include <string.h>

#define LN_S_LOW ((real)-6)
#define LN_S_HIGH ((real)2)
#define VARIANCE_FLOOR ((real)1e-6)

int posterior_head_size(enum vosp_posterior posterior, int latent, bool moments)
{
  const int parts = 1 + (moments ? 0 : 1) + (posterior == POSTERIOR_GAUSS_MARKOV ? 1 : 0);
  return parts * latent;
}

/* One latent at one step: the parameters of q(z_t | z_{t-1}). */
struct step {
  real mu, a, s, s2;
  bool clamped; /* ln s hit its limit: no gradient through it */
};

static struct step read_head(const struct posterior_run *run, size_t row, int j)
{
  const int Z = run->latent;
  const bool moments = run->head.v != NULL;
  const size_t base = row * (size_t)posterior_head_size(run->posterior, Z, moments);
  const real *head = run->head.m + base;
  struct step step = {.mu = head[j]};
  if (moments) {
    step.s2 = run->head.v[base + (size_t)j] + VARIANCE_FLOOR;
    step.s = (real)sqrt((double)step.s2);
  } else {
    const real ln_s = head[Z + j];
    step.clamped = ln_s < LN_S_LOW || ln_s > LN_S_HIGH;
    step.s = (real)exp((double)(ln_s < LN_S_LOW ? LN_S_LOW : ln_s > LN_S_HIGH ? LN_S_HIGH : ln_s));
    step.s2 = step.s * step.s;
  }
  switch (run->posterior) {
  case POSTERIOR_DIAGONAL: step.a = 0; break;
  case POSTERIOR_INCREMENTS: step.a = 1; break;
  case POSTERIOR_GAUSS_MARKOV: step.a = (real)(1 / (1 + exp(-(double)head[(moments ? Z : 2 * Z) + j]))); break;
  }
  return step;
}

struct posterior_sums posterior_forward(const struct posterior_run *run)
{
  const size_t N = (size_t)run->rows;
  const size_t Z = (size_t)run->latent;
  struct posterior_sums sums = {0, 0};
  for (size_t row = 0; row < (size_t)run->steps * N; row++) {
    const double weight = 0.5 * (double)run->weight[row];
    for (size_t j = 0; j < Z; j++) {
      const struct step q = read_head(run, row, (int)j);
      const size_t before = row * Z + j;
      const size_t now = before + N * Z;
      const real drawn = run->noise != NULL ? q.s * run->noise[before] : 0;
      run->z[now] = q.a * run->z[before] + q.mu + drawn;
      run->mean[now] = q.a * run->mean[before] + q.mu;
      run->variance[now] = q.a * q.a * run->variance[before] + q.s2;
      run->fed[before] = run->feed == FEED_LEVEL ? run->z[now] : run->z[now] - run->z[before];
      const real shift = (q.a - 1) * run->mean[before] + q.mu;
      const real spread = q.s2 + (q.a - 1) * (q.a - 1) * run->variance[before];
      const double common = (double)(spread + shift * shift - 1);
      sums.kl += weight * (common - log((double)q.s2));
      sums.surrogate += weight * (common - log((double)spread));
    }
  }
  return sums;
}

/* Gradients that flow from step t to t - 1, per row and latent. */
struct carry {
  real *z, *mean, *variance;
};

static void step_backward(const struct posterior_run *run, real kl_weight, const real *grad_fed,
                          struct moments grad_head, struct carry carry, size_t row, size_t j)
{
  const size_t N = (size_t)run->rows;
  const size_t Z = (size_t)run->latent;
  const struct step q = read_head(run, row, (int)j);
  const size_t i = row * Z + j;
  const size_t c = (row % N) * Z + j;
  const real z = run->z[i];
  const real mean = run->mean[i];
  const real variance = run->variance[i];
  const real w = kl_weight * run->weight[row];
  const real shift = (q.a - 1) * mean + q.mu;
  const real spread = q.s2 + (q.a - 1) * (q.a - 1) * variance;
  const real noise = run->noise != NULL ? run->noise[i] : 0;

  const real to_z = carry.z[c] + grad_fed[i];
  const real to_mean = carry.mean[c];
  const real to_variance = carry.variance[c];
  const real from_log = w / 2 * (run->objective == OBJECTIVE_SURROGATE ? 1 - 1 / spread : 1);
  const real to_s2 = to_variance + (run->objective == OBJECTIVE_SURROGATE ? from_log : w / 2 * (1 - 1 / q.s2));
  const real to_s = to_z * noise;
  const real to_mu = to_z + to_mean + w * shift;
  const real to_a = to_z * z + to_mean * mean + 2 * q.a * variance * to_variance +
                    2 * from_log * (q.a - 1) * variance + w * shift * mean;

  carry.z[c] = q.a * to_z - (run->feed == FEED_INCREMENT ? grad_fed[i] : 0);
  carry.mean[c] = q.a * to_mean + w * shift * (q.a - 1);
  carry.variance[c] = q.a * q.a * to_variance + from_log * (q.a - 1) * (q.a - 1);

  const bool moments = grad_head.v != NULL;
  const size_t base = row * (size_t)posterior_head_size(run->posterior, run->latent, moments);
  grad_head.m[base + j] = to_mu;
  if (moments) {
    grad_head.v[base + j] = to_s2 + to_s / (2 * q.s);
  } else {
    grad_head.m[base + Z + j] = q.clamped ? 0 : to_s * q.s + 2 * to_s2 * q.s2;
  }
  if (run->posterior == POSTERIOR_GAUSS_MARKOV) {
    const size_t logit = base + (moments ? Z : 2 * Z) + j;
    grad_head.m[logit] = to_a * q.a * (1 - q.a);
    if (moments) {
      grad_head.v[logit] = 0;
    }
  }
}

void posterior_backward(const struct posterior_run *run, real kl_weight, const real *grad_fed,
                        struct moments grad_head, real *carry)
{
  const size_t N = (size_t)run->rows;
  const size_t Z = (size_t)run->latent;
  const struct carry flow = {carry, carry + N * Z, carry + 2 * N * Z};
  memset(carry, 0, 3 * N * Z * sizeof *carry);
  for (size_t row = (size_t)run->steps * N; row-- > 0;) {
    for (size_t j = 0; j < Z; j++) {
      step_backward(run, kl_weight, grad_fed, grad_head, flow, row, j);
    }
  }
}
