/* SPDX-License-Identifier: MIT */
/* Every backward pass against central differences, in double precision, for every kind of VOSP and RNN. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
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

static const struct dropout usual_rates = {.input = 0.2, .hidden = 0.3};

static void fill(struct fixture *f)
{
  const struct vosp_net *net = &f->net;
  const size_t row = (size_t)net->inputs * (size_t)net->rows;
  for (int t = 0; t < STEPS; t++) {
    view_frame(&net->config, f->cells[t], (uint32_t)t, f->batch.u + (size_t)t * row);
  }
}

static const char *name_of(const struct net_config *config)
{
  static char name[200];
  snprintf(name, sizeof name,
           "kind %d cell %d posterior %d feed %d tie %d generator %d layers %d emission %d values %d",
           (int)config->kind, (int)config->cell, (int)config->posterior, (int)config->feed, (int)config->tie,
           config->generator, config->layers, (int)config->emission, config->frame.values);
  return name;
}

static void setup(struct fixture *f, const struct net_config *config)
{
  memset(f, 0, sizeof *f);
  rng_seed(&f->rng, SEED);
  struct error error;
  if (vosp_layout(config, &f->params, &error) != STATUS_OK) {
    fail_msg("%s: %s", name_of(config), error.text);
  }
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
      size = config->latent > 0 ? KEEP_GENERATOR : 0; /* the generator's and a predictor's are fixed */
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
        fail_msg("%s, objective %d, %s[%zu]: backward %.9g, differences %.9g, seed %d", name_of(config),
                 (int)objective, param->name, i - param->offset, f->grad[i], want, SEED);
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
  check_cell(CELL_GRU, &usual_rates);
  check_cell(CELL_DEEP, &usual_rates);
}

/* Ordinary dropout, where the cell has it. */
static const struct dropout *rates_of(enum net_cell cell)
{
  return cell == CELL_FD ? NULL : &usual_rates;
}

static void test_without_latents(void **state)
{
  (void)state;
  for (int i = 0; i < 4 * 2 * 2 * 2; i++) {
    const struct net_config config = {.kind = NET_RNN,
                                      .frame = {FRAME_BEATS, 0.5, 1},
                                      .tie = (enum net_tie)(i / 4 % 2),
                                      .cell = (enum net_cell)(i / 8),
                                      .hidden = 5,
                                      .generator = i % 2 == 0 ? 0 : 4,
                                      .layers = 1 + i / 2 % 2};
    check(&config, OBJECTIVE_BOUND, NULL);
    if (config.tie == TIE_NONE) {
      check(&config, OBJECTIVE_BOUND, rates_of(config.cell));
    }
  }
}

static void test_two_layers(void **state)
{
  (void)state;
  for (int i = 0; i < 4 * 2; i++) {
    const struct net_config config = {.frame = {FRAME_BEATS, 0.5, 1},
                                      .tie = (enum net_tie)(i % 2),
                                      .cell = (enum net_cell)(i / 2),
                                      .posterior = POSTERIOR_GAUSS_MARKOV,
                                      .feed = FEED_INCREMENT,
                                      .hidden = 5,
                                      .latent = 2,
                                      .generator = 4,
                                      .layers = 2};
    check(&config, OBJECTIVE_BOUND, rates_of(config.cell));
  }
}

static void test_emissions(void **state)
{
  (void)state;
  static const struct {
    enum net_emission emission;
    enum net_tie tie;
  } cases[] = {{EMISSION_NADE, TIE_NONE}, {EMISSION_PITCH, TIE_PITCH}};
  static const enum net_cell cells[] = {CELL_FD, CELL_GRU};
  for (int i = 0; i < 2 * 2 * 3; i++) {
    const int reader = i % 3; /* of a VOSP, of an RNN's g, of its h */
    const struct net_config config = {.kind = reader == 0 ? NET_VOSP : NET_RNN,
                                      .frame = {FRAME_BEATS, 0.5, 1 + i % 2},
                                      .tie = cases[i / 6].tie,
                                      .cell = cells[i / 3 % 2],
                                      .hidden = 5,
                                      .latent = reader == 0 ? 2 : 0,
                                      .generator = reader == 2 ? 0 : 4,
                                      .emission = cases[i / 6].emission,
                                      .emission_units = 3};
    check(&config, OBJECTIVE_BOUND, rates_of(config.cell));
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_tanh),       cmocka_unit_test(test_gru),
    cmocka_unit_test(test_deep),       cmocka_unit_test(test_fast_dropout),
    cmocka_unit_test(test_dropout),    cmocka_unit_test(test_without_latents),
    cmocka_unit_test(test_two_layers), cmocka_unit_test(test_emissions),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
