/* SPDX-License-Identifier: MIT */
/* The importance estimate of a VRAE against the exact likelihood of models so small that their latents can be
 * summed over a grid. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "init.h"
#include "normal.h"
#include "transfer.h"
#include "vrae_importance.h"
#include "vrae_private.h"

enum { STEPS_MAX = 2, GRID = 161, SEED = 31 };
static const double GRID_REACH = 7;

struct fixture {
  struct params params;
  struct vrae_net net;
  struct vrae_batch batch;
  int steps, rows;
};

/* `rows` copies of one random sequence. */
static void fill(struct fixture *f, struct rng *rng)
{
  for (int t = 0; t < f->steps; t++) {
    for (int i = 0; i < PITCHES; i++) {
      const real x = rng_below(rng, 20) == 0;
      for (int n = 0; n < f->rows; n++) {
        const int place = t * f->rows + n;
        f->batch.length[n] = f->steps;
        f->batch.weight[place] = 1;
        f->batch.u[place * PITCHES + i] = x;
        f->batch.target[place * PITCHES + i] = x;
        f->batch.cell_weight[place * PITCHES + i] = 1;
      }
    }
  }
}

/* A proposal narrower than the prior would make the estimate's variance, and the test's tolerance, large: q as
 * a fast-dropout network gives it is. */
static void widen(struct fixture *f)
{
  const struct moments head = f->batch.work->head;
  for (int row = 0; head.v != NULL && row < f->steps * f->rows; row++) {
    head.v[row * f->net.head_size] = 1.5F;
  }
}

static void make(struct fixture *f, const struct net_config *config, int steps, int rows)
{
  struct rng rng;
  struct error error;
  rng_seed(&rng, SEED);
  *f = (struct fixture){.steps = steps, .rows = rows};
  assert_int_equal(vrae_layout(config, &f->params, &error), STATUS_OK);
  assert_int_equal(params_alloc(&f->params), STATUS_OK);
  const struct init_options options = {1.1, 0, 0.1, 0.1, 0};
  assert_int_equal(vrae_init(config, &options, &f->params, &rng), STATUS_OK);
  if (config->cell != CELL_FD) {
    params_get(&f->params, "head.b")[1] = 0.3F; /* ln s, for the same reason */
  }
  assert_int_equal(vrae_net_init(&f->net, config, &f->params, f->params.block), STATUS_OK);
  assert_int_equal(vrae_batch_init(&f->batch, &f->net, steps, rows > GRID ? rows : GRID, false), STATUS_OK);
  fill(f, &rng);
  normal_fill((size_t)(steps * rows), &rng, f->batch.noise);
  vrae_forward(&f->net, &f->batch, steps, rows, true, NULL);
}

static void drop(struct fixture *f)
{
  vrae_batch_free(&f->batch);
  vrae_net_free(&f->net);
  params_free(&f->params);
}

static struct net_config tiny(enum net_cell cell, enum net_posterior posterior, enum net_feed feed)
{
  return (struct net_config){
    .kind = NET_VRAE,
    .frame = {FRAME_BEATS, 0.25, 1},
    .cell = cell,
    .posterior = posterior,
    .feed = feed,
    .hidden = 5,
    .latent = 1,
    .generator = 6,
  };
}

static double grid_point(int i)
{
  return GRID_REACH * (2.0 * i / (GRID - 1) - 1);
}

/* ln p(x | z) of row n of N. */
static double likelihood(const struct fixture *f, const real *target, int n, int rows)
{
  double sum = 0;
  for (int t = 0; t < f->steps; t++) {
    const int at = (t * rows + n) * PITCHES;
    real logit[PITCHES];
    memcpy(logit, f->batch.logits.m + at, sizeof logit);
    if (f->net.facts->moments) {
      transfer_logit(PITCHES, f->batch.logits.m + at, f->batch.logits.v + at, logit);
    }
    sum -= transfer_bernoulli(PITCHES, logit, target + t * PITCHES, 1, NULL);
  }
  return sum;
}

/* The sum over the last latent's increment, those before it given. */
static double sum_last(struct fixture *f, double first, const real *target)
{
  double sum = 0;
  for (int n = 0; n < GRID; n++) {
    const double last = grid_point(n);
    const bool level = f->net.config.feed == FEED_LEVEL;
    f->batch.length[n] = f->steps;
    if (f->steps == 2) {
      f->batch.fed[n] = (real)first;
    }
    f->batch.fed[(f->steps - 1) * GRID + n] = (real)(last + (level ? first : 0));
  }
  vrae_generate(&f->net, &f->batch, f->steps, GRID);
  for (int n = 0; n < GRID; n++) {
    const double last = grid_point(n);
    sum += exp(likelihood(f, target, n, GRID) - 0.5 * (last * last + first * first));
  }
  return sum;
}

/* ln p(x) under the Wiener prior. Leaves nothing of the batch's state. */
static double exact(struct fixture *f)
{
  const double step = 2 * GRID_REACH / (GRID - 1) / sqrt(2 * acos(-1));
  real target[STEPS_MAX * PITCHES];
  double sum = 0;
  for (int t = 0; t < f->steps; t++) {
    memcpy(target + t * PITCHES, f->batch.target + t * f->rows * PITCHES, PITCHES * sizeof *target);
  }
  if (f->steps == 1) {
    return log(step * sum_last(f, 0, target));
  }
  for (int i = 0; i < GRID; i++) {
    sum += sum_last(f, grid_point(i), target);
  }
  return log(step * step * sum);
}

static double estimate(struct fixture *f, int samples)
{
  struct rng rng;
  double log_p;
  rng_seed(&rng, SEED + (uint64_t)samples);
  assert_int_equal(vrae_importance(&f->net, &f->batch, f->steps, f->rows, samples, &rng, &log_p), STATUS_OK);
  return log_p / f->rows;
}

static void many_samples_give_the_exact_likelihood(void **state)
{
  (void)state;
  for (int kind = 0; kind < 3 * 2 * 2 * 2; kind++) {
    const struct net_config config = tiny(kind / 12 == 0 ? CELL_TANH : CELL_FD,
                                          (enum net_posterior)(kind / 4 % 3), (enum net_feed)(kind / 2 % 2));
    struct fixture f;
    make(&f, &config, 1 + kind % 2, 4);
    widen(&f);
    const double estimated = estimate(&f, 1500);
    const double likely = exact(&f);
    if (!(fabs(estimated - likely) < 0.05)) {
      fail_msg("kind %d: estimated %f, exactly %f", kind, estimated, likely);
    }
    drop(&f);
  }
}

/* One sample is the bound, drawn again; more come closer to the likelihood from below. */
static void the_estimate_lies_between_bound_and_likelihood(void **state)
{
  (void)state;
  for (int posterior = 0; posterior < 3; posterior++) {
    const struct net_config config = tiny(CELL_GRU, (enum net_posterior)posterior, FEED_LEVEL);
    struct fixture f;
    make(&f, &config, 2, 3000);
    const double bound = -(f.batch.reconstruction + f.batch.kl) / f.rows;
    const double one = estimate(&f, 1);
    const double few = estimate(&f, 4);
    const double many = estimate(&f, 64);
    const double likely = exact(&f);
    print_message("bound %.4f, 1: %.4f, 4: %.4f, 64: %.4f, exactly %.4f\n", bound, one, few, many, likely);
    assert_true(fabs(one - bound) < 0.05);
    assert_true(one < few && few < many && many < likely + 0.005);
    assert_true(likely - many < 0.2 * (likely - one));
    drop(&f);
  }
}

/* Rows of other lengths: each is as if it stood alone. */
static void padding_does_not_count(void **state)
{
  (void)state;
  const struct net_config config = tiny(CELL_TANH, POSTERIOR_GAUSS_MARKOV, FEED_INCREMENT);
  struct fixture one, both;
  make(&one, &config, 1, 1);
  const double alone = exact(&one);
  make(&both, &config, 2, 1);
  both.batch.length[0] = 1;
  vrae_forward(&both.net, &both.batch, 2, 1, true, NULL);
  assert_true(fabs(estimate(&both, 6000) - alone) < 0.03);
  drop(&one);
  drop(&both);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(many_samples_give_the_exact_likelihood),
    cmocka_unit_test(the_estimate_lies_between_bound_and_likelihood),
    cmocka_unit_test(padding_does_not_count),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
