/* SPDX-License-Identifier: MIT */
/* Moments of transfer functions against quadrature of the Gaussian integral; losses against their definition.
 */
#include <math.h>

#include "cmocka_all.h"
#include "transfer.h"

/* The grid: means -4 .. 4, variances 0 .. 10. */
enum { MEANS = 33, VARIANCES = 41, POINTS = 601 };
static const double PI = 3.14159265358979323846;
/* transfer.c is compiled with -ffast-math: the last bits depend on the processor and the compiler, and scalar
 * and vector code need not agree. */
static const double ROUNDING = 1e-6;
/* Of the approximations (transfer.h). */
static const double MEAN_TOLERANCE = 0.031, VARIANCE_TOLERANCE = 0.045, VARIANCE_AVERAGE = 0.018,
                    LOGIT_TOLERANCE = 0.015;

static double mean_at(int i)
{
  return -4 + 8.0 * i / (MEANS - 1);
}

static double variance_at(int j)
{
  return 10.0 * j / (VARIANCES - 1);
}

static double sigmoid(double x)
{
  return x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x));
}

/* The first two moments of f(x), x ~ N(mean, variance). */
static void quadrature(double (*f)(double), double mean, double variance, double *first, double *second)
{
  double total = 0;
  *first = 0;
  *second = 0;
  for (int i = 0; i < POINTS; i++) {
    const double x = -9 + 18.0 * i / (POINTS - 1);
    const double density = exp(-x * x / 2);
    const double y = f(mean + sqrt(variance) * x);
    total += density;
    *first += density * y;
    *second += density * y * y;
  }
  *first /= total;
  *second /= total;
}

/* Wang & Manning's variance of tanh, by their logistic of 2x. */
static double wang_manning(double mean, double variance)
{
  const double a = 4 - 2 * sqrt(2);
  const double b = -log(sqrt(2) - 1);
  const double m = 2 * mean;
  const double v = 4 * variance;
  const double first = sigmoid(m / sqrt(1 + PI * v / 8));
  return 4 * (sigmoid(a * (m - b) / sqrt(1 + PI * a * a * v / 8)) - first * first);
}

struct errors {
  double most, sum;
};

static void note_error(struct errors *errors, double error)
{
  errors->most = fmax(errors->most, fabs(error));
  errors->sum += fabs(error);
}

static void tanh_moments_are_near_the_integral(void **state)
{
  (void)state;
  struct errors means = {0, 0};
  struct errors variances = {0, 0};
  struct errors wang = {0, 0};
  for (int i = 0; i < MEANS; i++) {
    for (int j = 0; j < VARIANCES; j++) {
      const float mean = (float)mean_at(i);
      const float variance = (float)variance_at(j);
      float m;
      float v;
      double first;
      double second;
      transfer_tanh_moments(1, &mean, &variance, &m, &v);
      quadrature(tanh, mean_at(i), variance_at(j), &first, &second);
      note_error(&means, (double)m - first);
      note_error(&variances, (double)v - (second - first * first));
      note_error(&wang, wang_manning(mean_at(i), variance_at(j)) - (second - first * first));
    }
  }
  const double cells = MEANS * VARIANCES;
  print_message(
    "tanh: mean off by %.4f at most, variance by %.4f at most and %.5f on average; Wang & Manning's "
    "variance by %.4f and %.5f\n",
    means.most, variances.most, variances.sum / cells, wang.most, wang.sum / cells);
  assert_true(means.most < MEAN_TOLERANCE);
  assert_true(variances.most < VARIANCE_TOLERANCE);
  assert_true(variances.sum / cells < VARIANCE_AVERAGE);
  assert_true(variances.sum < wang.sum);
}

static void variance_vanishes_without_any(void **state)
{
  (void)state;
  double floor_of_the_other = 0;
  for (int i = 0; i < MEANS; i++) {
    const float mean = (float)mean_at(i);
    const float none = 0;
    float m;
    float v;
    transfer_tanh_moments(1, &mean, &none, &m, &v);
    assert_true(fabs((double)v) < ROUNDING);
    assert_true(fabs((double)m - tanh((double)mean)) < ROUNDING);
    floor_of_the_other = fmax(floor_of_the_other, fabs(wang_manning((double)mean, 0)));
  }
  assert_true(floor_of_the_other > 0.1);
}

static void logit_is_near_the_integral(void **state)
{
  (void)state;
  for (int i = 0; i < MEANS; i++) {
    for (int j = 0; j < VARIANCES; j++) {
      const float mean = (float)mean_at(i);
      const float variance = (float)variance_at(j);
      float logit;
      double first;
      double second;
      transfer_logit(1, &mean, &variance, &logit);
      quadrature(sigmoid, mean_at(i), variance_at(j), &first, &second);
      assert_true(fabs(sigmoid((double)logit) - first) < LOGIT_TOLERANCE);
    }
  }
}

static void moments_may_be_written_over_their_inputs(void **state)
{
  (void)state;
  float m[9];
  float v[9];
  float mean[9];
  float variance[9];
  for (int i = 0; i < 9; i++) {
    mean[i] = (float)i - 4;
    variance[i] = 0.3F * (float)i;
  }
  transfer_tanh_moments(9, mean, variance, m, v);
  transfer_tanh_moments(9, mean, variance, mean, variance);
  for (int i = 0; i < 9; i++) {
    assert_true(fabs((double)(mean[i] - m[i])) < ROUNDING && fabs((double)(variance[i] - v[i])) < ROUNDING);
  }
}

/* Small ones and some that no exponential of a float can hold, in vectors long enough for vector code. */
enum { LOGITS = 64 };

static void fill_logits(float *logits)
{
  for (int i = 0; i < LOGITS; i++) {
    logits[i] = (float)((i % 2 == 0 ? 1 : -1) * pow(2, i / 4.0 - 2));
  }
}

static void large_values_stay_numbers(void **state)
{
  (void)state;
  float x[LOGITS];
  float y[LOGITS];
  float v[LOGITS];
  fill_logits(x);
  transfer_logistic(LOGITS, x, y);
  for (int i = 0; i < LOGITS; i++) {
    assert_true(fabs((double)y[i] - sigmoid((double)x[i])) < ROUNDING);
  }
  transfer_tanh(LOGITS, x, y);
  for (int i = 0; i < LOGITS; i++) {
    assert_true(fabs((double)y[i] - tanh((double)x[i])) < ROUNDING);
    v[i] = 1;
  }
  transfer_tanh_moments(LOGITS, x, v, y, v);
  for (int i = 0; i < LOGITS; i++) {
    assert_true(fabs((double)y[i]) <= 1 + ROUNDING && (double)v[i] >= -ROUNDING &&
                (double)v[i] <= 1 + ROUNDING);
  }
}

static void bernoulli_is_its_definition(void **state)
{
  (void)state;
  float logits[LOGITS];
  float targets[LOGITS];
  float grad[LOGITS];
  double wanted = 0;
  fill_logits(logits);
  for (int i = 0; i < LOGITS; i++) {
    const double l = (double)logits[i];
    targets[i] = i % 3 == 0;
    const double minus_log_p = fmax(-l, 0) + log1p(exp(-fabs(l)));
    wanted += i % 3 == 0 ? minus_log_p : minus_log_p + l;
  }
  const double found = transfer_bernoulli(LOGITS, logits, targets, 1, grad);
  assert_true(fabs(found / wanted - 1) < 1e-5);
  for (int i = 0; i < LOGITS; i++) {
    assert_true(fabs((double)grad[i] - (sigmoid((double)logits[i]) - (double)targets[i])) < 1e-6);
  }
  assert_true(fabs(transfer_bernoulli(20, logits, targets, 1, NULL) * 0.25 -
                   transfer_bernoulli(20, logits, targets, 0.25F, grad)) < 1e-4);
  assert_true(fabs((double)grad[3] - 0.25 * (sigmoid((double)logits[3]) - 1)) < 1e-6);
  assert_true(transfer_bernoulli(LOGITS, logits, targets, 0, grad) == 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(tanh_moments_are_near_the_integral),
    cmocka_unit_test(variance_vanishes_without_any),
    cmocka_unit_test(logit_is_near_the_integral),
    cmocka_unit_test(moments_may_be_written_over_their_inputs),
    cmocka_unit_test(large_values_stay_numbers),
    cmocka_unit_test(bernoulli_is_its_definition),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
