/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "init.h"
#include "vrae.h"

enum { HIDDEN = 30, GENERATOR = 20, LATENT = 3, SEED = 97 };

static const struct init_options options = {1.1, 6, 0.1, 0.3, 0};

static struct net_config config_of(enum net_cell cell, int matches)
{
  return (struct net_config){
    .kind = NET_VRAE,
    .frame = {FRAME_BEATS, 0.25, 1},
    .tie = matches > 0 ? TIE_PITCH : TIE_NONE,
    .cell = cell,
    .posterior = POSTERIOR_GAUSS_MARKOV,
    .hidden = HIDDEN,
    .latent = LATENT,
    .generator = GENERATOR,
    .matches = matches,
  };
}

static void make(struct params *params, const struct net_config *config)
{
  struct error error;
  struct rng rng;
  rng_seed(&rng, SEED);
  memset(params, 0, sizeof *params);
  assert_int_equal(vrae_layout(config, params, &error), STATUS_OK);
  assert_int_equal(params_alloc(params), STATUS_OK);
  assert_int_equal(vrae_init(config, &options, params, &rng), STATUS_OK);
}

/* Each gate's block has the radius and the connections that were asked for. */
static void check_recurrent(const struct params *params, const char *name)
{
  const struct param *param = params_find(params, name);
  const int n = param->rows, stride = param->cols;
  float *work = malloc(2 * (size_t)n * sizeof *work);
  struct rng rng;
  assert_non_null(work);
  rng_seed(&rng, 5);
  for (int gate = 0; gate < stride / n; gate++) {
    const float *w = params->block + param->offset + gate * n;
    const double radius = spectral_radius(w, n, stride, &rng, work);
    if (!(fabs(radius / options.spectral_radius - 1) < 0.1)) {
      fail_msg("%s, gate %d: radius %g, seed %d", name, gate, radius, (int)SEED);
    }
    for (int o = 0; o < n; o++) {
      int count = 0;
      for (int i = 0; i < n; i++) {
        count += w[i * stride + o] != 0;
      }
      assert_int_equal(count, options.connections);
    }
  }
  free(work);
}

static double deviation(const struct params *params, const char *name)
{
  const struct param *param = params_find(params, name);
  double sum = 0;
  for (int i = 0; i < param->rows * param->cols; i++) {
    const double w = (double)params->block[param->offset + (size_t)i];
    sum += w * w;
  }
  return sqrt(sum / (param->rows * param->cols));
}

static void weights_are_as_documented(void **state)
{
  (void)state;
  static const char *const recurrent[] = {"recurrent.w", "back.recurrent.w", "generator.recurrent.w",
                                          "back.generator.recurrent.w"};
  static const char *const dense[] = {"input.w",     "back.input.w",     "head.w", "back.head.w",
                                      "generator.w", "back.generator.w", "out.w",  "back.out.w"};
  for (int cell = 0; cell < 3; cell++) {
    const struct net_config config = config_of((enum net_cell)cell, 0);
    struct params params;
    make(&params, &config);
    for (size_t i = 0; i < sizeof recurrent / sizeof *recurrent; i++) {
      check_recurrent(&params, recurrent[i]);
    }
    for (size_t i = 0; i < sizeof dense / sizeof *dense; i++) {
      const double got = deviation(&params, dense[i]);
      assert_true(got > 0.02 && got < 1);
    }
    assert_true(deviation(&params, "head.w") < 0.5 / sqrt(HIDDEN)); /* q starts near its prior */
    params_free(&params);
  }
}

static void all_are(const struct params *params, const char *name, int from, int to, double wanted)
{
  const float *part = params_get(params, name);
  assert_non_null(part);
  for (int i = from; i < to; i++) {
    if (fabs((double)part[i] - wanted) > 1e-6) {
      fail_msg("%s[%d] is %g, not %g", name, i, (double)part[i], wanted);
    }
  }
}

static void biases_are_as_documented(void **state)
{
  (void)state;
  struct params params;
  struct net_config config = config_of(CELL_GRU, 3);
  make(&params, &config);
  all_are(&params, "out.b", 0, 1, -0.8);
  all_are(&params, "head.b", 0, LATENT, 0);
  all_are(&params, "head.b", LATENT, 2 * LATENT, -1); /* ln s */
  all_are(&params, "head.b", 2 * LATENT, 3 * LATENT, 0);
  all_are(&params, "direct.w", 0, vrae_inputs(&config), 0);
  assert_null(params_get(&params, "keep"));
  params_free(&params);
  config = config_of(CELL_FD, 0);
  make(&params, &config);
  all_are(&params, "head.b", 0, 2 * LATENT, 0);
  all_are(&params, "keep", KEEP_INPUT, KEEP_INPUT + 1, log(0.9 / 0.1));
  all_are(&params, "keep", KEEP_RECURRENT, KEEP_COUNT, log(0.7 / 0.3));
  assert_null(params_get(&params, "direct.w"));
  params_free(&params);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(weights_are_as_documented),
    cmocka_unit_test(biases_are_as_documented),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
