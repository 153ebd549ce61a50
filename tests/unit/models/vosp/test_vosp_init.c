/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "init.h"
#include "vosp.h"

enum { SIZE = 6, STRIDE = 9, HIDDEN = 40, SQUARINGS = 20, SEEDS = 6 };

static double radius_of(float w[SIZE][STRIDE], uint64_t seed)
{
  struct rng rng;
  float work[2 * SIZE];
  rng_seed(&rng, seed);
  return spectral_radius(w[0], SIZE, STRIDE, &rng, work);
}

/* What stands beyond the matrix in each row must not matter. */
static void clear(float w[SIZE][STRIDE])
{
  for (int i = 0; i < SIZE; i++) {
    for (int j = 0; j < STRIDE; j++) {
      w[i][j] = j < SIZE ? 0 : 100;
    }
  }
}

static void radius_of_known_matrices(void **state)
{
  (void)state;
  float w[SIZE][STRIDE];
  const float diagonal[SIZE] = {0.5F, -1.5F, 1.1F, 0, 0.3F, -1};
  clear(w);
  for (int i = 0; i < SIZE; i++) {
    w[i][i] = diagonal[i];
    w[i][(i + 5) % SIZE] += i > 0 ? 0.7F : 0; /* triangular: the eigenvalues stay */
  }
  assert_true(fabs(radius_of(w, 1) / 1.5 - 1) < 0.01);
  clear(w);
  for (int i = 0; i < SIZE; i += 2) { /* turns, each of its own scale and angle */
    const double scale = i == 2 ? 1.3 : 0.8;
    w[i][i] = w[i + 1][i + 1] = (float)(scale * cos(0.7 + i));
    w[i][i + 1] = (float)(scale * sin(0.7 + i));
    w[i + 1][i] = -w[i][i + 1];
  }
  assert_true(fabs(radius_of(w, 2) / 1.3 - 1) < 0.01);
  clear(w);
  for (int i = 0; i < SIZE; i++) {
    for (int j = i + 1; j < SIZE; j++) {
      w[i][j] = (float)(1 + i + j);
    }
  }
  assert_true(radius_of(w, 3) == 0); /* nilpotent */
}

/* The radius by Gelfand's formula, |W^(2^k)|^(2^-k), in double precision. */
static double gelfand(const float *w, int stride)
{
  static double a[HIDDEN][HIDDEN];
  static double b[HIDDEN][HIDDEN];
  double log_scale = 0;
  for (int i = 0; i < HIDDEN; i++) {
    for (int j = 0; j < HIDDEN; j++) {
      a[i][j] = (double)w[i * stride + j];
    }
  }
  for (int k = 0; k < SQUARINGS; k++) {
    double norm = 0;
    for (int i = 0; i < HIDDEN; i++) {
      for (int j = 0; j < HIDDEN; j++) {
        b[i][j] = 0;
        for (int m = 0; m < HIDDEN; m++) {
          b[i][j] += a[i][m] * a[m][j];
        }
        norm = fmax(norm, fabs(b[i][j]));
      }
    }
    log_scale = 2 * log_scale + log(norm);
    for (int i = 0; i < HIDDEN; i++) {
      for (int j = 0; j < HIDDEN; j++) {
        a[i][j] = b[i][j] / norm;
      }
    }
  }
  return exp(log_scale / pow(2, SQUARINGS));
}

static struct net_config config_of(enum net_cell cell)
{
  return (struct net_config){
    .frame = {FRAME_BEATS, 0.25, 1},
    .cell = cell,
    .posterior = POSTERIOR_GAUSS_MARKOV,
    .hidden = HIDDEN,
    .latent = 3,
    .generator = 7,
  };
}

static void make(struct params *params, const struct net_config *config, const struct init_options *options,
                 uint64_t seed)
{
  struct error error;
  struct rng rng;
  rng_seed(&rng, seed);
  memset(params, 0, sizeof *params);
  assert_int_equal(vosp_layout(config, params, &error), STATUS_OK);
  assert_int_equal(params_alloc(params), STATUS_OK);
  assert_int_equal(vosp_init(config, options, params, &rng), STATUS_OK);
}

static void check_connections(const float *w, int stride, int wanted)
{
  for (int o = 0; o < HIDDEN; o++) {
    int count = 0;
    for (int i = 0; i < HIDDEN; i++) {
      count += w[i * stride + o] != 0;
    }
    assert_int_equal(count, wanted);
  }
}

static void recurrent_weights_have_their_radius(void **state)
{
  (void)state;
  static const double radii[] = {0.6, 1.1};
  static const int connections[] = {0, 6};
  static const enum net_cell cells[] = {CELL_TANH, CELL_GRU, CELL_DEEP};
  for (int kind = 0; kind < 3 * 2 * SEEDS; kind++) {
    const struct net_config config = config_of(cells[kind % 3]);
    const int blocks = config.cell == CELL_TANH ? 1 : 3;
    const int nu = connections[kind / 3 % 2];
    const struct init_options options = {radii[kind / 6 % 2], nu, 0.1, 0.3, 0};
    const double wanted = (config.cell == CELL_DEEP ? 0.77 : 1) * options.spectral_radius;
    struct params params;
    make(&params, &config, &options, 500 + (uint64_t)kind);
    for (int block = 0; block < blocks; block++) {
      const float *w = params_get(&params, "recurrent.w") + (size_t)block * HIDDEN;
      const double radius = gelfand(w, blocks * HIDDEN);
      if (!(fabs(radius / wanted - 1) < 0.03)) {
        fail_msg("cell %d, block %d: radius %.4f, wanted %.4f, seed %d", (int)config.cell, block, radius,
                 wanted, 500 + kind);
      }
      check_connections(w, blocks * HIDDEN, nu == 0 ? HIDDEN : nu);
    }
    params_free(&params);
  }
}

/* What a small state turns into over one step of the deep cell, h (S + A B), has about the radius asked for. */
static void deep_steps_have_their_radius(void **state)
{
  (void)state;
  const struct net_config config = config_of(CELL_DEEP);
  const struct init_options options = {1.1, 0, 0.1, 0.3, 0};
  double sum = 0;
  for (uint64_t seed = 0; seed < SEEDS; seed++) {
    static float step[HIDDEN * HIDDEN];
    struct params params;
    make(&params, &config, &options, 700 + seed);
    const float *w = params_get(&params, "recurrent.w");
    for (int i = 0; i < HIDDEN; i++) {
      for (int o = 0; o < HIDDEN; o++) {
        float value = w[(i * 3 + 1) * HIDDEN + o];
        for (int k = 0; k < HIDDEN; k++) {
          value += w[i * 3 * HIDDEN + k] * w[(k * 3 + 2) * HIDDEN + o];
        }
        step[i * HIDDEN + o] = value;
      }
    }
    sum += gelfand(step, HIDDEN);
    params_free(&params);
  }
  assert_true(fabs(sum / SEEDS / 1.1 - 1) < 0.1);
}

static void input_weights_have_their_deviation(void **state)
{
  (void)state;
  static const double given[] = {0, 0.01, 0.5}, wanted[] = {0.1, 0.01, 0.5};
  for (int k = 0; k < 3; k++) {
    const struct net_config config = config_of(CELL_TANH);
    const struct init_options options = {1.1, 0, 0.1, 0.3, given[k]};
    struct params params;
    make(&params, &config, &options, 20);
    const float *w = params_get(&params, "input.w");
    const struct param *param = params_find(&params, "input.w");
    const size_t count = (size_t)param->rows * (size_t)param->cols;
    double squares = 0;
    for (size_t i = 0; i < count; i++) {
      squares += (double)w[i] * (double)w[i];
    }
    assert_true(fabs(sqrt(squares / (double)count) / wanted[k] - 1) < 0.05);
    params_free(&params);
  }
}

static void all_are(const struct params *params, const char *name, int from, int to, double wanted)
{
  const float *part = params_get(params, name);
  for (int i = from; part != NULL && i < to; i++) {
    if (fabs((double)part[i] - wanted) > 1e-6) {
      fail_msg("%s[%d] is %g, not %g", name, i, (double)part[i], wanted);
    }
  }
}

static void biases_are_as_documented(void **state)
{
  (void)state;
  const struct init_options options = {1.1, 0, 0.1, 0.3, 0};
  for (int cell = 0; cell < 4; cell++) {
    const struct net_config config = config_of((enum net_cell)cell);
    struct params params;
    make(&params, &config, &options, 7);
    all_are(&params, "out.b", 0, PITCHES, -0.8);
    all_are(&params, "head.b", 0, 3, 0);
    all_are(&params, "head.b", 3, 6, cell == CELL_FD ? 0 : -1); /* ln s; the logit of a in fast dropout */
    all_are(&params, "head.b", 6, cell == CELL_FD ? 6 : 9, 0);
    all_are(&params, "input.b", 0, HIDDEN, 0);
    all_are(&params, "recurrent.b", 0, 3 * HIDDEN, 0);
    all_are(&params, "generator.b", 0, 7, 0);
    const float *keep = params_get(&params, "keep");
    assert_int_equal(keep != NULL, cell == CELL_FD);
    for (int i = 0; keep != NULL && i < KEEP_COUNT; i++) {
      const double kept = 1 / (1 + exp(-(double)keep[i]));
      assert_true(fabs(kept - (i == KEEP_INPUT ? 0.9 : 0.7)) < 1e-6);
    }
    params_free(&params);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(radius_of_known_matrices),     cmocka_unit_test(recurrent_weights_have_their_radius),
    cmocka_unit_test(deep_steps_have_their_radius), cmocka_unit_test(input_weights_have_their_deviation),
    cmocka_unit_test(biases_are_as_documented),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
