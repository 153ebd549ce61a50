/* SPDX-License-Identifier: MIT */
/* Training of small models on made-up music: that it learns, stops, goes on and repeats. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bound.h"
#include "cmocka_all.h"
#include "file.h"
#include "parallel.h"
#include "safetensors.h"
#include "train_rig.h"
#include "vosp.h"

static void a_pattern_is_learnt(void **state)
{
  struct train_rig *f = *state;
  for (int cell = 0; cell < 4; cell++) {
    double bounds[TRAIN_RIG_EPOCHS];
    f->config.cell = (enum net_cell)cell;
    assert_int_equal(train_rig_train(f, "model", false), STATUS_OK);
    assert_false(train_rig_exists(f, "model.checkpoint"));
    assert_int_equal(train_rig_read_log(f, "model.csv", LOG_VALID_BOUND, bounds), TRAIN_RIG_EPOCHS);
    double best = bounds[0];
    for (int i = 1; i < TRAIN_RIG_EPOCHS; i++) {
      best = fmin(best, bounds[i]);
    }
    print_message("cell %d: %.2f nats a frame after one epoch, %.2f at best\n", cell, bounds[0], best);
    assert_true(best < 0.5 * bounds[0]);
    struct model *model = train_rig_load(f, "model");
    const char *told = model_fact(model, "valid_bound");
    assert_true(told != NULL && fabs(strtod(told, NULL) - best) < 2e-4);
    model_free(model);
  }
}

/* The best of the bounds, and whether the step rate fell as patience says. */
static double follow(const struct train_rig *f, const double *bounds, const double *rates, int count)
{
  double rate = f->options.rate;
  double best = INFINITY;
  int bad = 0;
  for (int i = 0; i < count; i++) {
    bad = bounds[i] < best ? 0 : bad + 1;
    best = fmin(best, bounds[i]);
    rate *= bad > 0 && bad % f->options.patience == 0 ? 0.4 : 1;
    assert_true(fabs(rates[i] - rate) < 1e-6);
  }
  assert_int_equal(bad, 2 * f->options.patience);
  return best;
}

/* Other music to validate on: learning more of the pattern makes it worse, and the best comes before the end.
 */
static void the_best_weights_are_kept(void **state)
{
  struct train_rig *f = *state;
  struct vosp_net net;
  struct bound_sums sums;
  double bounds[TRAIN_RIG_EPOCHS] = {0};
  double rates[TRAIN_RIG_EPOCHS] = {0};
  for (size_t i = 0; i < f->valid.count; i++) {
    uint8_t *cells = f->valid.sequences[i].cells;
    memmove(cells + 1, cells, (size_t)f->valid.sequences[i].frames * PITCHES - 1); /* a semitone up */
  }
  f->options.kl_epochs = 0;
  f->options.patience = 2;
  assert_int_equal(train_rig_train(f, "model", false), STATUS_OK);
  const int count = train_rig_read_log(f, "model.csv", LOG_VALID_BOUND, bounds);
  assert_int_equal(train_rig_read_log(f, "model.csv", LOG_RATE, rates), count);
  const double best = follow(f, bounds, rates, count);
  assert_true(bounds[count - 1] > best + 0.2);
  struct model *model = train_rig_load(f, "model");
  const struct bound_options options = {.seed = 1, .threads = 1};
  assert_int_equal(vosp_net_init(&net, &model->config, &model->params, model->params.block), STATUS_OK);
  assert_int_equal(bound_over(&net, &f->valid, &options, NULL, NULL, &sums), STATUS_OK);
  assert_true(fabs((sums.reconstruction + sums.kl) / (double)sums.frames - best) < 1e-3);
  vosp_net_free(&net);
  model_free(model);
}

/* With weights that cannot move, patience runs out; what differs from epoch to epoch is what was drawn. */
static void no_gain_ends_the_training(void **state)
{
  struct train_rig *f = *state;
  double nats[TRAIN_RIG_EPOCHS];
  f->options.rate = 0;
  f->options.kl_epochs = 0;
  f->options.patience = 2;
  assert_int_equal(train_rig_train(f, "model", false), STATUS_OK);
  assert_int_equal(train_rig_read_log(f, "model.csv", LOG_TRAIN_NATS, nats),
                   5); /* the first, and twice the patience */
  for (int i = 1; i < 5; i++) {
    assert_true(nats[i] != nats[i - 1]);
  }
  assert_int_equal(f->reports.outcome.end, TRAIN_NO_PATIENCE);
}

/* An hour for few epochs is not what ends it; a time that is over at once is, and is what progress goes by. */
static void the_limit_that_comes_first_is_named(void **state)
{
  struct train_rig *f = *state;
  f->options.epochs = 3;
  f->options.minutes = 60;
  assert_int_equal(train_rig_train(f, "model", false), STATUS_OK);
  assert_int_equal(f->reports.outcome.end, TRAIN_ALL_EPOCHS);
  assert_int_equal(f->reports.outcome.epochs, 3);
  assert_false(f->reports.share_fell);
  assert_false(f->reports.last.timed);
  assert_true(f->reports.last.share == 1);
  f->options.epochs = 1000000;
  f->options.minutes = 1e-7;
  assert_int_equal(train_rig_train(f, "model", false), STATUS_OK);
  assert_int_equal(f->reports.outcome.end, TRAIN_TIME_OUT);
  assert_int_equal(f->reports.outcome.epochs, 1);
  assert_true(f->reports.last.timed);
  assert_true(f->reports.last.share == 1);
}

/* The figures of validation are those that it chooses by, and named so. */
static void reports_name_what_validation_chooses_by(void **state)
{
  struct train_rig *f = *state;
  double bound[TRAIN_RIG_EPOCHS] = {0};
  f->options.epochs = 1;
  assert_int_equal(train_rig_train(f, "model", false), STATUS_OK);
  train_rig_read_log(f, "model.csv", LOG_VALID_BOUND, bound);
  assert_string_equal(f->reports.last.figure, "bound");
  assert_true(fabs(f->reports.last.valid_nats - bound[0]) < 1e-4);
  assert_true(f->reports.last.valid_nats == f->reports.last.best_nats);
  f->config.posterior = POSTERIOR_DIAGONAL;
  f->options.objective = OBJECTIVE_SURROGATE;
  assert_int_equal(train_rig_train(f, "model", false), STATUS_OK);
  train_rig_read_log(f, "model.csv", LOG_VALID_BOUND, bound);
  assert_string_equal(f->reports.last.figure, "surrogate");
  assert_true(f->reports.last.valid_nats < bound[0] - 1e-3);
  assert_true(f->reports.last.valid_nats == f->reports.outcome.loss);
  f->options.kl_end = 0.2;
  assert_string_equal(train_chosen_by(&f->config, &f->options), "loss");
}

/* The music repeats, so what followed before helps a network of one epoch; what is reported is measured with
 * it. */
static void recall_is_fitted_after_the_network(void **state)
{
  struct train_rig *f = *state;
  double exact[TRAIN_RIG_EPOCHS] = {0};
  f->config = (struct net_config){.kind = NET_RNN,
                                  .frame = f->config.frame,
                                  .tie = TIE_PITCH,
                                  .cell = CELL_GRU,
                                  .hidden = 8,
                                  .layers = 1,
                                  .emission = EMISSION_PITCH,
                                  .emission_units = 8,
                                  .recall = RECALL_PAST};
  f->options.epochs = 1;
  assert_int_equal(train_rig_train(f, "model", false), STATUS_OK);
  train_rig_read_log(f, "model.csv", LOG_VALID_BOUND, exact);
  assert_true(f->reports.outcome.loss < 0.7 * exact[0]);
  struct model *model = train_rig_load(f, "model");
  struct vosp_net net;
  const struct bound_options options = {.seed = 1, .threads = 2};
  struct bound_sums with, alone;
  assert_int_equal(vosp_net_init(&net, &model->config, &model->params, model->params.block), STATUS_OK);
  assert_int_equal(bound_over(&net, &f->valid, &options, NULL, NULL, &with), STATUS_OK);
  net.recall = NULL;
  assert_int_equal(bound_over(&net, &f->valid, &options, NULL, NULL, &alone), STATUS_OK);
  assert_int_equal(with.frames, f->valid.frames);
  assert_true(with.reconstruction < 0.7 * alone.reconstruction);
  assert_true(fabs(alone.reconstruction / (double)alone.frames - exact[0]) < 1e-4);
  vosp_net_free(&net);
  model_free(model);
  f->options.noise = 0.1;
  assert_int_equal(train_rig_train(f, "other", false), STATUS_USAGE);
  f->options.noise = 0;
  f->config.emission = EMISSION_BERNOULLI;
  f->config.emission_units = 0;
  assert_int_equal(train_rig_train(f, "other", false), STATUS_USAGE);
}

/* Without being told to go on, it is neither taken nor written over. */
static void a_checkpoint_that_is_there_is_not_written_over(void **state)
{
  struct train_rig *f = *state;
  f->reports.stop_stage = "vosp";
  f->reports.stop_epoch = 2;
  assert_int_equal(train_rig_train(f, "model", false), STATUS_INTERRUPTED);
  f->reports.stop_stage = NULL;
  assert_int_equal(train_rig_train(f, "model", false), STATUS_USAGE);
  assert_non_null(strstr(f->error.text, "--resume"));
  assert_int_equal(f->reports.count, 0);
  assert_false(train_rig_exists(f, "model"));
  assert_int_equal(train_rig_train(f, "model", true), STATUS_OK);
  assert_int_equal(f->reports.first_epoch, 2);
}

static void the_same_seed_gives_the_same_model(void **state)
{
  struct train_rig *f = *state;
  f->options.epochs = 3;
  for (f->options.threads = 1; f->options.threads <= 2; f->options.threads++) {
    f->options.seed = 5;
    assert_int_equal(train_rig_train(f, "first", false), STATUS_OK);
    assert_int_equal(train_rig_train(f, "second", false), STATUS_OK);
    f->options.seed = 6;
    assert_int_equal(train_rig_train(f, "other", false), STATUS_OK);
    assert_true(train_rig_same_weights(f, "first", "second"));
    assert_false(train_rig_same_weights(f, "first", "other"));
  }
}

static void a_stopped_run_goes_on_as_if_it_had_not(void **state)
{
  struct train_rig *f = *state;
  double whole[TRAIN_RIG_EPOCHS] = {0};
  double pieces[TRAIN_RIG_EPOCHS] = {0};
  f->options.epochs = 6;
  assert_int_equal(train_rig_train(f, "whole", false), STATUS_OK);
  f->reports.stop_stage = "vosp";
  f->reports.stop_epoch = 4;
  assert_int_equal(train_rig_train(f, "pieces", false), STATUS_INTERRUPTED);
  assert_true(train_rig_exists(f, "pieces.checkpoint"));
  assert_false(train_rig_exists(f, "pieces"));
  assert_int_equal(train_rig_read_log(f, "pieces.csv", LOG_VALID_BOUND, pieces), 3);
  f->reports.stop_stage = NULL;
  assert_int_equal(train_rig_train(f, "pieces", true), STATUS_OK);
  assert_int_equal(f->reports.first_epoch, 4);
  assert_int_equal(train_rig_read_log(f, "whole.csv", LOG_VALID_BOUND, whole), 6);
  assert_int_equal(train_rig_read_log(f, "pieces.csv", LOG_VALID_BOUND, pieces), 6);
  assert_memory_equal(whole, pieces, 6 * sizeof *whole);
  const double best = fmin(fmin(whole[0], whole[1]), whole[2]);
  assert_true(fabs(f->reports.first_best - best) < 1e-4);
  assert_true(train_rig_same_weights(f, "whole", "pieces"));
  assert_false(train_rig_exists(f, "pieces.checkpoint"));
  assert_int_equal(train_rig_train(f, "pieces", true), STATUS_OK); /* nothing to go on from: anew */
  assert_int_equal(f->reports.first_epoch, 1);
}

static void another_configurations_checkpoint_is_refused(void **state)
{
  struct train_rig *f = *state;
  uint8_t *before = NULL;
  uint8_t *after = NULL;
  size_t size = 0;
  size_t size_after = 0;
  f->reports.stop_stage = "vosp";
  f->reports.stop_epoch = 2;
  assert_int_equal(train_rig_train(f, "model", false), STATUS_INTERRUPTED);
  const char *path = folder_join(&f->folder, "model.checkpoint");
  assert_int_equal(file_read(path, 1 << 24, &before, &size, &f->error), STATUS_OK);
  for (int i = 0; i < 2; i++) { /* of another size, and of the same size but another meaning */
    f->config = train_rig_config();
    f->config.hidden += i == 0 ? 1 : 0;
    f->config.posterior = i == 1 ? POSTERIOR_DIAGONAL : POSTERIOR_INCREMENTS;
    assert_int_equal(train_rig_train(f, "model", true), STATUS_FORMAT);
    assert_non_null(strstr(f->error.text, "another configuration"));
    assert_int_equal(f->reports.count, 0);
    path = folder_join(&f->folder, "model.checkpoint");
    assert_int_equal(file_read(path, 1 << 24, &after, &size_after, &f->error), STATUS_OK);
    assert_int_equal(size_after, size);
    assert_memory_equal(before, after, size);
    assert_false(train_rig_exists(f, "model"));
    free(after);
  }
  free(before);
}

/* Adam's moments mean nothing to rmsprop. */
static void another_optimisers_checkpoint_is_refused(void **state)
{
  struct train_rig *f = *state;
  f->reports.stop_stage = "vosp";
  f->reports.stop_epoch = 2;
  assert_int_equal(train_rig_train(f, "model", false), STATUS_INTERRUPTED);
  f->options.optimiser = OPTIMISER_RMSPROP;
  assert_int_equal(train_rig_train(f, "model", true), STATUS_FORMAT);
  assert_non_null(strstr(f->error.text, "'adam', not rmsprop"));
  assert_int_equal(f->reports.count, 0);
  assert_false(train_rig_exists(f, "model"));
}

/* Set one number of a checkpoint. */
static void put_number(const char *path, const char *key, const char *text)
{
  struct safetensors file;
  struct error error;
  uint8_t *data = NULL;
  size_t size = 0;
  bool found = false;
  assert_int_equal(file_read(path, 1 << 24, &data, &size, &error), STATUS_OK);
  assert_int_equal(safetensors_read(&file, data, size, path, &error), STATUS_OK);
  free(data);
  for (size_t i = 0; i < file.meta_count; i++) {
    if (strcmp(file.meta[i].key, key) == 0) {
      free(file.meta[i].value);
      file.meta[i].value = strdup(text);
      found = true;
    }
  }
  assert_true(found);
  assert_int_equal(safetensors_write(&file.params, file.meta, file.meta_count, &data, &size, &error),
                   STATUS_OK);
  assert_int_equal(file_write(path, data, size, &error), STATUS_OK);
  safetensors_free(&file);
  free(data);
}

static void a_checkpoint_of_impossible_numbers_is_refused(void **state)
{
  struct train_rig *f = *state;
  static const char *const cases[][3] = {
    {"train.epoch", "1e300", "1"}, {"train.epoch", "-1", "1"},   {"train.epoch", "0.5", "1"},
    {"train.bad", "inf", "0"},     {"train.steps", "1e19", "3"}, {"train.best", "nan", "inf"},
    {"train.rate", "inf", "0.01"}, {"train.seconds", "", "1"},
  };
  char path[512];
  f->reports.stop_stage = "vosp";
  f->reports.stop_epoch = 2;
  assert_int_equal(train_rig_train(f, "model", false), STATUS_INTERRUPTED);
  f->reports.stop_stage = NULL;
  snprintf(path, sizeof path, "%s", folder_join(&f->folder, "model.checkpoint"));
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    put_number(path, cases[i][0], cases[i][1]);
    assert_int_equal(train_rig_train(f, "model", true), STATUS_FORMAT);
    assert_non_null(strstr(f->error.text, cases[i][0]));
    assert_int_equal(f->reports.count, 0);
    put_number(path, cases[i][0], cases[i][2]);
  }
  assert_int_equal(train_rig_train(f, "model", true),
                   STATUS_OK); /* though the best is infinite, as at the start */
}

static void a_run_stopped_at_the_gate_goes_on_there(void **state)
{
  struct train_rig *f = *state;
  f->config.gate = 4;
  f->options.rate = 0; /* the training ends before its last epoch */
  f->options.kl_epochs = 0;
  f->options.patience = 1;
  f->options.noise = 0.05;
  f->reports.stop_stage = "gate";
  assert_int_equal(train_rig_train(f, "model", false), STATUS_INTERRUPTED);
  assert_true(train_rig_exists(f, "model.checkpoint"));
  assert_false(train_rig_exists(f, "model")); /* only a finished one replaces what may be there */
  f->reports.stop_stage = NULL;
  assert_int_equal(train_rig_train(f, "model", true), STATUS_OK);
  assert_string_equal(f->reports.first_stage, "gate");
  assert_true(f->reports.gate_reports >= f->options.gate_epochs);
  assert_false(train_rig_exists(f, "model.checkpoint"));
  struct model *model = train_rig_load(f, "model");
  assert_true(model_has_gate(model));
  assert_non_null(model_fact(model, "valid_gate"));
  assert_non_null(model_fact(model, "valid_bound"));
  model_free(model);
}

static void nonsense_is_refused(void **state)
{
  struct train_rig *f = *state;
  f->options.lead = f->options.chunk;
  assert_int_equal(train_rig_train(f, "model", false), STATUS_USAGE);
  f->options = train_rig_options();
  f->options.dropout_hidden = 1;
  assert_int_equal(train_rig_train(f, "model", false), STATUS_USAGE);
  f->options = train_rig_options();
  f->options.threads = PARALLEL_MAX + 1;
  assert_int_equal(train_rig_train(f, "model", false), STATUS_USAGE);
  assert_int_equal(folder_count(f->folder.path), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(a_pattern_is_learnt, train_rig_set_up, train_rig_tear_down),
    cmocka_unit_test_setup_teardown(the_best_weights_are_kept, train_rig_set_up, train_rig_tear_down),
    cmocka_unit_test_setup_teardown(no_gain_ends_the_training, train_rig_set_up, train_rig_tear_down),
    cmocka_unit_test_setup_teardown(the_limit_that_comes_first_is_named, train_rig_set_up, train_rig_tear_down),
    cmocka_unit_test_setup_teardown(reports_name_what_validation_chooses_by, train_rig_set_up,
                                    train_rig_tear_down),
    cmocka_unit_test_setup_teardown(recall_is_fitted_after_the_network, train_rig_set_up, train_rig_tear_down),
    cmocka_unit_test_setup_teardown(a_checkpoint_that_is_there_is_not_written_over, train_rig_set_up,
                                    train_rig_tear_down),
    cmocka_unit_test_setup_teardown(the_same_seed_gives_the_same_model, train_rig_set_up, train_rig_tear_down),
    cmocka_unit_test_setup_teardown(a_stopped_run_goes_on_as_if_it_had_not, train_rig_set_up,
                                    train_rig_tear_down),
    cmocka_unit_test_setup_teardown(another_configurations_checkpoint_is_refused, train_rig_set_up,
                                    train_rig_tear_down),
    cmocka_unit_test_setup_teardown(another_optimisers_checkpoint_is_refused, train_rig_set_up,
                                    train_rig_tear_down),
    cmocka_unit_test_setup_teardown(a_checkpoint_of_impossible_numbers_is_refused, train_rig_set_up,
                                    train_rig_tear_down),
    cmocka_unit_test_setup_teardown(a_run_stopped_at_the_gate_goes_on_there, train_rig_set_up,
                                    train_rig_tear_down),
    cmocka_unit_test_setup_teardown(nonsense_is_refused, train_rig_set_up, train_rig_tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
