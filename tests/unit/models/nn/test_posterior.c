/* SPDX-License-Identifier: MIT */
/* Divergences of the posteriors against dense Gaussians and by drawing, in double precision. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "posterior.h"
#include "rng.h"

enum { STEPS = 5, LATENT = 2, DRAWS = 20000 };

/* What one case holds; rows may be one sequence or many draws of it. */
struct fixture {
  struct posterior_run run;
  double *head_v; /* given to the run where the head carries variances */
};

static double *reals(size_t count)
{
  double *array = calloc(count, sizeof *array);
  assert_non_null(array);
  return array;
}

static void make(struct fixture *f, enum net_posterior posterior, enum net_feed feed, bool moments, int rows,
                 uint64_t seed)
{
  struct rng rng;
  rng_seed(&rng, seed);
  const size_t n = (size_t)rows;
  const size_t size = (size_t)posterior_head_size(posterior, LATENT, moments);
  f->head_v = reals(STEPS * n * size);
  double *weight = reals(STEPS * n);
  double *head = reals(STEPS * n * size);
  for (size_t t = 0; t < STEPS; t++) {
    for (size_t i = 0; i < size; i++) {
      const double m = 0.7 * rng_normal(&rng);
      const double v = exp(rng_normal(&rng) - 1);
      for (size_t row = 0; row < n; row++) {
        head[(t * n + row) * size + i] = m;
        f->head_v[(t * n + row) * size + i] = v;
      }
    }
    for (size_t row = 0; row < n; row++) {
      weight[t * n + row] = 1;
    }
  }
  f->run = (struct posterior_run){
    .posterior = posterior,
    .feed = feed,
    .steps = STEPS,
    .rows = rows,
    .latent = LATENT,
    .head = {head, moments ? f->head_v : NULL},
    .weight = weight,
    .z = reals((STEPS + 1) * n * LATENT),
    .mean = reals((STEPS + 1) * n * LATENT),
    .variance = reals((STEPS + 1) * n * LATENT),
    .fed = reals(STEPS * n * LATENT),
  };
}

static void unmake(struct fixture *f)
{
  free(f->head_v);
  free(f->run.head.m);
  free((double *)f->run.weight);
  free(f->run.z);
  free(f->run.mean);
  free(f->run.variance);
  free(f->run.fed);
}

/* q(z_t | z_{t-1}) = N(a z_{t-1} + mu, s2) of one latent as the header defines it. */
struct conditional {
  double a, mu, s2;
};

static struct conditional conditional_of(const struct fixture *f, int t, int j)
{
  const struct posterior_run *run = &f->run;
  const bool moments = run->head.v != NULL;
  const int size = posterior_head_size(run->posterior, LATENT, moments);
  const double *head = run->head.m + t * run->rows * size;
  struct conditional q = {0, head[j], 0};
  q.s2 = moments ? run->head.v[t * run->rows * size + j] : exp(2 * head[LATENT + j]);
  if (run->posterior == POSTERIOR_INCREMENTS) {
    q.a = 1;
  }
  if (run->posterior == POSTERIOR_GAUSS_MARKOV) {
    q.a = 1 / (1 + exp(-head[(moments ? 1 : 2) * LATENT + j]));
  }
  return q;
}

static void cholesky(double a[STEPS][STEPS], double l[STEPS][STEPS])
{
  for (int i = 0; i < STEPS; i++) {
    for (int j = 0; j <= i; j++) {
      double sum = a[i][j];
      for (int k = 0; k < j; k++) {
        sum -= l[i][k] * l[j][k];
      }
      l[i][j] = i == j ? sqrt(sum) : sum / l[j][j];
    }
  }
}

/* |L^-1 b|^2 */
static double solved_square(double l[STEPS][STEPS], const double *b)
{
  double x[STEPS];
  double square = 0;
  for (int i = 0; i < STEPS; i++) {
    x[i] = b[i];
    for (int k = 0; k < i; k++) {
      x[i] -= l[i][k] * x[k];
    }
    x[i] /= l[i][i];
    square += x[i] * x[i];
  }
  return square;
}

/* KL(N(mean, B B') || N(0, K)) with K the covariance of a Wiener process, all of them full matrices. */
static double dense_divergence(const double mean[STEPS], double b[STEPS][STEPS])
{
  double prior[STEPS][STEPS];
  double covariance[STEPS][STEPS] = {{0}};
  double of_prior[STEPS][STEPS] = {{0}};
  double of_q[STEPS][STEPS] = {{0}};
  for (int i = 0; i < STEPS; i++) {
    for (int j = 0; j < STEPS; j++) {
      prior[i][j] = 1 + (i < j ? i : j);
      for (int k = 0; k < STEPS; k++) {
        covariance[i][j] += b[i][k] * b[j][k];
      }
    }
  }
  cholesky(prior, of_prior);
  cholesky(covariance, of_q);
  double sum = solved_square(of_prior, mean) - STEPS;
  for (int k = 0; k < STEPS; k++) { /* trace of K^-1 C, column by column of q's factor */
    double column[STEPS];
    for (int i = 0; i < STEPS; i++) {
      column[i] = of_q[i][k];
    }
    sum += solved_square(of_prior, column) + 2 * log(of_prior[k][k]) - 2 * log(of_q[k][k]);
  }
  return sum / 2;
}

static double dense_divergence_of(const struct fixture *f)
{
  double sum = 0;
  for (int j = 0; j < LATENT; j++) {
    double mean[STEPS];
    double b[STEPS][STEPS] = {{0}}; /* z = mean + B e */
    for (int t = 0; t < STEPS; t++) {
      const struct conditional q = conditional_of(f, t, j);
      mean[t] = (t > 0 ? q.a * mean[t - 1] : 0) + q.mu;
      for (int k = 0; k < t; k++) {
        b[t][k] = q.a * b[t - 1][k];
      }
      b[t][t] = sqrt(q.s2);
    }
    sum += dense_divergence(mean, b);
  }
  return sum;
}

static void exact_divergence_is_the_dense_one(void **state)
{
  (void)state;
  for (int kind = 0; kind < 6; kind++) {
    for (uint64_t seed = 1; seed <= 5; seed++) {
      struct fixture f;
      make(&f, (enum net_posterior)(kind % 3), FEED_LEVEL, kind >= 3, 1, seed);
      const struct posterior_sums sums = posterior_forward(&f.run);
      const double wanted = dense_divergence_of(&f);
      if (fabs(sums.kl - wanted) > 1e-4) { /* moment heads have a floor of 1e-6 under their variances */
        fail_msg("posterior %d, moments %d, seed %d: %.9f, dense %.9f", kind % 3, kind >= 3, (int)seed, sums.kl,
                 wanted);
      }
      if (kind % 3 == POSTERIOR_INCREMENTS) {
        assert_true(fabs(sums.surrogate - sums.kl) < 1e-9);
      } else {
        assert_true(sums.surrogate < sums.kl - 0.1);
      }
      unmake(&f);
    }
  }
}

/* The arithmetic of 2014 written out, for the diagonal posterior. */
static void surrogate_is_that_of_2014(void **state)
{
  (void)state;
  struct fixture f;
  make(&f, POSTERIOR_DIAGONAL, FEED_LEVEL, false, 1, 9);
  const struct posterior_sums sums = posterior_forward(&f.run);
  double wanted = 0;
  for (int j = 0; j < LATENT; j++) {
    double m_before = 0;
    double s2_before = 0;
    for (int t = 0; t < STEPS; t++) {
      const struct conditional q = conditional_of(&f, t, j);
      const double step = q.mu - m_before;
      wanted += 0.5 * (q.s2 + s2_before + step * step - 1 - log(q.s2 + s2_before));
      m_before = q.mu;
      s2_before = q.s2;
    }
  }
  assert_true(fabs(sums.surrogate - wanted) < 1e-9);
  unmake(&f);
}

/* The deviation of z_t from its conditional mean, in nats: ln N(z; mean, s2). */
static double log_normal(double z, double mean, double s2)
{
  return -0.5 * ((z - mean) * (z - mean) / s2 + log(2 * 3.14159265358979323846 * s2));
}

/* E_q[ln q(z) - ln p(z)] by drawing z with the function under test. */
static void divergence_by_drawing(void **state)
{
  (void)state;
  enum { SEED = 77 };
  for (int posterior = 0; posterior < 3; posterior++) {
    struct fixture f;
    struct rng rng;
    rng_seed(&rng, SEED);
    make(&f, (enum net_posterior)posterior, FEED_INCREMENT, false, DRAWS, SEED);
    double *noise = reals((size_t)STEPS * DRAWS * LATENT);
    for (size_t i = 0; i < (size_t)STEPS * DRAWS * LATENT; i++) {
      noise[i] = rng_normal(&rng);
    }
    f.run.noise = noise;
    const double exact = posterior_forward(&f.run).kl / DRAWS;
    double sum = 0;
    double squares = 0;
    for (size_t row = 0; row < DRAWS; row++) {
      double sample = 0;
      for (int i = 0; i < STEPS * LATENT; i++) {
        const struct conditional q = conditional_of(&f, i / LATENT, i % LATENT);
        const size_t at = ((size_t)(i / LATENT) * DRAWS + row) * LATENT + (size_t)(i % LATENT);
        const double before = f.run.z[at];
        const double z = f.run.z[at + (size_t)DRAWS * LATENT];
        assert_true(fabs(f.run.fed[at] - (z - before)) < 1e-12);
        sample += log_normal(z, q.a * before + q.mu, q.s2) - log_normal(z, before, 1);
      }
      sum += sample;
      squares += sample * sample;
    }
    const double mean = sum / DRAWS;
    const double error = sqrt((squares / DRAWS - mean * mean) / DRAWS);
    if (fabs(mean - exact) > 4 * error) {
      fail_msg("posterior %d, seed %d: drawn %.4f +- %.4f, exact %.4f", posterior, (int)SEED, mean, error,
               exact);
    }
    free(noise);
    unmake(&f);
  }
}

static void mode_is_the_mean(void **state)
{
  (void)state;
  for (int kind = 0; kind < 6; kind++) {
    struct fixture f;
    make(&f, (enum net_posterior)(kind % 3), kind >= 3 ? FEED_INCREMENT : FEED_LEVEL, false, 1, 3);
    (void)posterior_forward(&f.run);
    for (int i = LATENT; i < (STEPS + 1) * LATENT; i++) {
      assert_true(fabs(f.run.z[i] - f.run.mean[i]) < 1e-12);
      const double fed = f.run.fed[i - LATENT];
      assert_true(fabs(fed - (kind >= 3 ? f.run.z[i] - f.run.z[i - LATENT] : f.run.z[i])) < 1e-12);
    }
    unmake(&f);
  }
}

static void masked_rows_count_nothing(void **state)
{
  (void)state;
  struct fixture whole;
  struct fixture masked;
  make(&whole, POSTERIOR_GAUSS_MARKOV, FEED_LEVEL, false, 1, 4);
  make(&masked, POSTERIOR_GAUSS_MARKOV, FEED_LEVEL, false, 3, 4);
  double *weight = (double *)masked.run.weight;
  for (int t = 0; t < STEPS; t++) {
    weight[t * 3] = 0;
  }
  const struct posterior_sums one = posterior_forward(&whole.run);
  const struct posterior_sums two = posterior_forward(&masked.run);
  assert_true(fabs(two.kl - 2 * one.kl) < 1e-9);
  assert_true(fabs(two.surrogate - 2 * one.surrogate) < 1e-9);
  unmake(&whole);
  unmake(&masked);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(exact_divergence_is_the_dense_one),
    cmocka_unit_test(surrogate_is_that_of_2014),
    cmocka_unit_test(divergence_by_drawing),
    cmocka_unit_test(mode_is_the_mean),
    cmocka_unit_test(masked_rows_count_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
