/* SPDX-License-Identifier: MIT */
/* Fillers: what they see, what they do not, and that they learn to fill. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "filler.h"
#include "filler_train.h"
#include "init.h"
#include "model.h"
#include "roll_rig.h"
#include "train_rig.h"

enum { LENGTH = 64, BEGIN = 30, END = 38, SEED = 3 };

static struct net_config filler_config(int values)
{
  struct net_config config = train_rig_config();
  config.kind = NET_VRAE;
  config.frame.values = values;
  config.tie = TIE_PITCH;
  config.cell = CELL_GRU;
  config.hidden = 8;
  config.generator = 8;
  config.matches = 3;
  return config;
}

/* A filler with random weights. */
struct random_filler {
  struct model *model;
  struct filler filler;
};

static void random_filler_init(struct random_filler *random, int values)
{
  const struct net_config config = filler_config(values);
  const struct init_options options = {.spectral_radius = 1.1};
  struct error error;
  struct rng rng;
  rng_seed(&rng, SEED);
  assert_int_equal(model_new(&random->model, &config, &error), STATUS_OK);
  assert_int_equal(vrae_init(&config, &options, &random->model->params, &rng), STATUS_OK);
  float *direct = params_get(&random->model->params, "direct.w");
  for (int i = 0; i < vrae_inputs(&config) * values; i++) {
    direct[i] = (float)rng_normal(&rng);
  }
  assert_int_equal(filler_init(&random->filler, &config, &random->model->params, &error), STATUS_OK);
}

static void random_filler_free(struct random_filler *random)
{
  filler_free(&random->filler);
  model_free(random->model);
}

static void run(struct random_filler *random, const uint8_t *cells, float *p)
{
  const struct net_config *config = &random->model->config;
  struct match_index index;
  struct filler_part part;
  assert_int_equal(match_index_init(&index, cells, LENGTH, config->frame.values), STATUS_OK);
  match_index_hide(&index, BEGIN, END);
  assert_int_equal(filler_part_init(&part, config, &index, cells, 10, LENGTH - 20), STATUS_OK);
  filler_run(&random->filler, &part, NULL, p);
  filler_part_free(&part);
  match_index_free(&index);
}

/* What was hidden plays no part in what is put in its place; what is around it does. */
static void a_gap_is_not_seen(void **state)
{
  (void)state;
  static float before[LENGTH * 2 * PITCHES], after[LENGTH * 2 * PITCHES];
  for (int values = 1; values <= 2; values++) {
    const size_t size = (size_t)((LENGTH - 20) * values * PITCHES);
    const int length = LENGTH;
    struct random_filler random;
    struct dataset data;
    random_filler_init(&random, values);
    roll_rig_make(&data, &length, 1, values, SEED);
    uint8_t *cells = data.sequences[0].cells;
    run(&random, cells, before);
    for (size_t i = (size_t)(BEGIN * values * PITCHES); i < (size_t)(END * values * PITCHES); i++) {
      cells[i] = !cells[i];
    }
    run(&random, cells, after);
    assert_memory_equal(before, after, size * sizeof *before);
    cells[(size_t)((BEGIN - 1) * values * PITCHES) + 40] ^= 1;
    run(&random, cells, after);
    assert_memory_not_equal(before, after, size * sizeof *before);
    dataset_free(&data);
    random_filler_free(&random);
  }
}

/* A take of rests has no rows to learn from, and nothing breaks. */
static void silence_is_no_trouble(void **state)
{
  (void)state;
  const int length = LENGTH;
  struct random_filler random;
  struct dataset data;
  struct bound_sums sums;
  static float p[LENGTH * PITCHES];
  random_filler_init(&random, 1);
  roll_rig_make(&data, &length, 1, 1, SEED);
  memset(data.sequences[0].cells, 0, (size_t)LENGTH * PITCHES);
  assert_int_equal(filler_validate(&random.filler.net, &data, 1, SEED, &sums), STATUS_OK);
  assert_int_equal(sums.frames, LENGTH);
  assert_true(sums.reconstruction == 0);
  run(&random, data.sequences[0].cells, p);
  for (int i = 0; i < (LENGTH - 20) * PITCHES; i++) {
    assert_true(p[i] == 0);
  }
  dataset_free(&data);
  random_filler_free(&random);
}

static void validation_repeats(void **state)
{
  (void)state;
  const int lengths[] = {LENGTH, 90, 3, 130};
  struct random_filler random;
  struct dataset data;
  struct bound_sums one, two;
  random_filler_init(&random, 1);
  roll_rig_make(&data, lengths, 4, 1, SEED);
  assert_int_equal(filler_validate(&random.filler.net, &data, 1, SEED, &one), STATUS_OK);
  assert_int_equal(filler_validate(&random.filler.net, &data, 2, SEED, &two), STATUS_OK);
  assert_memory_equal(&one, &two, sizeof one);
  assert_true(one.reconstruction > 0);
  dataset_free(&data);
  random_filler_free(&random);
}

/* Logits that were stretched and shifted come back to what fits the data; a second time changes next to
 * nothing. */
static void calibration_lowers_the_loss(void **state)
{
  (void)state;
  const int lengths[] = {LENGTH, 90, 70, 130};
  struct random_filler random;
  struct dataset data;
  struct bound_sums before, after, again;
  random_filler_init(&random, 1);
  roll_rig_make(&data, lengths, 4, 1, SEED);
  struct vrae_net *net = &random.filler.net;
  struct params *params = &random.model->params;
  params_get(params, "out.b")[0] += 3;
  vrae_net_refresh(net, params, params->block);
  assert_int_equal(filler_validate(net, &data, 1, SEED, &before), STATUS_OK);
  assert_int_equal(filler_calibrate(net, params, &data, SEED + 1), STATUS_OK);
  assert_int_equal(filler_validate(net, &data, 1, SEED, &after), STATUS_OK);
  assert_int_equal(filler_calibrate(net, params, &data, SEED + 1), STATUS_OK);
  assert_int_equal(filler_validate(net, &data, 1, SEED, &again), STATUS_OK);
  print_message("loss %.1f, calibrated %.1f, again %.1f\n", before.reconstruction, after.reconstruction,
                again.reconstruction);
  assert_true(after.reconstruction < 0.7 * before.reconstruction);
  assert_true(fabs(again.reconstruction - after.reconstruction) < 0.02 * after.reconstruction);
  dataset_free(&data);
  random_filler_free(&random);
}

static int wrong_cells(const struct model *model, const struct dataset *data)
{
  int wrong = 0;
  struct filler filler;
  struct error error;
  assert_int_equal(filler_init(&filler, &model->config, &model->params, &error), STATUS_OK);
  for (size_t i = 0; i < data->count; i++) {
    const struct sequence *sequence = &data->sequences[i];
    uint8_t filled[4 * PITCHES];
    assert_int_equal(fill_roll(&filler, sequence->cells, sequence->frames, 20, 24, 0.5, filled), STATUS_OK);
    for (int k = 0; k < 4 * PITCHES; k++) {
      wrong += filled[k] != sequence->cells[20 * PITCHES + k];
    }
  }
  filler_free(&filler);
  return wrong;
}

/* At strength 0.5 no other threshold has a larger expected F1; more strength takes more. */
static void a_threshold_serves_the_expected_f1(void **state)
{
  (void)state;
  struct rng rng;
  rng_seed(&rng, SEED);
  for (int run = 0; run < 50; run++) {
    float p[200], sorted[200];
    double all = 0;
    double best = 0;
    for (int i = 0; i < 200; i++) {
      p[i] = (float)pow(rng_uniform(&rng), 1 + run % 5);
      all += (double)p[i];
    }
    memcpy(sorted, p, sizeof p);
    const float chosen = filler_threshold(sorted, 200, 0.5);
    double reached = 0;
    for (int k = -1; k < 200; k++) { /* every threshold that makes a difference, and the chosen one */
      const float threshold = k < 0 ? chosen : p[k];
      double taken = 0;
      int count = 0;
      for (int i = 0; i < 200; i++) {
        taken += p[i] >= threshold ? (double)p[i] : 0;
        count += p[i] >= threshold;
      }
      const double f1 = 2 * taken / (count + all);
      reached = k < 0 ? f1 : reached;
      best = fmax(best, f1);
    }
    assert_true(fabs(best - reached) < 1e-4);
    memcpy(sorted, p, sizeof p);
    assert_true(filler_threshold(sorted, 200, 0.8) < chosen);
  }
  float nothing[4] = {0};
  assert_true(filler_threshold(nothing, 4, 0.5) == 0);
}

/* A pattern that comes back: after a short training its gaps are filled without a fault. */
static void it_learns_to_fill(void **state)
{
  struct train_rig *f = *state;
  struct random_filler random;
  random_filler_init(&random, 1);
  f->config = filler_config(1);
  f->options.chunk = 40;
  f->options.kl_start = f->options.kl_end = 0.001;
  f->options.dropout_hidden = 0.1;
  assert_int_equal(train_rig_train(f, "model", false), STATUS_OK);
  struct model *model = train_rig_load(f, "model");
  const int untrained = wrong_cells(random.model, &f->valid);
  const int trained = wrong_cells(model, &f->valid);
  print_message("%d cells wrong untrained, %d trained\n", untrained, trained);
  assert_true(untrained > 20);
  assert_int_equal(trained, 0);
  model_free(model);
  random_filler_free(&random);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_gap_is_not_seen),
    cmocka_unit_test(silence_is_no_trouble),
    cmocka_unit_test(validation_repeats),
    cmocka_unit_test(calibration_lowers_the_loss),
    cmocka_unit_test(a_threshold_serves_the_expected_f1),
    cmocka_unit_test_setup_teardown(it_learns_to_fill, train_rig_set_up, train_rig_tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
