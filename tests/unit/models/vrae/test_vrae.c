/* SPDX-License-Identifier: MIT */
/* What the VRAE computes (paper 3.1), in double precision: rows and padding, who knows of what, and the sums.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "vrae.h"

enum { STEPS = 6, ROWS = 3, MOVED = 2, SEED = 4711 };

static const int lengths[ROWS] = {STEPS, 4, 1};

struct fixture {
  struct params params;
  struct vrae_net net;
  struct vrae_batch batch;
  real *weights, *grad;
  struct rng rng;
};

/* Every kind of network, one index each. */
enum { KINDS = 4 * 3 * 2 * 2 * 2 };

static struct net_config kind_of(int kind)
{
  struct net_config config = {
    .kind = NET_VRAE,
    .frame = {FRAME_BEATS, 0.25, 1 + kind % 2},
    .tie = (enum net_tie)(kind / 2 % 2),
    .feed = (enum net_feed)(kind / 4 % 2),
    .posterior = (enum net_posterior)(kind / 8 % 3),
    .cell = (enum net_cell)(kind / 24),
    .hidden = 7,
    .latent = 3,
    .generator = 5,
  };
  config.matches = config.tie == TIE_PITCH && config.cell != CELL_FD && kind % 4 == 2 ? 2 : 0;
  return config;
}

static void bind(struct fixture *f)
{
  vrae_net_refresh(&f->net, &f->params, f->weights);
}

static void make(struct fixture *f, const struct net_config *config)
{
  struct error error;
  memset(f, 0, sizeof *f);
  rng_seed(&f->rng, SEED);
  assert_int_equal(vrae_layout(config, &f->params, &error), STATUS_OK);
  f->weights = calloc(f->params.size, sizeof *f->weights);
  f->grad = calloc(f->params.size, sizeof *f->grad);
  assert_non_null(f->weights);
  assert_non_null(f->grad);
  for (int p = 0; p < f->params.count; p++) {
    const struct param *param = &f->params.list[p];
    const double scale = param->rows > 1 ? 1 / sqrt(param->rows) : 0.5;
    for (int i = 0; i < param->rows * param->cols; i++) {
      f->weights[param->offset + (size_t)i] = scale * rng_normal(&f->rng);
    }
  }
  assert_int_equal(vrae_net_init(&f->net, config, &f->params, f->weights), STATUS_OK);
  assert_int_equal(vrae_batch_init(&f->batch, &f->net, STEPS + 2, ROWS + 1, true), STATUS_OK);
}

static void unmake(struct fixture *f)
{
  vrae_batch_free(&f->batch);
  vrae_net_free(&f->net);
  free(f->weights);
  free(f->grad);
}

static void zero(struct fixture *f, const char *name)
{
  const struct param *param = params_find(&f->params, name);
  memset(f->weights + param->offset, 0, (size_t)(param->rows * param->cols) * sizeof *f->weights);
  bind(f);
}

/* One value of row n at step t, whatever the rows and steps of the run: the same music alone and in a batch. */
static double value(int array, int t, int n, int i)
{
  struct rng rng;
  rng_seed(&rng, (uint64_t)(((array * 100 + t) * 100 + n) * 1000 + i));
  switch (array) {
  case 0: return rng_below(&rng, 5) == 0; /* u */
  case 1: return rng_below(&rng, 3) == 0; /* target */
  case 2: return rng_uniform(&rng);       /* weight */
  case 3: return 3 * rng_uniform(&rng);   /* cell weight */
  default: return rng_normal(&rng);       /* noise */
  }
}

/* Rows first .. first + rows - 1 of the music; what is beyond a row's length is no number. */
static void fill(struct fixture *f, int steps, int first, int rows)
{
  struct vrae_batch *batch = &f->batch;
  const struct vrae_net *net = &f->net;
  real *const arrays[] = {batch->u, batch->target, batch->weight, batch->cell_weight, batch->noise};
  const int widths[] = {net->inputs, net->outputs, 1, net->outputs, net->config.latent};
  for (int n = 0; n < rows; n++) {
    batch->length[n] = lengths[first + n];
  }
  for (int a = 0; a < 5; a++) {
    for (int k = 0; k < steps * rows * widths[a]; k++) {
      const int t = k / widths[a] / rows, n = k / widths[a] % rows;
      arrays[a][k] = t < batch->length[n] ? value(a, t, first + n, k % widths[a]) : (double)NAN;
    }
  }
}

static void assert_near(double got, double want, const char *what, const struct net_config *config)
{
  if (!(fabs(got - want) <= 1e-9 * (1 + fabs(want)))) {
    fail_msg("%s: %.12g, wanted %.12g (cell %d, posterior %d, feed %d, tie %d, matches %d, seed %d)", what, got,
             want, (int)config->cell, (int)config->posterior, (int)config->feed, (int)config->tie,
             config->matches, (int)SEED);
  }
}

struct sums {
  double reconstruction, kl, surrogate;
};

static void run(struct fixture *f, int steps, int rows, struct sums *sums)
{
  vrae_forward(&f->net, &f->batch, steps, rows, true, NULL);
  sums->reconstruction += f->batch.reconstruction;
  sums->kl += f->batch.kl;
  sums->surrogate += f->batch.surrogate;
  vrae_backward(&f->net, &f->batch, steps, rows, OBJECTIVE_BOUND, 0.5, 0.7, &f->params, f->grad);
}

/* A batch of rows of unequal lengths is what its rows are alone: results, sums and gradients. */
static void padding_and_other_rows_change_nothing(void **state)
{
  (void)state;
  for (int kind = 0; kind < KINDS; kind++) {
    const struct net_config config = kind_of(kind);
    struct fixture f;
    make(&f, &config);
    const int O = f.net.outputs, Z = config.latent;
    struct sums together = {0}, alone = {0};
    fill(&f, STEPS, 0, ROWS);
    run(&f, STEPS, ROWS, &together);
    real *const grad = f.grad;
    real *const logits = malloc((size_t)(STEPS * ROWS * O) * sizeof *logits);
    real *const z = malloc((size_t)((STEPS + 1) * ROWS * Z) * sizeof *z);
    f.grad = calloc(f.params.size, sizeof *f.grad);
    assert_true(logits != NULL && z != NULL && f.grad != NULL);
    memcpy(logits, f.batch.logits.m, (size_t)(STEPS * ROWS * O) * sizeof *logits);
    memcpy(z, f.batch.z, (size_t)((STEPS + 1) * ROWS * Z) * sizeof *z);
    for (int n = 0; n < ROWS; n++) {
      fill(&f, lengths[n], n, 1);
      run(&f, lengths[n], 1, &alone);
      for (int i = 0; i < lengths[n] * O; i++) {
        assert_near(logits[(i / O * ROWS + n) * O + i % O], f.batch.logits.m[i], "logit", &config);
      }
      for (int i = 0; i < (lengths[n] + 1) * Z; i++) {
        assert_near(z[(i / Z * ROWS + n) * Z + i % Z], f.batch.z[i], "latent", &config);
      }
    }
    assert_near(together.reconstruction, alone.reconstruction, "reconstruction", &config);
    assert_near(together.kl, alone.kl, "divergence", &config);
    assert_near(together.surrogate, alone.surrogate, "surrogate", &config);
    for (size_t i = 0; i < f.params.size; i++) {
      assert_near(grad[i], f.grad[i], "gradient", &config);
    }
    fill(&f, STEPS, 0, ROWS); /* nothing is left of the runs between */
    vrae_forward(&f.net, &f.batch, STEPS, ROWS, true, NULL);
    assert_near(f.batch.reconstruction, together.reconstruction, "reconstruction after", &config);
    free(grad);
    free(logits);
    free(z);
    unmake(&f);
  }
}

/* The reconstruction again, cell by cell, from the logits. */
static void reconstruction_is_the_weighted_likelihood(void **state)
{
  (void)state;
  for (int kind = 0; kind < KINDS; kind++) {
    const struct net_config config = kind_of(kind);
    struct fixture f;
    make(&f, &config);
    fill(&f, STEPS, 0, ROWS);
    vrae_forward(&f.net, &f.batch, STEPS, ROWS, true, NULL);
    double sum = 0;
    for (int i = 0; i < STEPS * ROWS * f.net.outputs; i++) {
      const int n = i / f.net.outputs % ROWS, t = i / f.net.outputs / ROWS;
      const bool moments = f.net.facts->moments;
      const double shrink = moments ? sqrt(1 + 0.39269908169872414 * f.batch.logits.v[i]) : 1;
      const double p = 1 / (1 + exp(-f.batch.logits.m[i] / shrink));
      const double likelihood = f.batch.target[i] > 0 ? p : 1 - p;
      sum -= t < lengths[n] ? value(3, t, n, i % f.net.outputs) * log(likelihood) : 0;
    }
    assert_near(f.batch.reconstruction, sum, "reconstruction", &config);
    unmake(&f);
  }
}

/* Turn over x_t of row 0. */
static void perturb(struct fixture *f, int t)
{
  real *u = f->batch.u + (size_t)(t * ROWS) * (size_t)f->net.inputs;
  for (int i = 0; i < f->net.inputs; i += 2) {
    u[i] = 1 - u[i];
  }
}

/* Which steps of row n's q change when x of row 0 does at step MOVED: a bit each. */
static unsigned changed_steps(struct fixture *f, int n)
{
  const int Z = f->net.config.latent;
  double before[STEPS];
  unsigned bits = 0;
  fill(f, STEPS, 0, ROWS);
  vrae_forward(&f->net, &f->batch, STEPS, ROWS, false, NULL);
  for (int t = 0; t < STEPS; t++) {
    before[t] = f->batch.mean[((t + 1) * ROWS + n) * Z];
  }
  perturb(f, MOVED);
  vrae_forward(&f->net, &f->batch, STEPS, ROWS, false, NULL);
  for (int t = 0; t < STEPS; t++) {
    bits |= f->batch.mean[((t + 1) * ROWS + n) * Z] != before[t] ? 1U << t : 0;
  }
  return bits;
}

static void every_latent_depends_on_the_whole_row(void **state)
{
  (void)state;
  const unsigned all = (1U << STEPS) - 1, before_it = (1U << MOVED) - 1, until_it = (2U << MOVED) - 1;
  for (int kind = 0; kind < KINDS; kind++) {
    struct net_config config = kind_of(kind);
    config.posterior = POSTERIOR_DIAGONAL;
    struct fixture f;
    make(&f, &config);
    assert_int_equal(changed_steps(&f, 0), all);
    assert_int_equal(changed_steps(&f, 1), 0);
    unmake(&f);
    make(&f, &config);
    zero(&f, "back.head.w"); /* the past alone */
    assert_int_equal(changed_steps(&f, 0), all & ~before_it);
    unmake(&f);
    make(&f, &config);
    zero(&f, "head.w"); /* the future alone */
    assert_int_equal(changed_steps(&f, 0), until_it);
    unmake(&f);
  }
}

/* Does the logit of this cell differ from the one that was kept? */
static bool moved(const struct fixture *f, const real *kept, int t, int n)
{
  const size_t O = (size_t)f->net.outputs;
  const size_t i = (size_t)(t * ROWS + n) * O;
  return memcmp(kept + i, f->batch.logits.m + i, O * sizeof *kept) != 0;
}

static void check_generator(struct fixture *f, real *kept)
{
  const size_t size = (size_t)(STEPS * ROWS * f->net.outputs) * sizeof *kept;
  const bool filler = f->net.config.matches > 0;
  fill(f, STEPS, 0, ROWS);
  vrae_forward(&f->net, &f->batch, STEPS, ROWS, true, NULL);
  memcpy(kept, f->batch.logits.m, size);
  vrae_generate(&f->net, &f->batch, STEPS, ROWS);
  assert_memory_equal(kept, f->batch.logits.m, size);
  perturb(f, MOVED);
  vrae_generate(&f->net, &f->batch, STEPS, ROWS);
  for (int t = 0; t < STEPS; t++) {
    assert_int_equal(moved(f, kept, t, 0), filler && t == MOVED);
    assert_false(moved(f, kept, t, 1));
  }
  memcpy(kept, f->batch.logits.m, size);
  f->batch.fed[MOVED * ROWS * f->net.config.latent] += 1;
  vrae_generate(&f->net, &f->batch, STEPS, ROWS);
  for (int t = 0; t < STEPS; t++) { /* of the whole row */
    assert_true(moved(f, kept, t, 0));
    assert_false(moved(f, kept, t, 1));
  }
}

static void generator_knows_x_through_z_alone(void **state)
{
  (void)state;
  for (int kind = 0; kind < KINDS; kind++) {
    const struct net_config config = kind_of(kind);
    struct fixture f;
    make(&f, &config);
    real *kept = malloc((size_t)(STEPS * ROWS * f.net.outputs) * sizeof *kept);
    assert_non_null(kept);
    check_generator(&f, kept);
    free(kept);
    unmake(&f);
  }
}

/* Without room for backward the results are the same. */
static void evaluation_equals_training(void **state)
{
  (void)state;
  for (int kind = 0; kind < KINDS; kind++) {
    const struct net_config config = kind_of(kind);
    struct fixture f;
    make(&f, &config);
    fill(&f, STEPS, 0, ROWS);
    vrae_forward(&f.net, &f.batch, STEPS, ROWS, true, NULL);
    const double reconstruction = f.batch.reconstruction, kl = f.batch.kl;
    vrae_batch_free(&f.batch);
    assert_int_equal(vrae_batch_init(&f.batch, &f.net, STEPS, ROWS, false), STATUS_OK);
    fill(&f, STEPS, 0, ROWS);
    vrae_forward(&f.net, &f.batch, STEPS, ROWS, true, NULL);
    assert_near(f.batch.reconstruction, reconstruction, "reconstruction", &config);
    assert_near(f.batch.kl, kl, "divergence", &config);
    unmake(&f);
  }
}

/* Both directions share what recognition learns; all of the generator has one that is fixed. */
static void keep_probabilities_are_of_their_layers(void **state)
{
  (void)state;
  const struct net_config config = kind_of(0);
  struct fixture f;
  make(&f, &config);
  real *logits = f.weights + params_find(&f.params, "keep")->offset;
  for (int i = 0; i < KEEP_COUNT; i++) {
    logits[i] = i;
  }
  bind(&f);
  for (int d = 0; d < VRAE_DIRECTIONS; d++) {
    const struct vrae_net *net = &f.net;
    assert_near(net->input[d].keep, 1 / (1 + exp(-(double)KEEP_INPUT)), "input", &config);
    assert_near(net->recurrent[d].keep, 1 / (1 + exp(-(double)KEEP_RECURRENT)), "recurrent", &config);
    assert_near(net->head[d].keep, 1 / (1 + exp(-(double)KEEP_HEAD)), "head", &config);
    const double generator = 1 / (1 + exp(-(double)KEEP_GENERATOR));
    assert_near(net->generator_input[d].keep, generator, "generator", &config);
    assert_near(net->generator_recurrent[d].keep, generator, "generator recurrent", &config);
    assert_near(net->out[d].keep, generator, "out", &config);
  }
  unmake(&f);
}

static void impossible_configurations_are_refused(void **state)
{
  (void)state;
  const struct net_config good = kind_of(26); /* a tied filler of tanh cells */
  struct net_config bad[9];
  for (int i = 0; i < 9; i++) {
    bad[i] = good;
  }
  bad[0].hidden = 0;
  bad[1].hidden = 100000;
  bad[2].latent = 0;
  bad[3].latent = POSTERIOR_LATENT_MAX + 1;
  bad[4].generator = 0;
  bad[5].frame.values = 3;
  bad[6].matches = -1;
  bad[7].tie = TIE_NONE;
  bad[8].cell = CELL_FD;
  struct error error;
  struct params params = {.count = 0};
  assert_true(good.matches > 0);
  assert_int_equal(vrae_layout(&good, &params, &error), STATUS_OK);
  for (int i = 0; i < 9; i++) {
    params = (struct params){.count = 0};
    error.text[0] = '\0';
    assert_int_equal(vrae_layout(&bad[i], &params, &error), STATUS_USAGE);
    assert_true(strlen(error.text) > 10);
    assert_null(strchr(error.text, '\n'));
    assert_int_equal(params.count, 0);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(padding_and_other_rows_change_nothing),
    cmocka_unit_test(reconstruction_is_the_weighted_likelihood),
    cmocka_unit_test(every_latent_depends_on_the_whole_row),
    cmocka_unit_test(generator_knows_x_through_z_alone),
    cmocka_unit_test(evaluation_equals_training),
    cmocka_unit_test(keep_probabilities_are_of_their_layers),
    cmocka_unit_test(impossible_configurations_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
