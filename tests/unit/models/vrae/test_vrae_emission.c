/* SPDX-License-Identifier: MIT */
/* The auto-encoder with each emission: the mode of x, padding, runs in parts, the importance estimate,
 * refusals. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "normal.h"
#include "transfer.h"
#include "vrae_importance.h"
#include "vrae_private.h"

enum { SEED = 2012, EMISSIONS = 4 };

struct fixture {
  struct params params;
  struct vrae_net net;
  struct vrae_batch batch;
  struct rng rng;
  int steps, rows;
};

/* Each emission, and the paper's with either tie. */
static struct net_config config_of(int kind, enum net_cell cell)
{
  static const enum net_emission emissions[EMISSIONS] = {EMISSION_BERNOULLI, EMISSION_BERNOULLI, EMISSION_NADE,
                                                         EMISSION_PITCH};
  return (struct net_config){
    .kind = NET_VRAE,
    .frame = {FRAME_BEATS, 0.25, 1 + kind % 2},
    .tie = kind % 2 == 0 ? TIE_NONE : TIE_PITCH,
    .cell = cell,
    .posterior = POSTERIOR_INCREMENTS,
    .hidden = 6,
    .latent = 2,
    .generator = 5,
    .emission = emissions[kind],
    .emission_units = kind < 2 ? 0 : 4,
  };
}

static void fill(struct fixture *f)
{
  const size_t tn = (size_t)f->steps * (size_t)f->rows, O = (size_t)f->net.outputs;
  for (size_t i = 0; i < tn * (size_t)f->net.inputs; i++) {
    f->batch.u[i] = rng_below(&f->rng, 8) == 0;
  }
  for (size_t i = 0; i < tn * O; i++) {
    f->batch.target[i] = rng_below(&f->rng, 6) == 0;
    f->batch.cell_weight[i] = 1;
  }
  for (size_t i = 0; i < tn; i++) {
    f->batch.weight[i] = 1;
  }
  for (int n = 0; n < f->rows; n++) {
    f->batch.length[n] = f->steps;
  }
  normal_fill(tn * (size_t)f->net.config.latent, &f->rng, f->batch.noise);
}

/* The same weights for the same configuration, whatever the batch. */
static void make(struct fixture *f, const struct net_config *config, int steps, int sequences, bool train)
{
  struct error error;
  memset(f, 0, sizeof *f);
  rng_seed(&f->rng, SEED);
  assert_int_equal(vrae_layout(config, &f->params, &error), STATUS_OK);
  assert_int_equal(params_alloc(&f->params), STATUS_OK);
  for (size_t i = 0; i < f->params.size; i++) {
    f->params.block[i] = (float)(0.4 * rng_normal(&f->rng));
  }
  assert_int_equal(vrae_net_init(&f->net, config, &f->params, f->params.block), STATUS_OK);
  f->steps = steps;
  f->rows = sequences * f->net.rows;
  assert_int_equal(vrae_batch_init(&f->batch, &f->net, steps, f->rows, train), STATUS_OK);
  fill(f);
}

static void drop(struct fixture *f)
{
  vrae_batch_free(&f->batch);
  vrae_net_free(&f->net);
  params_free(&f->params);
}

static size_t cells(const struct fixture *f)
{
  return (size_t)f->steps * (size_t)f->rows * (size_t)f->net.outputs;
}

static void assert_near(double is, double want, double within)
{
  if (!(fabs(is - want) <= within)) {
    fail_msg("%.9g is not %.9g, seed %d", is, want, SEED);
  }
}

static void *copy(const void *from, size_t size)
{
  void *to = malloc(size);
  assert_non_null(to);
  return memcpy(to, from, size);
}

static void check_mode(struct fixture *f)
{
  const size_t size = cells(f) * sizeof(real);
  for (size_t i = 0; i < cells(f); i++) {
    f->batch.target[i] = NAN; /* looked at only where it has been set */
  }
  vrae_mode(&f->net, &f->batch, f->steps, f->rows);
  real *target = copy(f->batch.target, size), *logits = copy(f->batch.logits.m, size);
  vrae_forward(&f->net, &f->batch, f->steps, f->rows, false, NULL);
  for (size_t i = 0; i < cells(f); i++) {
    const size_t row = i / (size_t)f->net.outputs;
    const bool within = (int)row / f->rows < f->batch.length[(int)row % f->rows];
    assert_true(target[i] == (within && logits[i] > 0 ? 1 : 0));
    if (within) {
      assert_near((double)f->batch.logits.m[i], (double)logits[i], 1e-5);
    }
  }
  free(target);
  free(logits);
}

static void the_mode_is_what_forward_finds_likely(void **state)
{
  (void)state;
  for (int kind = 0; kind < 2 * EMISSIONS; kind++) {
    const struct net_config config = config_of(kind % EMISSIONS, kind < EMISSIONS ? CELL_GRU : CELL_FD);
    struct fixture f;
    make(&f, &config, 4, 2, false);
    for (int n = f.net.rows; n < f.rows; n++) {
      f.batch.length[n] = 2;
    }
    check_mode(&f);
    drop(&f);
  }
}

/* Move what is of the first sequence of `from` to the place of the first of `to`. */
static void take_over(struct fixture *to, const struct fixture *from, int steps)
{
  const size_t R = (size_t)from->net.rows, inputs = (size_t)from->net.inputs,
               outputs = (size_t)from->net.outputs;
  const size_t latent = (size_t)from->net.config.latent;
  for (int t = 0; t < steps; t++) {
    const size_t a = (size_t)t * (size_t)from->rows, b = (size_t)t * (size_t)to->rows;
    memcpy(to->batch.u + b * inputs, from->batch.u + a * inputs, R * inputs * sizeof(real));
    memcpy(to->batch.target + b * outputs, from->batch.target + a * outputs, R * outputs * sizeof(real));
    memcpy(to->batch.noise + b * latent, from->batch.noise + a * latent, R * latent * sizeof(real));
  }
}

static void padding_counts_nothing(void **state)
{
  (void)state;
  for (int kind = 0; kind < EMISSIONS; kind++) {
    const struct net_config config = config_of(kind, CELL_TANH);
    struct fixture both, first;
    double sum = 0;
    make(&both, &config, 5, 2, false);
    make(&first, &config, 3, 1, false);
    take_over(&first, &both, 3);
    vrae_forward(&first.net, &first.batch, 3, first.rows, true, NULL);
    for (int n = 0; n < both.net.rows; n++) {
      both.batch.length[n] = 3;
    }
    vrae_forward(&both.net, &both.batch, 5, both.rows, true, NULL);
    for (int t = 0; t < 3; t++) {
      const size_t at = (size_t)(t * both.rows) * (size_t)both.net.outputs;
      sum += transfer_bernoulli((size_t)(both.net.rows * both.net.outputs), both.batch.logits.m + at,
                                both.batch.target + at, 1, NULL);
    }
    assert_near(sum, first.batch.reconstruction, 1e-3);
    double all = 0;
    for (size_t i = 0; i < cells(&both); i++) {
      all +=
        transfer_bernoulli(1, both.batch.logits.m + i, both.batch.target + i, both.batch.cell_weight[i], NULL);
    }
    assert_near(all, both.batch.reconstruction, 1e-2);
    drop(&both);
    drop(&first);
  }
}

/* Without backward's memory an emission runs over some frames at a time. */
static void parts_make_the_whole(void **state)
{
  (void)state;
  for (int kind = 2; kind < EMISSIONS; kind++) {
    const struct net_config config = config_of(kind, CELL_GRU);
    struct fixture whole, parts;
    make(&whole, &config, 150, 2, true);
    make(&parts, &config, 150, 2, false);
    assert_true(parts.batch.work->emission_frames < whole.batch.work->emission_frames);
    vrae_forward(&whole.net, &whole.batch, 150, whole.rows, true, NULL);
    vrae_forward(&parts.net, &parts.batch, 150, parts.rows, true, NULL);
    for (size_t i = 0; i < cells(&whole); i++) {
      assert_near((double)parts.batch.logits.m[i], (double)whole.batch.logits.m[i], 1e-4);
    }
    drop(&whole);
    drop(&parts);
  }
}

/* ln p(x | z) + ln p(z) - ln q(z | x) of one draw, of each sequence. */
static void draw(struct fixture *f, struct rng *rng, double *log_w)
{
  const size_t O = (size_t)f->net.outputs;
  double *ratio = calloc((size_t)f->rows, sizeof *ratio);
  assert_non_null(ratio);
  normal_fill((size_t)f->steps * (size_t)f->rows * (size_t)f->net.config.latent, rng, f->batch.noise);
  struct posterior_run run = vrae_posterior_run(&f->net, &f->batch, f->steps, f->rows);
  run.noise = f->batch.noise;
  (void)posterior_forward(&run);
  posterior_log_ratio(&run, ratio);
  vrae_generate(&f->net, &f->batch, f->steps, f->rows);
  for (int row = 0; row < f->steps * f->rows; row++) {
    ratio[row % f->rows] -=
      transfer_bernoulli(O, f->batch.logits.m + (size_t)row * O, f->batch.target + (size_t)row * O, 1, NULL);
  }
  for (int n = 0; n < f->rows; n++) {
    log_w[n / f->net.rows] += ratio[n];
  }
  free(ratio);
}

/* Where rows depend on each other the estimate is of whole sequences: the mean of the joint ratios. */
static void sequences_are_estimated_as_one(void **state)
{
  (void)state;
  enum { SAMPLES = 3, SEQUENCES = 2 };
  for (int kind = 2; kind < EMISSIONS; kind++) {
    const struct net_config config = config_of(kind, CELL_TANH);
    struct fixture f;
    struct rng rng;
    double log_w[SAMPLES][SEQUENCES] = {{0}}, log_p, want = 0;
    make(&f, &config, 2, SEQUENCES, false);
    vrae_forward(&f.net, &f.batch, f.steps, f.rows, true, NULL);
    rng_seed(&rng, SEED);
    assert_int_equal(vrae_importance(&f.net, &f.batch, f.steps, f.rows, SAMPLES, &rng, &log_p), STATUS_OK);
    rng_seed(&rng, SEED);
    for (int s = 0; s < SAMPLES; s++) {
      draw(&f, &rng, log_w[s]);
    }
    for (int b = 0; b < SEQUENCES; b++) {
      double sum = 0;
      for (int s = 0; s < SAMPLES; s++) {
        sum += exp(log_w[s][b] - log_w[0][b]) / SAMPLES;
      }
      want += log_w[0][b] + log(sum);
    }
    assert_near(log_p, want, 1e-2);
    drop(&f);
  }
}

static void a_filler_refuses_them(void **state)
{
  (void)state;
  struct params params = {.count = 0};
  struct error error;
  struct net_config config = config_of(3, CELL_GRU);
  config.matches = 2;
  assert_int_equal(vrae_layout(&config, &params, &error), STATUS_USAGE);
  config = config_of(2, CELL_GRU);
  config.tie = TIE_PITCH;
  assert_int_equal(vrae_layout(&config, &params, &error), STATUS_USAGE);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_mode_is_what_forward_finds_likely),
    cmocka_unit_test(padding_counts_nothing),
    cmocka_unit_test(parts_make_the_whole),
    cmocka_unit_test(sequences_are_estimated_as_one),
    cmocka_unit_test(a_filler_refuses_them),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
