/* Every backward pass against central differences, in double precision, for every kind of VOSP. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "vosp.h"

enum { STEPS = 4, SEED = 20140611 };

struct fixture {
  struct vosp_net net;
  struct vosp_batch batch;
  struct params params;
  real *weights, *grad;
  uint8_t cells[STEPS][FRAME_VALUES_MAX * PITCHES];
  struct rng rng;
};

static void fill(struct fixture *f)
{
  const struct vosp_net *net = &f->net;
  const size_t row = (size_t)net->inputs * (size_t)net->rows;
  for (int t = 0; t < STEPS; t++) {
    view_frame(&net->config, f->cells[t], (uint32_t)t, f->batch.u + (size_t)t * row);
  }
}

static void setup(struct fixture *f, const struct net_config *config)
{
  memset(f, 0, sizeof *f);
  rng_seed(&f->rng, SEED);
  struct error error;
  assert_int_equal(vosp_layout(config, &f->params, &error), STATUS_OK);
  f->weights = calloc(f->params.size, sizeof *f->weights);
  f->grad = calloc(f->params.size, sizeof *f->grad);
  for (size_t i = 0; i < f->params.size; i++) {
    f->weights[i] = 0.5 * rng_normal(&f->rng);
  }
  assert_int_equal(vosp_net_init(&f->net, config, &f->params, f->weights), STATUS_OK);
  assert_int_equal(vosp_batch_init(&f->batch, &f->net, STEPS, f->net.rows, true), STATUS_OK);
  for (int t = 0; t < STEPS; t++) {
    for (int i = 0; i < FRAME_VALUES_MAX * PITCHES; i++) {
      f->cells[t][i] = rng_below(&f->rng, 8) == 0;
    }
  }
  const size_t rows = (size_t)(STEPS * f->net.rows);
  for (size_t i = 0; i < rows * (size_t)f->net.outputs; i++) {
    f->batch.target[i] = rng_below(&f->rng, 3) == 0;
  }
  for (size_t i = 0; i < rows * (size_t)config->latent; i++) {
    f->batch.noise[i] = rng_normal(&f->rng);
  }
  for (size_t i = 0; i < rows; i++) {
    f->batch.weight[i] = i % 5 != 4;
  }
  fill(f);
}

static void teardown(struct fixture *f)
{
  vosp_batch_free(&f->batch);
  vosp_net_free(&f->net);
  free(f->weights);
  free(f->grad);
}

static double loss(struct fixture *f, enum net_objective objective, const struct dropout *rates, bool refill)
{
  struct dropout dropout = {0};
  if (rates != NULL) { /* the same masks every time */
    rng_seed(&f->rng, SEED);
    dropout = *rates;
    dropout.rng = &f->rng;
  }
  if (refill) {
    fill(f);
  }
  vosp_net_refresh(&f->net, &f->params, f->weights);
  vosp_forward(&f->net, &f->batch, STEPS, true, rates != NULL ? &dropout : NULL);
  return f->batch.reconstruction + 0.7 * (objective == OBJECTIVE_BOUND ? f->batch.kl : f->batch.surrogate);
}

static void check(const struct net_config *config, enum net_objective objective, const struct dropout *dropout)
{
  struct fixture *f = malloc(sizeof *f);
  setup(f, config);
  loss(f, objective, dropout, true);
  vosp_backward(&f->net, &f->batch, STEPS, objective, 1, 0.7, &f->params, f->grad);
  for (int p = 0; p < f->params.count; p++) {
    const struct param *param = &f->params.list[p];
    size_t size = (size_t)param->rows * (size_t)param->cols;
    if (strcmp(param->name, "keep") == 0) {
      size = KEEP_GENERATOR; /* the generator's is fixed */
    }
    for (size_t k = 0; k < 12 && k < size; k++) {
      const size_t i = param->offset + (size < 12 ? k : (size_t)rng_below(&f->rng, (uint32_t)size));
      const double kept = f->weights[i];
      const double h = 1e-5;
      f->weights[i] = kept + h;
      const double above = loss(f, objective, dropout, true);
      f->weights[i] = kept - h;
      const double below = loss(f, objective, dropout, true);
      f->weights[i] = kept;
      const double want = (above - below) / (2 * h);
      if (fabs(want - f->grad[i]) > 1e-6 * (1 + fabs(want))) {
        fail_msg(
          "cell %d posterior %d feed %d tie %d objective %d, %s[%zu]: backward %.9g, differences %.9g, seed %d",
          (int)config->cell, (int)config->posterior, (int)config->feed, (int)config->tie, (int)objective,
          param->name, i - param->offset, f->grad[i], want, SEED);
      }
    }
  }
  teardown(f);
  free(f);
}

static void check_cell(enum net_cell cell, const struct dropout *dropout)
{
  struct net_config config = {
    .frame = {FRAME_BEATS, 0.5, 1}, .cell = cell, .hidden = 5, .latent = 2, .generator = 4};
  for (int tie = 0; tie < 2; tie++) {
    for (int posterior = 0; posterior < 3; posterior++) {
      for (int feed = 0; feed < 2; feed++) {
        config.tie = (enum net_tie)tie;
        config.posterior = (enum net_posterior)posterior;
        config.feed = (enum net_feed)feed;
        check(&config, OBJECTIVE_BOUND, dropout);
        check(&config, OBJECTIVE_SURROGATE, dropout);
      }
    }
  }
}

static void test_tanh(void **state)
{
  (void)state;
  check_cell(CELL_TANH, NULL);
}

static void test_gru(void **state)
{
  (void)state;
  check_cell(CELL_GRU, NULL);
}

static void test_deep(void **state)
{
  (void)state;
  check_cell(CELL_DEEP, NULL);
}

static void test_fast_dropout(void **state)
{
  (void)state;
  check_cell(CELL_FD, NULL);
}

static void test_dropout(void **state)
{
  (void)state;
  const struct dropout dropout = {.input = 0.2, .hidden = 0.3};
  check_cell(CELL_GRU, &dropout);
  check_cell(CELL_DEEP, &dropout);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_tanh),
    cmocka_unit_test(test_gru),
    cmocka_unit_test(test_deep),
    cmocka_unit_test(test_fast_dropout),
    cmocka_unit_test(test_dropout),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
