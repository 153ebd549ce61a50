/* SPDX-License-Identifier: MIT */
/* The VRAE's backward pass against central differences, in double precision, for every kind of it. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "vrae.h"

enum { STEPS = 5, ROWS = 3, ROOM = 1, SEED = 20140612, ENTRIES = 8 };

struct fixture {
  struct vrae_net net;
  struct vrae_batch batch;
  struct params params;
  real *weights, *grad;
  struct rng rng;
  int rows; /* ROWS, of whole frames where these are needed */
};

static void fill(struct fixture *f)
{
  static const int lengths[ROWS] = {STEPS, 3, 1};
  struct vrae_batch *batch = &f->batch;
  const struct vrae_net *net = &f->net;
  const int rows = f->rows, cells = STEPS * rows * net->outputs;
  for (int n = 0; n < rows; n++) {
    batch->length[n] = lengths[n / vrae_joint_rows(net)];
  }
  for (int i = 0; i < STEPS * rows * net->inputs; i++) {
    batch->u[i] = rng_below(&f->rng, 6) == 0;
  }
  for (int i = 0; i < cells; i++) {
    batch->target[i] = rng_below(&f->rng, 3) == 0;
    batch->cell_weight[i] = rng_below(&f->rng, 4) == 0 ? 0 : 2 * rng_uniform(&f->rng);
  }
  for (int i = 0; i < STEPS * rows; i++) {
    batch->weight[i] = rng_below(&f->rng, 5) == 0 ? 0 : rng_uniform(&f->rng);
  }
  for (int i = 0; i < STEPS * rows * net->config.latent; i++) {
    batch->noise[i] = rng_normal(&f->rng);
  }
}

static void setup(struct fixture *f, const struct net_config *config)
{
  memset(f, 0, sizeof *f);
  rng_seed(&f->rng, SEED);
  struct error error;
  assert_int_equal(vrae_layout(config, &f->params, &error), STATUS_OK);
  f->weights = calloc(f->params.size, sizeof *f->weights);
  f->grad = calloc(f->params.size, sizeof *f->grad);
  assert_non_null(f->weights);
  assert_non_null(f->grad);
  for (size_t i = 0; i < f->params.size; i++) {
    f->weights[i] = 0.5 * rng_normal(&f->rng);
  }
  assert_int_equal(vrae_net_init(&f->net, config, &f->params, f->weights), STATUS_OK);
  f->rows = ROWS * vrae_joint_rows(&f->net);
  assert_int_equal(vrae_batch_init(&f->batch, &f->net, STEPS + 1, f->rows + ROOM, true), STATUS_OK);
  fill(f);
}

static void teardown(struct fixture *f)
{
  vrae_batch_free(&f->batch);
  vrae_net_free(&f->net);
  free(f->weights);
  free(f->grad);
}

static double loss(struct fixture *f, enum net_objective objective, const struct dropout *rates)
{
  struct dropout dropout = {0};
  struct rng rng;
  if (rates != NULL) { /* the same masks every time */
    rng_seed(&rng, SEED);
    dropout = *rates;
    dropout.rng = &rng;
  }
  vrae_net_refresh(&f->net, &f->params, f->weights);
  vrae_forward(&f->net, &f->batch, STEPS, f->rows, true, rates != NULL ? &dropout : NULL);
  return f->batch.reconstruction + 0.7 * (objective == OBJECTIVE_BOUND ? f->batch.kl : f->batch.surrogate);
}

static double difference(struct fixture *f, enum net_objective objective, const struct dropout *dropout,
                         size_t i)
{
  const double kept = f->weights[i];
  const double h = 1e-5;
  f->weights[i] = kept + h;
  const double above = loss(f, objective, dropout);
  f->weights[i] = kept - h;
  const double below = loss(f, objective, dropout);
  f->weights[i] = kept;
  return 1.5 * (above - below) / (2 * h);
}

static void check_tensor(struct fixture *f, const struct param *param, enum net_objective objective,
                         const struct dropout *dropout)
{
  const struct net_config *config = &f->net.config;
  size_t size = (size_t)param->rows * (size_t)param->cols;
  if (strcmp(param->name, "keep") == 0) {
    size = KEEP_GENERATOR; /* the generator's is fixed */
  }
  for (size_t k = 0; k < ENTRIES && k < size; k++) {
    const size_t i = param->offset + (size <= ENTRIES ? k : (size_t)rng_below(&f->rng, (uint32_t)size));
    const double want = difference(f, objective, dropout, i);
    if (!(fabs(want - f->grad[i]) <= 1e-6 * (1 + fabs(want)))) {
      fail_msg(
        "cell %d posterior %d feed %d tie %d matches %d emission %d objective %d, %s[%zu]: backward %.9g, "
        "differences %.9g, seed %d",
        (int)config->cell, (int)config->posterior, (int)config->feed, (int)config->tie, config->matches,
        (int)config->emission, (int)objective, param->name, i - param->offset, f->grad[i], want, SEED);
    }
  }
}

static void check(const struct net_config *config, enum net_objective objective, const struct dropout *dropout)
{
  struct fixture f;
  setup(&f, config);
  (void)loss(&f, objective, dropout);
  vrae_backward(&f.net, &f.batch, STEPS, f.rows, objective, 1.5, 0.7, &f.params, f.grad);
  for (int p = 0; p < f.params.count; p++) {
    check_tensor(&f, &f.params.list[p], objective, dropout);
  }
  teardown(&f);
}

static void check_cell(enum net_cell cell, const struct dropout *dropout)
{
  struct net_config config = {
    .kind = NET_VRAE, .frame = {FRAME_BEATS, 0.5, 2}, .cell = cell, .hidden = 4, .latent = 2, .generator = 5};
  for (int kind = 0; kind < 3 * 2 * 2 * 2; kind++) {
    config.posterior = (enum net_posterior)(kind % 3);
    config.feed = (enum net_feed)(kind / 3 % 2);
    config.tie = (enum net_tie)(kind / 6 % 2);
    const enum net_objective objective = (enum net_objective)(kind / 12);
    config.matches = 0;
    check(&config, objective, dropout);
    if (config.tie == TIE_PITCH && cell != CELL_FD) {
      config.matches = 2;
      check(&config, objective, dropout);
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
  const struct dropout dropout = {.input = (real)0.2, .hidden = (real)0.3};
  check_cell(CELL_TANH, &dropout);
  check_cell(CELL_GRU, &dropout);
  check_cell(CELL_DEEP, &dropout);
}

/* Both emissions, of plain cells with and without dropout, and of moments. */
static void test_emissions(void **state)
{
  (void)state;
  static const enum net_cell cells[] = {CELL_TANH, CELL_GRU, CELL_FD};
  const struct dropout dropout = {.input = (real)0.2, .hidden = (real)0.3};
  for (int kind = 0; kind < 3 * 2 * 2; kind++) {
    const bool nade = kind / 3 % 2 == 0;
    const struct net_config config = {
      .kind = NET_VRAE,
      .frame = {FRAME_BEATS, 0.5, 1 + kind / 6 % 2},
      .tie = nade ? TIE_NONE : TIE_PITCH,
      .cell = cells[kind % 3],
      .posterior = POSTERIOR_INCREMENTS,
      .hidden = 4,
      .latent = 2,
      .generator = 5,
      .emission = nade ? EMISSION_NADE : EMISSION_PITCH,
      .emission_units = 3,
    };
    check(&config, OBJECTIVE_BOUND, kind / 6 == 0 ? NULL : &dropout);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_tanh),         cmocka_unit_test(test_gru),     cmocka_unit_test(test_deep),
    cmocka_unit_test(test_fast_dropout), cmocka_unit_test(test_dropout), cmocka_unit_test(test_emissions),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
