/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "cmocka_all.h"
#include "histogram.h"
#include "rng.h"

enum { SAMPLES = 20000 };

static const uint64_t seed = 1814;

static int by_size(const void *left, const void *right)
{
  const int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
  return (a > b) - (a < b);
}

static void is_zero_when_empty(void **state)
{
  (void)state;
  static struct histogram empty;

  assert_true(histogram_percentile(&empty, 0.5) == 0);
  assert_true(histogram_percentile(&empty, 1) == 0);
}

static void is_within_a_bin_of_the_sorted_samples(void **state)
{
  (void)state;
  static struct histogram histogram;
  static int64_t samples[SAMPLES];
  static const double shares[] = {0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 1};
  struct rng rng;

  rng_seed(&rng, seed);
  for (int i = 0; i < SAMPLES; i++) {
    /* All scales from 1 ns to some 18 minutes. */
    samples[i] = (int64_t)(rng_next(&rng) >> (24 + rng_below(&rng, 40)));
    histogram_add(&histogram, samples[i]);
  }
  qsort(samples, SAMPLES, sizeof samples[0], by_size);
  assert_int_equal(atomic_load(&histogram.max), samples[SAMPLES - 1]);
  for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++) {
    double rank = shares[i] * SAMPLES;
    double exact = (double)samples[(int)rank - (rank == (int)rank)];
    double found = histogram_percentile(&histogram, shares[i]);
    if (found < exact || found > exact * (1 + 1.0 / HISTOGRAM_STEPS) + 1) {
      fail_msg("seed %d: share %g is %g, not %g", (int)seed, shares[i], found, exact);
    }
  }
}

static void survives_any_duration(void **state)
{
  (void)state;
  static struct histogram histogram;

  histogram_add(&histogram, -5);
  histogram_add(&histogram, INT64_MAX);
  assert_int_equal(atomic_load(&histogram.count), 2);
  assert_true(histogram_percentile(&histogram, 0.5) == 0);
  assert_true(histogram_percentile(&histogram, 1) > 5e11);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(is_zero_when_empty),
    cmocka_unit_test(is_within_a_bin_of_the_sorted_samples),
    cmocka_unit_test(survives_any_duration),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
