/* SPDX-License-Identifier: MIT */
/* Approximate posteriors over the latent sequence, with the Wiener prior z_t - z_{t-1} ~ N(0, 1), z_0 = 0
 * (paper 3.3), and their divergences from it. One recursion serves all three:
 *   q(z_t | z_{t-1}) = N(a z_{t-1} + mu_t, s_t^2),  a = 0 diagonal, 1 increments, a_t in (0, 1) Gauss-Markov,
 *   marginal mean M_t = a M_{t-1} + mu_t, variance V_t = a^2 V_{t-1} + s_t^2,
 *   KL_t = 1/2 [s^2 + (a-1)^2 V_{t-1} + ((a-1) M_{t-1} + mu)^2 - 1 - ln s^2]             exact,
 *   surrogate_t: the same with ln s^2 replaced by ln(s^2 + (a-1)^2 V_{t-1}), the increment's marginal
 *   variance: the authors' code of 2014 took increments as independent. For increments both agree;
 *   otherwise the surrogate is smaller than the divergence and no bound follows from it.
 *
 * Shapes: head (T, N, A) as the recognition network gives it: mu (Z), then ln s (Z) unless the head carries
 * variances, then the logit of a (Z) for Gauss-Markov. Any thread; never allocate. */
#ifndef EMEND_POSTERIOR_H
#define EMEND_POSTERIOR_H

#include "linear.h"
#include "shapes.h"

struct posterior_run {
  enum net_posterior posterior;
  enum net_feed feed;
  enum net_objective objective; /* of backward */
  int steps, rows, latent;      /* T, N, Z */
  struct moments head;          /* (T, N, A) */
  const real *noise;            /* (T, N, Z) standard normal draws; NULL: the mode */
  const real *weight;           /* (T, N) 1, or 0 where padded */
  real *z, *mean, *variance;    /* (T + 1, N, Z); row 0 is given: z_0, M_0, V_0 */
  real *fed;                    /* (T, N, Z) out: what the generator sees */
};

struct posterior_sums {
  double kl, surrogate;
};

struct posterior_sums posterior_forward(const struct posterior_run *run);

/* After posterior_forward with noise: ln p(z) - ln q(z | x) of what each row drew, over its steps of weight
 * above 0 -> ratio (N). Exact for every posterior: its expectation is minus the divergence, and the log of the
 * mean of p(x | z) times its exponential is at most ln p(x), in expectation. */
void posterior_log_ratio(const struct posterior_run *run, double *ratio);

/* grad_fed (T, N, Z) in; grad_head (T, N, A) out, with kl_weight times the objective's divergence;
 * carry (3, N, Z) is work space. */
void posterior_backward(const struct posterior_run *run, real kl_weight, const real *grad_fed,
                        struct moments grad_head, real *carry);

#endif
