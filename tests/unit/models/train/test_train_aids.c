/* SPDX-License-Identifier: MIT */
/* What a training may have beside its recipe: moved music, averaged weights, noise on gradients. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "train_rig.h"

/* Weights that cannot move are validated on the music as it is, and trained on other music. */
static void validation_does_not_move(void **state)
{
  struct train_rig *f = *state;
  f->options.rate = 0;
  f->options.epochs = 2;
  for (int vrae = 0; vrae < 2; vrae++) {
    double bounds[2][TRAIN_RIG_EPOCHS], nats[2][TRAIN_RIG_EPOCHS];
    f->config.kind = vrae ? NET_VRAE : NET_VOSP;
    for (int on = 0; on < 2; on++) {
      f->options.transpose = on ? 3 : 0;
      assert_int_equal(train_rig_train(f, "model", false), STATUS_OK);
      assert_int_equal(train_rig_read_log(f, "model.csv", LOG_VALID_BOUND, bounds[on]), 2);
      assert_int_equal(train_rig_read_log(f, "model.csv", LOG_TRAIN_NATS, nats[on]), 2);
    }
    assert_memory_equal(bounds[0], bounds[1], 2 * sizeof(double));
    assert_true(nats[0][0] != nats[1][0]);
  }
}

enum { UPDATES = 4 };

/* One update an epoch, each of which makes the validation better, so that the last weights are kept. */
static void train_updates(struct train_rig *f, int updates)
{
  double bounds[TRAIN_RIG_EPOCHS];
  f->options.epochs = updates;
  assert_int_equal(train_rig_train(f, "model", false), STATUS_OK);
  assert_int_equal(train_rig_read_log(f, "model.csv", LOG_VALID_BOUND, bounds), updates);
  for (int i = 1; i < updates; i++) {
    assert_true(bounds[i] < bounds[i - 1]);
  }
}

static void averages_are_those_by_hand(void **state)
{
  struct train_rig *f = *state;
  static const double decay = 0.3;
  f->options.chunk = 60;
  f->options.batch = TRAIN_RIG_SEQUENCES;
  f->options.kl_epochs = 0;
  f->options.rate = 0;
  train_updates(f, 1);
  struct model *average =
    train_rig_load(f, "model"); /* the weights at the start, whose average goes on by hand */
  f->options.rate = 5e-3;
  for (int t = 1; t <= UPDATES; t++) {
    const double share = 1 - fmin(decay, (1.0 + t) / (10.0 + t));
    f->options.average = 0;
    train_updates(f, t);
    struct model *plain = train_rig_load(f, "model");
    f->options.average = decay;
    train_updates(f, t);
    struct model *kept = train_rig_load(f, "model");
    for (size_t i = 0; i < plain->params.size; i++) {
      float *by_hand = &average->params.block[i];
      *by_hand += (float)share * (plain->params.block[i] - *by_hand);
      assert_true(fabs((double)(kept->params.block[i] - *by_hand)) < 1e-6);
    }
    model_free(plain);
    model_free(kept);
  }
  model_free(average);
}

static void all_aids(struct train_options *options)
{
  options->transpose = 4;
  options->average = 0.9;
  options->gradient_noise = 1e-4;
  options->cooldown = 0.5;
  options->epochs = 5;
}

static void a_stopped_run_with_aids_goes_on_as_if_it_had_not(void **state)
{
  struct train_rig *f = *state;
  for (int kind = 0; kind < 4; kind++) {
    double whole[TRAIN_RIG_EPOCHS] = {0};
    double pieces[TRAIN_RIG_EPOCHS] = {0};
    f->config = train_rig_config();
    f->config.kind = kind % 2 == 1 ? NET_VRAE : NET_VOSP;
    all_aids(&f->options);
    f->options.optimiser = kind / 2 == 1 ? OPTIMISER_RMSPROP : OPTIMISER_ADAM;
    f->options.rate = kind / 2 == 1 ? 1e-3 : 1e-2;
    assert_int_equal(train_rig_train(f, "whole", false), STATUS_OK);
    f->reports.stop_stage = kind % 2 == 1 ? "vrae" : "vosp";
    for (f->reports.stop_epoch = 2; f->reports.stop_epoch < 5; f->reports.stop_epoch += 2) {
      assert_int_equal(train_rig_train(f, "pieces", f->reports.stop_epoch > 2), STATUS_INTERRUPTED);
    }
    f->reports.stop_stage = NULL;
    assert_int_equal(train_rig_train(f, "pieces", true), STATUS_OK);
    assert_int_equal(f->reports.first_epoch, 4);
    assert_int_equal(train_rig_read_log(f, "whole.csv", LOG_VALID_BOUND, whole), 5);
    assert_int_equal(train_rig_read_log(f, "pieces.csv", LOG_VALID_BOUND, pieces), 5);
    assert_memory_equal(whole, pieces, 5 * sizeof *whole);
    assert_true(train_rig_same_weights(f, "whole", "pieces"));
  }
}

/* Each of them changes what comes out, and does so by the seed. */
static void aids_matter_and_repeat(void **state)
{
  struct train_rig *f = *state;
  f->options.epochs = 3;
  assert_int_equal(train_rig_train(f, "plain", false), STATUS_OK);
  for (int aid = 0; aid < 3; aid++) {
    f->options.transpose = aid == 0 ? 2 : 0;
    f->options.average = aid == 1 ? 0.5 : 0;
    f->options.gradient_noise = aid == 2 ? 1e-3 : 0;
    assert_int_equal(train_rig_train(f, "first", false), STATUS_OK);
    assert_int_equal(train_rig_train(f, "second", false), STATUS_OK);
    assert_true(train_rig_same_weights(f, "first", "second"));
    assert_false(train_rig_same_weights(f, "first", "plain"));
  }
}

/* The gate is no part of the network in training: noise must not make one. */
static void noise_leaves_the_gate_alone(void **state)
{
  struct train_rig *f = *state;
  f->config.gate = 4;
  f->options.gate_epochs = 0;
  f->options.epochs = 1;
  f->options.gradient_noise = 1e-2;
  assert_int_equal(train_rig_train(f, "model", false), STATUS_OK);
  struct model *model = train_rig_load(f, "model");
  const float *scale = params_get(&model->params, "gate.scale");
  const float *hidden = params_get(&model->params, "gate.hidden");
  assert_non_null(scale);
  assert_true(scale[0] == 0 && hidden[0] == 0);
  assert_false(model_has_gate(model));
  model_free(model);
}

static void an_average_goes_on_as_one(void **state)
{
  struct train_rig *f = *state;
  for (int with = 0; with < 2; with++) {
    const char *out = with ? "with" : "without";
    f->options.average = with ? 0.9 : 0;
    f->reports.stop_stage = "vosp";
    f->reports.stop_epoch = 2;
    assert_int_equal(train_rig_train(f, out, false), STATUS_INTERRUPTED);
    f->options.average = with ? 0 : 0.9;
    assert_int_equal(train_rig_train(f, out, true), STATUS_FORMAT);
    assert_non_null(strstr(f->error.text, with ? "made with --average" : "made without --average"));
    assert_false(train_rig_exists(f, out));
  }
}

static void nonsense_is_refused(void **state)
{
  struct train_rig *f = *state;
  for (int kind = 0; kind < 5; kind++) {
    f->options = train_rig_options();
    f->options.transpose = kind == 0 ? -1 : kind == 1 ? PITCHES : 0;
    f->options.average = kind == 2 ? 1 : 0;
    f->options.gradient_noise = kind == 3 ? -1 : kind == 4 ? (double)NAN : 0;
    assert_int_equal(train_rig_train(f, "model", false), STATUS_USAGE);
  }
  f->options = train_rig_options();
  f->options.transpose = 2;
  f->config.kind = NET_VRAE;
  f->config.tie = TIE_PITCH;
  f->config.matches = 2;
  assert_int_equal(train_rig_train(f, "model", false), STATUS_USAGE);
  assert_non_null(strstr(f->error.text, "filler"));
  assert_int_equal(folder_count(f->folder.path), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(validation_does_not_move, train_rig_set_up, train_rig_tear_down),
    cmocka_unit_test_setup_teardown(averages_are_those_by_hand, train_rig_set_up, train_rig_tear_down),
    cmocka_unit_test_setup_teardown(a_stopped_run_with_aids_goes_on_as_if_it_had_not, train_rig_set_up,
                                    train_rig_tear_down),
    cmocka_unit_test_setup_teardown(aids_matter_and_repeat, train_rig_set_up, train_rig_tear_down),
    cmocka_unit_test_setup_teardown(noise_leaves_the_gate_alone, train_rig_set_up, train_rig_tear_down),
    cmocka_unit_test_setup_teardown(an_average_goes_on_as_one, train_rig_set_up, train_rig_tear_down),
    cmocka_unit_test_setup_teardown(nonsense_is_refused, train_rig_set_up, train_rig_tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
