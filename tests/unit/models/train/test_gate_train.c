/* SPDX-License-Identifier: MIT */
/* Training of the decision on clean, simple playing with simulated damage. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "decision_model.h"
#include "gate_samples.h"
#include "gate_train.h"
#include "init.h"

enum { TRAIN_TAKES = 40, VALID_TAKES = 12, NOTES = 150 };

/* A scale up and down, played cleanly. */
static void make_takes(struct dataset *data, int count)
{
  static const int degrees[14] = {0, 2, 4, 5, 7, 9, 11, 12, 11, 9, 7, 5, 4, 2};
  *data = (struct dataset){.count = (size_t)count};
  data->sequences = calloc((size_t)count, sizeof *data->sequences);
  assert_non_null(data->sequences);
  for (int i = 0; i < count; i++) {
    for (int k = 0; k < NOTES; k++) {
      struct note note = {.on = (k + 1) * 200 * NANOS_PER_MILLISECOND};
      note.off = note.on + 180 * NANOS_PER_MILLISECOND;
      note.pitch = (uint8_t)(48 + i % 12 + degrees[k % 14]);
      note.velocity = (uint8_t)(75 + k % 7 * 3);
      assert_int_equal(note_list_add(&data->sequences[i].notes, note), STATUS_OK);
    }
  }
}

static struct model *make_model(void)
{
  const struct net_config config = {
    .frame = {FRAME_MILLISECONDS, 60, 2},
    .cell = CELL_GRU,
    .posterior = POSTERIOR_INCREMENTS,
    .feed = FEED_INCREMENT,
    .hidden = 8,
    .latent = 2,
    .generator = 8,
    .decision = 12,
    .belief = BELIEF_YES,
  };
  struct model *model;
  struct error error;
  struct rng rng;
  rng_seed(&rng, 3);
  assert_int_equal(model_new(&model, &config, &error), STATUS_OK);
  const struct init_options options = {1.1, 0, 0.1, 0.3, 0};
  assert_int_equal(vosp_init(&config, &options, &model->params, &rng), STATUS_OK);
  return model;
}

static void samples_are_the_strokes(void **state)
{
  (void)state;
  struct dataset takes;
  struct gate_samples samples;
  struct error error;
  struct model *model = make_model();
  make_takes(&takes, VALID_TAKES);
  struct corrupt_rates none = {0};
  struct gate_source source = {
    .model = model, .data = &takes, .samples_max = 1000000, .rates = &none, .threads = 2, .seed = 4};
  assert_int_equal(gate_samples_collect(&samples, &source, &error), STATUS_OK);
  assert_int_equal(samples.count, VALID_TAKES * NOTES);
  assert_int_equal(samples.input_size, TOUCH_SIZE + 2);
  for (size_t i = 0; i < samples.count; i++) {
    assert_int_equal(samples.damage[i], DAMAGE_NONE);
  }
  for (size_t i = 0; i < samples.count * (size_t)samples.input_size; i++) {
    assert_true(isfinite(samples.inputs[i]));
  }
  gate_samples_free(&samples);
  source.rates = &corrupt_default_rates;
  assert_int_equal(gate_samples_collect(&samples, &source, &error), STATUS_OK);
  size_t counts[DAMAGE_COUNT] = {0};
  for (size_t i = 0; i < samples.count; i++) {
    counts[samples.damage[i]]++;
  }
  assert_int_equal(counts[DAMAGE_NONE], VALID_TAKES * NOTES);
  assert_true(counts[DAMAGE_BOUNCE] > 0 && counts[DAMAGE_BRUSH] > 0 && counts[DAMAGE_GHOST] > 0);
  gate_samples_free(&samples);
  source.samples_max = 3 * NOTES; /* whole takes until there are enough */
  source.rates = &none;
  source.threads = 1;
  assert_int_equal(gate_samples_collect(&samples, &source, &error), STATUS_OK);
  assert_int_equal(samples.count, 3 * NOTES);
  gate_samples_free(&samples);
  dataset_free(&takes);
  model_free(model);
}

/* The reported figures again, by the gate that the live engine runs. */
static void check_figures(const struct model *model, const struct dataset *valid,
                          const struct train_options *options, const struct gate_result *result)
{
  struct decision decision;
  struct instrument instrument;
  struct gate_samples samples;
  struct error error;
  const struct gate_source source = {.model = model,
                                     .data = valid,
                                     .samples_max = 1000000,
                                     .rates = &options->damage,
                                     .threads = 1,
                                     .seed = options->seed + 1000003};
  float *folded = malloc(decision_folded_size(&model->config) * sizeof *folded);
  assert_non_null(folded);
  instrument_init(&instrument, GEAR_KEYBOARD);
  decision_bind(&decision, &model->config, &model->params, folded);
  assert_int_equal(gate_samples_collect(&samples, &source, &error), STATUS_OK);
  assert_int_equal(samples.count, result->valid_samples);
  double given = 0;
  double hits = 0;
  for (size_t i = 0; i < samples.count; i++) {
    float ratio[DAMAGE_COUNT];
    decision_ratios(&decision, samples.inputs + i * (size_t)samples.input_size, ratio);
    const struct verdict verdict = instrument_judge(&instrument, PITCH_LOW, ratio, samples.kinds[i]);
    const bool passes = verdict.log_odds >= instrument_price(0.5F);
    given += passes;
    hits += passes && samples.damage[i] == DAMAGE_NONE;
  }
  assert_true(fabs(hits / given - result->precision) < 1e-9);
  assert_true(fabs(hits / (double)(valid->count * NOTES) - result->recall) < 1e-9);
  gate_samples_free(&samples);
  free(folded);
}

static void clean_playing_is_told_from_damage(void **state)
{
  (void)state;
  struct dataset train;
  struct dataset valid;
  struct error error;
  struct gate_result result;
  struct model *model = make_model();
  struct train_options options;
  train_defaults(&options);
  options.threads = 1;
  options.gate_epochs = 8;
  make_takes(&train, TRAIN_TAKES);
  make_takes(&valid, VALID_TAKES);
  const struct train_run run = {.train = &train, .valid = &valid};
  assert_false(model_has_decision(model));
  assert_int_equal(gate_train(model, &options, &run, &result, &error), STATUS_OK);
  print_message("recall %.4f, precision %.4f, F1 %.4f of %zu strokes\n", result.recall, result.precision,
                result.f1, result.valid_samples);
  assert_true(model_has_decision(model));
  assert_true(result.valid_samples > VALID_TAKES * NOTES);
  assert_true(result.f1 >= 0.94);
  assert_true(result.recall >= 0.998); /* few examples teach little, and what is not known passes */
  assert_true(result.lost_per_1000 <= 1);
  assert_true(fabs(2 / (1 / result.recall + 1 / result.precision) - result.f1) < 1e-9);
  check_figures(model, &valid, &options, &result);
  dataset_free(&train);
  dataset_free(&valid);
  model_free(model);
}

static void too_little_data_is_refused(void **state)
{
  (void)state;
  struct dataset takes;
  struct error error;
  struct gate_result result;
  struct model *model = make_model();
  struct train_options options;
  train_defaults(&options);
  options.threads = 1;
  make_takes(&takes, 1);
  const struct train_run run = {.train = &takes, .valid = &takes};
  assert_int_equal(gate_train(model, &options, &run, &result, &error), STATUS_FORMAT);
  assert_int_equal(gate_train_check(model, &options, &run, &error), STATUS_FORMAT);
  assert_non_null(strstr(error.text, "--gate 0"));
  assert_false(model_has_decision(model));
  dataset_free(&takes);
  model_free(model);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(samples_are_the_strokes),
    cmocka_unit_test(clean_playing_is_told_from_damage),
    cmocka_unit_test(too_little_data_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
