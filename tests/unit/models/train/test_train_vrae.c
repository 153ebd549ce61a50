/* SPDX-License-Identifier: MIT */
/* Training of small VRAEs on made-up music: that they learn, repeat, stop and go on. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "train_rig.h"
#include "vrae_bound.h"

static int setup_vrae(void **state)
{
  train_rig_set_up(state);
  struct train_rig *f = *state;
  f->config.kind = NET_VRAE;
  f->options.epochs = 8;
  return 0;
}

static double best_of(const double *bounds, int count)
{
  double best = bounds[0];
  for (int i = 1; i < count; i++) {
    best = fmin(best, bounds[i]);
  }
  return best;
}

static void a_pattern_is_learnt(void **state)
{
  struct train_rig *f = *state;
  for (int cell = 0; cell < 3; cell++) {
    double bounds[TRAIN_RIG_EPOCHS] = {0};
    f->config.cell = (enum net_cell)cell;
    assert_int_equal(train_rig_train(f, "model", false), STATUS_OK);
    assert_string_equal(f->reports.first_stage, "vrae");
    assert_int_equal(train_rig_read_log(f, "model.csv", LOG_VALID_BOUND, bounds), f->options.epochs);
    const double best = best_of(bounds, f->options.epochs);
    print_message("cell %d: %.2f nats a frame after one epoch, %.2f at best\n", cell, bounds[0], best);
    assert_true(best < 0.7 * bounds[0]);
    struct model *model = train_rig_load(f, "model");
    assert_int_equal(model->config.kind, NET_VRAE);
    const char *told = model_fact(model, "valid_bound");
    assert_true(told != NULL && fabs(strtod(told, NULL) - best) < 2e-4);
    model_free(model);
  }
}

static void tied_weights_and_noise_are_learnt_too(void **state)
{
  struct train_rig *f = *state;
  double bounds[TRAIN_RIG_EPOCHS] = {0};
  f->config.tie = TIE_PITCH;
  f->config.hidden = 8;
  f->config.generator = 8;
  f->options.noise = 0.02;
  f->options.epochs = 4;
  assert_int_equal(train_rig_train(f, "model", false), STATUS_OK);
  assert_int_equal(train_rig_read_log(f, "model.csv", LOG_VALID_BOUND, bounds), 4);
  assert_true(best_of(bounds, 4) < 0.8 * bounds[0]);
}

static void the_same_seed_gives_the_same_model(void **state)
{
  struct train_rig *f = *state;
  f->options.epochs = 2;
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
  f->options.epochs = 4;
  assert_int_equal(train_rig_train(f, "whole", false), STATUS_OK);
  f->reports.stop_stage = "vrae";
  f->reports.stop_epoch = 3;
  assert_int_equal(train_rig_train(f, "pieces", false), STATUS_INTERRUPTED);
  f->reports.stop_stage = NULL;
  assert_int_equal(train_rig_train(f, "pieces", true), STATUS_OK);
  assert_int_equal(f->reports.first_epoch, 3);
  assert_true(train_rig_same_weights(f, "whole", "pieces"));
  assert_false(train_rig_exists(f, "pieces.checkpoint"));
}

static void other_kinds_are_refused(void **state)
{
  struct train_rig *f = *state;
  char from[600];
  f->options.epochs = 1;
  assert_int_equal(train_rig_train(f, "vrae", false), STATUS_OK);
  f->reports.stop_stage = "vrae";
  assert_int_equal(train_rig_train(f, "half", false), STATUS_INTERRUPTED);
  f->reports.stop_stage = NULL;
  snprintf(from, sizeof from, "%s", folder_join(&f->folder, "vrae"));
  const struct train_run run = {
    .train = &f->train, .valid = &f->valid, .from = from, .out = folder_join(&f->folder, "other")};
  f->config.kind = NET_VOSP;
  assert_int_equal(train_model(&f->config, &f->options, &run, &f->error), STATUS_UNSUPPORTED);
  assert_non_null(strstr(f->error.text, "`emend train vosp` needs one of kind emend.vosp"));
  assert_false(train_rig_exists(f, "other"));
}

/* A filler's loss is told under its own name: it bounds nothing. */
static void a_filler_is_trained(void **state)
{
  struct train_rig *f = *state;
  f->config.tie = TIE_PITCH;
  f->config.cell = CELL_GRU;
  f->config.hidden = 8;
  f->config.generator = 8;
  f->config.matches = 2;
  f->options.chunk = 40;
  f->options.epochs = 2;
  assert_int_equal(train_rig_train(f, "model", false), STATUS_OK);
  struct model *model = train_rig_load(f, "model");
  assert_int_equal(model->config.matches, 2);
  assert_null(model_fact(model, "valid_bound"));
  assert_non_null(model_fact(model, "valid_loss"));
  model_free(model);
  assert_int_equal(train_rig_train(f, "again", false), STATUS_OK);
  assert_true(train_rig_same_weights(f, "model", "again"));
}

static void sum_up(struct train_rig *f, const struct vrae_net *net, int threads, double noise,
                   struct bound_sums *sums)
{
  const struct bound_options options = {.noise = noise, .seed = 1, .threads = threads};
  assert_int_equal(vrae_bound_over(net, &f->valid, &options, NULL, NULL, sums), STATUS_OK);
}

static void the_bound_does_not_depend_on_threads(void **state)
{
  struct train_rig *f = *state;
  for (int tie = 0; tie < 2; tie++) {
    struct vrae_net net;
    struct bound_sums one, two, noisy;
    struct model *model;
    f->config.tie = (enum net_tie)tie;
    f->options.epochs = 1;
    assert_int_equal(train_rig_train(f, "model", false), STATUS_OK);
    model = train_rig_load(f, "model");
    assert_int_equal(vrae_net_init(&net, &model->config, &model->params, model->params.block), STATUS_OK);
    sum_up(f, &net, 1, 0, &one);
    sum_up(f, &net, 3, 0, &two);
    sum_up(f, &net, 2, 0.2, &noisy);
    assert_memory_equal(&one, &two, sizeof one);
    assert_int_equal(one.frames, f->valid.frames);
    assert_int_equal(one.sequences, TRAIN_RIG_SEQUENCES);
    assert_true(noisy.reconstruction != one.reconstruction);
    vrae_net_free(&net);
    model_free(model);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(a_pattern_is_learnt, setup_vrae, train_rig_tear_down),
    cmocka_unit_test_setup_teardown(tied_weights_and_noise_are_learnt_too, setup_vrae, train_rig_tear_down),
    cmocka_unit_test_setup_teardown(the_same_seed_gives_the_same_model, setup_vrae, train_rig_tear_down),
    cmocka_unit_test_setup_teardown(a_stopped_run_goes_on_as_if_it_had_not, setup_vrae, train_rig_tear_down),
    cmocka_unit_test_setup_teardown(other_kinds_are_refused, setup_vrae, train_rig_tear_down),
    cmocka_unit_test_setup_teardown(a_filler_is_trained, setup_vrae, train_rig_tear_down),
    cmocka_unit_test_setup_teardown(the_bound_does_not_depend_on_threads, setup_vrae, train_rig_tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
