/* SPDX-License-Identifier: MIT */
/* Both optimisers against their textbook forms in double precision, on a function whose gradient moves. */
#include <math.h>
#include <string.h>

#include "cmocka_all.h"
#include "optimiser.h"

enum { SIZE = 5, STEPS = 50 };

static double gradient(int i, const double *w)
{
  return (i + 1) * (w[i] - 0.5 * i) + 0.3 * sin(3 * w[(i + 1) % SIZE]);
}

static void start(double *w)
{
  for (int i = 0; i < SIZE; i++) {
    w[i] = 1 - 0.7 * i;
  }
}

static void step_real(struct optimiser *optimiser, float *weights)
{
  double w[SIZE];
  float grad[SIZE];
  for (int i = 0; i < SIZE; i++) {
    w[i] = (double)weights[i];
  }
  for (int i = 0; i < SIZE; i++) {
    grad[i] = (float)gradient(i, w);
  }
  optimiser_step(optimiser, grad, weights);
}

static void assert_near(const float *weights, const double *wanted, int step)
{
  for (int i = 0; i < SIZE; i++) {
    if (fabs((double)weights[i] - wanted[i]) > 1e-4) {
      fail_msg("step %d, weight %d: %.7f, wanted %.7f", step, i, (double)weights[i], wanted[i]);
    }
  }
}

/* Kingma & Ba, algorithm 1, with the bias corrections written out. */
static void adam_is_the_papers(void **state)
{
  (void)state;
  struct optimiser optimiser = {.kind = OPTIMISER_ADAM, .rate = 0.02};
  assert_int_equal(optimiser_init(&optimiser, SIZE), STATUS_OK);
  double w[SIZE];
  double m[SIZE] = {0};
  double v[SIZE] = {0};
  float weights[SIZE];
  start(w);
  for (int i = 0; i < SIZE; i++) {
    weights[i] = (float)w[i];
  }
  for (int t = 1; t <= STEPS; t++) {
    double g[SIZE];
    for (int i = 0; i < SIZE; i++) {
      g[i] = gradient(i, w);
    }
    for (int i = 0; i < SIZE; i++) {
      m[i] = 0.9 * m[i] + 0.1 * g[i];
      v[i] = 0.999 * v[i] + 0.001 * g[i] * g[i];
      w[i] -= 0.02 * (m[i] / (1 - pow(0.9, t))) / (sqrt(v[i] / (1 - pow(0.999, t))) + 1e-8);
    }
    step_real(&optimiser, weights);
    assert_near(weights, w, t);
  }
  assert_int_equal(optimiser.steps, STEPS);
  optimiser_free(&optimiser);
}

/* Nesterov's momentum in two half steps: along the velocity, then by the gradient found there. What is held
 * are the weights after the next first half. */
static void rmsprop_is_the_classical_pair_of_steps(void **state)
{
  (void)state;
  const double rate = 0.01;
  const double momentum = 0.8;
  const double decay = 0.9;
  struct optimiser optimiser = {.kind = OPTIMISER_RMSPROP, .rate = rate, .momentum = momentum, .decay = decay};
  assert_int_equal(optimiser_init(&optimiser, SIZE), STATUS_OK);
  double w[SIZE];
  double velocity[SIZE] = {0};
  double squares[SIZE] = {0};
  float weights[SIZE];
  start(w);
  for (int i = 0; i < SIZE; i++) {
    weights[i] = (float)w[i];
  }
  for (int t = 1; t <= STEPS; t++) {
    double half[SIZE];
    double next_half[SIZE];
    for (int i = 0; i < SIZE; i++) {
      half[i] = w[i] + momentum * velocity[i];
    }
    for (int i = 0; i < SIZE; i++) {
      const double g = gradient(i, half);
      squares[i] = decay * squares[i] + (1 - decay) * g * g;
      const double step = rate * g / (sqrt(squares[i]) + 1e-6);
      w[i] = half[i] - step;
      velocity[i] = momentum * velocity[i] - step;
      next_half[i] = w[i] + momentum * velocity[i];
    }
    step_real(&optimiser, weights);
    assert_near(weights, next_half, t);
  }
  optimiser_free(&optimiser);
}

static void clip_scales_down_only(void **state)
{
  (void)state;
  const float whole[3] = {3, -4, 12};
  float grad[3];
  memcpy(grad, whole, sizeof grad);
  assert_true(fabs(gradient_clip(grad, 3, 0) - 13) < 1e-9);
  assert_memory_equal(grad, whole, sizeof grad);
  assert_true(fabs(gradient_clip(grad, 3, 13.5) - 13) < 1e-9);
  assert_memory_equal(grad, whole, sizeof grad);
  assert_true(fabs(gradient_clip(grad, 3, 2.6) - 13) < 1e-9); /* the norm that it had */
  for (int i = 0; i < 3; i++) {
    assert_true(fabs((double)grad[i] - (double)whole[i] / 5) < 1e-6);
  }
  float none[3] = {0, 0, 0};
  assert_true(gradient_clip(none, 3, 1) == 0);
  assert_true(none[0] == 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(adam_is_the_papers),
    cmocka_unit_test(rmsprop_is_the_classical_pair_of_steps),
    cmocka_unit_test(clip_scales_down_only),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
