/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "init.h"
#include "net_rig.h"
#include "particles.h"
#include "vosp_private.h"

/* Two steps of a model with one latent: small enough to sum over a grid of both latents. */
enum { GRID = 801, STEPS = 2, PARTICLES = 4000 };
static const double GRID_REACH = 10;

struct fixture {
  struct params params;
  struct vosp_net net;
  struct vosp_batch batch;
};

/* A proposal narrower than the prior would make the estimate's variance, and the test's tolerance, large. */
static void widen(const struct vosp_net *net, const struct vosp_batch *batch)
{
  const struct moments head = batch->work->head;
  for (int t = 0; t < STEPS; t++) {
    if (head.v != NULL) {
      head.v[t * net->head_size] = 1.5F;
    } else {
      head.m[t * net->head_size + 1] = 0.3F; /* ln s */
    }
  }
}

static void make(struct fixture *fixture, const struct net_config *config, uint64_t seed)
{
  struct rng rng;
  struct error error;
  rng_seed(&rng, seed);
  memset(fixture, 0, sizeof *fixture);
  assert_int_equal(vosp_layout(config, &fixture->params, &error), STATUS_OK);
  assert_int_equal(params_alloc(&fixture->params), STATUS_OK);
  const struct init_options options = {1.1, 0, 0.1, 0.1, 0};
  assert_int_equal(vosp_init(config, &options, &fixture->params, &rng), STATUS_OK);
  float *to_z = params_get(&fixture->params, "generator.z");
  for (int i = 0; i < config->generator; i++) {
    to_z[i] = (float)rng_normal(&rng); /* so that the latent matters */
  }
  assert_int_equal(vosp_net_init(&fixture->net, config, &fixture->params, fixture->params.block), STATUS_OK);
  struct vosp_batch *batch = &fixture->batch;
  assert_int_equal(vosp_batch_init(batch, &fixture->net, STEPS, 1, false), STATUS_OK);
  vosp_batch_restart(batch, &fixture->net);
  for (int i = 0; i < STEPS * PITCHES; i++) {
    const float x = rng_below(&rng, 20) == 0;
    batch->u[i] = x;
    batch->target[i] = x;
  }
  for (int t = 0; t < STEPS; t++) {
    batch->weight[t] = 1;
    batch->noise[t] = 0;
  }
  vosp_forward(&fixture->net, batch, STEPS, true, NULL);
  widen(&fixture->net, batch);
}

static void unmake(struct fixture *fixture)
{
  vosp_batch_free(&fixture->batch);
  vosp_net_free(&fixture->net);
  params_free(&fixture->params);
}

static double grid_point(int i)
{
  return GRID_REACH * (2.0 * i / (GRID - 1) - 1);
}

/* log p(x_t | h_{t-1}, f) over a grid of what the generator is fed. */
static void grid_log_p(const struct fixture *fixture, int t, double *log_p)
{
  const struct vosp_net *net = &fixture->net;
  const size_t H = (size_t)net->config.hidden;
  real *scratch = malloc(vosp_generate_scratch(net, 1) * sizeof *scratch);
  assert_non_null(scratch);
  struct moments h = {fixture->batch.h.m + (size_t)t * H, NULL};
  if (fixture->batch.h.v != NULL) {
    h.v = fixture->batch.h.v + (size_t)t * H;
  }
  for (int i = 0; i < GRID; i++) {
    const real fed = (real)grid_point(i);
    vosp_generate(net, 1, h, &fed, fixture->batch.target + t * PITCHES, scratch, &log_p[i]);
  }
  free(scratch);
}

static double normal(double x)
{
  return exp(-x * x / 2) / sqrt(2 * 3.14159265358979323846);
}

/* log p(x_1, x_2) by sums over the grid of z_1 and z_2, or of both increments. */
static double exact(const struct fixture *fixture)
{
  double first[GRID], second[GRID];
  grid_log_p(fixture, 0, first);
  grid_log_p(fixture, 1, second);
  const double cell = 2 * GRID_REACH / (GRID - 1);
  double sum = 0;
  for (int i = 0; i < GRID; i++) {
    double inner = 0;
    for (int j = 0; j < GRID; j++) {
      const double step =
        fixture->net.config.feed == FEED_LEVEL ? grid_point(j) - grid_point(i) : grid_point(j);
      inner += exp(second[j] - second[GRID / 2]) * normal(step) * cell;
    }
    sum += exp(first[i] - first[GRID / 2]) * normal(grid_point(i)) * cell * inner;
  }
  return log(sum) + first[GRID / 2] + second[GRID / 2];
}

static double estimate(const struct fixture *fixture, int count, uint64_t seed)
{
  struct particles *particles;
  struct rng rng;
  rng_seed(&rng, seed);
  assert_int_equal(particles_new(&particles, &fixture->net, 1, count), STATUS_OK);
  particles_restart(particles);
  const double log_p = particles_run(particles, &fixture->net, &fixture->batch, STEPS, &rng);
  particles_free(particles);
  return log_p;
}

static void agrees_with_exact_sums(void **state)
{
  (void)state;
  static const enum net_posterior posteriors[] = {POSTERIOR_DIAGONAL, POSTERIOR_INCREMENTS,
                                                  POSTERIOR_GAUSS_MARKOV};
  static const enum net_cell cells[] = {CELL_TANH, CELL_GRU, CELL_FD, CELL_DEEP};
  for (int i = 0; i < 24; i++) {
    const struct net_config config = {
      .frame = {FRAME_BEATS, 0.25, 1},
      .cell = cells[i % 4],
      .posterior = posteriors[i / 4 % 3],
      .feed = i < 12 ? FEED_LEVEL : FEED_INCREMENT,
      .hidden = 5,
      .latent = 1,
      .generator = 6,
    };
    struct fixture fixture;
    make(&fixture, &config, 100 + (uint64_t)i);
    const double wanted = exact(&fixture), found = estimate(&fixture, PARTICLES, 7);
    if (fabs(wanted - found) > 0.05) {
      fail_msg("seed %d: exact %.4f, estimated %.4f", 100 + i, wanted, found);
    }
    unmake(&fixture);
  }
}

/* With one particle the estimate is the bound's own draw; more particles come nearer from below. */
static void more_particles_are_tighter(void **state)
{
  (void)state;
  const struct net_config config = {
    .frame = {FRAME_BEATS, 0.25, 1},
    .cell = CELL_TANH,
    .posterior = POSTERIOR_GAUSS_MARKOV,
    .feed = FEED_LEVEL,
    .hidden = 5,
    .latent = 1,
    .generator = 6,
  };
  struct fixture fixture;
  make(&fixture, &config, 3);
  double mean[2] = {0, 0};
  for (uint64_t seed = 0; seed < 400; seed++) {
    mean[0] += estimate(&fixture, 1, seed) / 400;
    mean[1] += estimate(&fixture, 20, seed) / 400;
  }
  const double truth = exact(&fixture);
  assert_true(mean[0] < mean[1]);
  assert_true(mean[1] < truth + 0.02);
  unmake(&fixture);
}

/* q(z_t | z_{t-1}) = N(z_{t-1}, 1) at every step. */
static void make_prior(const struct vosp_net *net, const struct vosp_batch *batch)
{
  const struct moments head = batch->work->head;
  const size_t count = (size_t)(STEPS * batch->rows * net->head_size);
  for (size_t i = 0; i < count; i++) {
    head.m[i] = 0;
    if (head.v != NULL) {
      head.v[i] = 1;
    }
  }
}

/* A frame of tied rows whose emission runs along the pitches is drawn and weighed as one: where q is the prior
 * and the generator does not look at the latents, the estimate is the likelihood, however many particles. */
static void rows_of_a_frame_stay_together(void **state)
{
  (void)state;
  enum { SEQUENCES = 3 };
  for (int cell = CELL_FD; cell <= CELL_GRU; cell++) {
    const struct net_config config = {
      .frame = {FRAME_BEATS, 0.25, 2},
      .tie = TIE_PITCH,
      .cell = (enum net_cell)cell,
      .posterior = POSTERIOR_INCREMENTS,
      .feed = FEED_LEVEL,
      .hidden = 5,
      .latent = 2,
      .generator = 4,
      .emission = EMISSION_PITCH,
      .emission_units = 3,
    };
    struct net_rig test;
    net_rig_make(&test, &config, STEPS, SEQUENCES, 21);
    const struct param *to_z = params_find(&test.params, "generator.z");
    memset(params_get(&test.params, "generator.z"), 0, (size_t)(to_z->rows * to_z->cols) * sizeof(float));
    vosp_net_refresh(&test.net, &test.params, test.params.block);
    struct vosp_batch *batch = &test.batch;
    for (int i = 0; i < STEPS * batch->rows * test.net.inputs; i++) {
      batch->u[i] = rng_below(&test.rng, 6) == 0;
    }
    for (int i = 0; i < STEPS * batch->rows * test.net.outputs; i++) {
      batch->target[i] = rng_below(&test.rng, 6) == 0;
    }
    vosp_forward(&test.net, batch, STEPS, true, NULL);
    make_prior(&test.net, batch);
    struct particles *particles;
    assert_int_equal(particles_new(&particles, &test.net, batch->rows, 5), STATUS_OK);
    particles_restart(particles);
    const double log_p = particles_run(particles, &test.net, batch, STEPS, &test.rng);
    if (!(fabs(log_p / batch->reconstruction + 1) < 1e-5)) {
      fail_msg("cell %d: %.6f estimated, the likelihood is %.6f", cell, log_p, -batch->reconstruction);
    }
    particles_free(particles);
    net_rig_free(&test);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(agrees_with_exact_sums),
    cmocka_unit_test(more_particles_are_tighter),
    cmocka_unit_test(rows_of_a_frame_stay_together),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
