/* SPDX-License-Identifier: MIT */
/* Predictors without latents: their likelihood is exact, and what they cannot be is refused. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleaner.h"
#include "cmocka_all.h"
#include "eval.h"
#include "net_rig.h"
#include "roll_rig.h"

/* Longer than the segments that sequences are run in. */
enum { HIDDEN = 6, FRAMES = 150, SEED = 31 };

static const struct net_config plain = {
  .kind = NET_RNN, .frame = {FRAME_BEATS, 0.5, 1}, .cell = CELL_TANH, .hidden = HIDDEN};

static double weight(const struct params *params, const char *name, int row, int column)
{
  const struct param *param = params_find(params, name);
  return (double)params->block[param->offset + (size_t)(row * param->cols + column)];
}

/* h = tanh(x W + b + h U) of one layer, whose tensors begin with `prefix`. */
static void step(const struct params *params, const char *prefix, int inputs, const double *x, double *h)
{
  char input[32], bias[32], recurrent[32];
  double next[HIDDEN];
  snprintf(input, sizeof input, "%sinput.w", prefix);
  snprintf(bias, sizeof bias, "%sinput.b", prefix);
  snprintf(recurrent, sizeof recurrent, "%srecurrent.w", prefix);
  for (int o = 0; o < HIDDEN; o++) {
    next[o] = weight(params, bias, 0, o);
    for (int i = 0; i < inputs; i++) {
      next[o] += x[i] * weight(params, input, i, o);
    }
    for (int i = 0; i < HIDDEN; i++) {
      next[o] += h[i] * weight(params, recurrent, i, o);
    }
  }
  for (int o = 0; o < HIDDEN; o++) {
    h[o] = tanh(next[o]);
  }
}

/* -ln p(x_1:T), written out: p(x_t) from the state that x_1:t-1 left. */
static double directly(const struct params *params, int layers, const struct sequence *sequence)
{
  double h[2][HIDDEN] = {{0}};
  const double *top = h[layers - 1];
  double sum = 0;
  for (int t = 0; t < sequence->frames; t++) {
    double x[PITCHES];
    for (int i = 0; i < PITCHES; i++) {
      double logit = weight(params, "out.b", 0, i);
      for (int k = 0; k < HIDDEN; k++) {
        logit += top[k] * weight(params, "out.w", k, i);
      }
      x[i] = sequence->cells[t * PITCHES + i];
      sum += log1p(exp(x[i] > 0 ? -logit : logit));
    }
    step(params, "", PITCHES, x, h[0]);
    if (layers == 2) {
      step(params, "upper.", HIDDEN, h[0], h[1]);
    }
  }
  return sum;
}

static struct model *make_model(const struct net_config *config)
{
  struct model *model;
  struct error error;
  struct rng rng;
  rng_seed(&rng, SEED);
  assert_int_equal(model_new(&model, config, &error), STATUS_OK);
  for (size_t i = 0; i < model->params.size; i++) {
    model->params.block[i] = (float)(0.4 * rng_normal(&rng));
  }
  return model;
}

static void likelihood_is_exact(void **state)
{
  (void)state;
  const int length = FRAMES;
  struct dataset data;
  struct error error;
  roll_rig_make(&data, &length, 1, 1, SEED);
  for (int layers = 1; layers <= 2; layers++) {
    struct net_config config = plain;
    config.layers = layers;
    struct model *model = make_model(&config);
    struct eval_nll found;
    assert_int_equal(eval_nll(model, &data, 50, 1, NULL, &found, &error), STATUS_OK);
    const double wanted = directly(&model->params, layers, &data.sequences[0]) / FRAMES;
    if (!(fabs(found.bound / wanted - 1) < 1e-5)) {
      fail_msg("%d layers: %.7f nats a frame, written out %.7f; seed %d", layers, found.bound, wanted,
               (int)SEED);
    }
    assert_true(found.exact && found.kl == 0 && found.particles == 0);
    assert_true(found.bound == found.reconstruction && found.bound == found.surrogate);
    model_free(model);
  }
  dataset_free(&data);
}

static void no_layers_given_are_one(void **state)
{
  (void)state;
  struct model *model = make_model(&plain);
  assert_int_equal(model->config.layers, 1);
  assert_null(params_find(&model->params, "upper.input.w"));
  model_free(model);
}

static void refuses_what_it_cannot_be(void **state)
{
  (void)state;
  const struct {
    enum net_kind kind;
    int latent, generator, layers, gate;
    enum net_emission emission;
    const char *says;
  } cases[] = {
    {NET_RNN, 1, 4, 1, 0, EMISSION_BERNOULLI, "latent must be 0 for"},
    {NET_VOSP, 0, 4, 1, 0, EMISSION_BERNOULLI, "latent must be 1 to"},
    {NET_VOSP, 2, 0, 1, 0, EMISSION_BERNOULLI, "generator must be 1 to"},
    {NET_RNN, 0, 0, 3, 0, EMISSION_BERNOULLI, "layers must be 0 to 2"},
    {NET_RNN, 0, 0, 1, 4, EMISSION_BERNOULLI, "--gate 0"},
    {NET_VOSP, 2, 4, 1, 4, EMISSION_NADE, "--gate 0"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct net_config config = plain;
    struct model *model;
    struct error error;
    config.kind = cases[i].kind;
    config.latent = cases[i].latent;
    config.generator = cases[i].generator;
    config.layers = cases[i].layers;
    config.gate = cases[i].gate;
    config.emission = cases[i].emission;
    config.emission_units = cases[i].emission == EMISSION_NADE ? 4 : 0;
    const enum status status = model_new(&model, &config, &error);
    if (status != STATUS_USAGE || strstr(error.text, cases[i].says) == NULL) {
      fail_msg("case %zu: %s: %s", i, status_name(status), status == STATUS_OK ? "" : error.text);
    }
  }
}

static void only_a_vosp_without_nade_cleans(void **state)
{
  (void)state;
  struct net_config configs[] = {plain, plain};
  configs[1].kind = NET_VOSP;
  configs[1].latent = 2;
  configs[1].generator = 4;
  configs[1].emission = EMISSION_NADE;
  configs[1].emission_units = 4;
  for (size_t i = 0; i < sizeof configs / sizeof *configs; i++) {
    struct model *model = make_model(&configs[i]);
    struct cleaner *cleaner;
    struct error error;
    assert_int_equal(model_cleaner_new(model, &cleaner, &error), STATUS_UNSUPPORTED);
    assert_null(cleaner);
    assert_non_null(strstr(error.text, "emend.vosp without the nade emission"));
    model_free(model);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(likelihood_is_exact),
    cmocka_unit_test(no_layers_given_are_one),
    cmocka_unit_test(refuses_what_it_cannot_be),
    cmocka_unit_test(only_a_vosp_without_nade_cleans),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
