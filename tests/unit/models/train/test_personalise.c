/* SPDX-License-Identifier: MIT */
/* Learning a player's own model. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "learn_rig.h"
#include "personalise.h"

enum { TAKES = 6 };

static struct model *base;
static struct dataset takes;

static int set_up(void **state)
{
  (void)state;
  base = learn_rig_base();
  learn_rig_takes(&takes, TAKES, 1);
  return 0;
}

static int tear_down(void **state)
{
  (void)state;
  model_free(base);
  dataset_free(&takes);
  return 0;
}

static struct learn_options quick(void)
{
  struct learn_options options;
  learn_defaults(&options);
  options.epochs = 1;
  options.rounds = 2;
  return options;
}

static void what_is_learnt_is_no_worse_on_held_back_takes(void **state)
{
  (void)state;
  const struct learn_job job = {base, NULL, &takes};
  const struct learn_options options = quick();
  struct learn_result result;
  struct model *model;
  struct error error = {STATUS_OK, ""};
  assert_int_equal(learn(&job, &options, NULL, &model, &result, &error), STATUS_OK);
  assert_true(result.better);
  assert_non_null(model);
  assert_true(result.minutes > 3 && result.held_minutes > 0.5);
  assert_true(result.after.nats <= result.before.nats);
  assert_true(result.after.gate_nats <= result.before.gate_nats);
  assert_true(result.after.lost <= result.before.lost);
  assert_true(learn_f1(&result.after) > learn_f1(&result.before));
  assert_int_equal(result.after.strokes, result.before.strokes);
  assert_int_equal(model->config.kind, base->config.kind);
  assert_int_equal(model->params.size, base->params.size);
  assert_memory_not_equal(model->params.block, base->params.block, base->params.size * sizeof(float));
  model_free(model);
}

static void the_same_seed_learns_the_same(void **state)
{
  (void)state;
  const struct learn_job job = {base, NULL, &takes};
  const struct learn_options options = quick();
  struct learn_result result;
  struct model *first, *second;
  struct error error;
  assert_int_equal(learn(&job, &options, NULL, &first, &result, &error), STATUS_OK);
  assert_int_equal(learn(&job, &options, NULL, &second, &result, &error), STATUS_OK);
  assert_non_null(first);
  assert_non_null(second);
  assert_memory_equal(first->params.block, second->params.block, base->params.size * sizeof(float));
  model_free(first);
  model_free(second);
}

static void a_model_that_is_worse_than_the_current_one_is_refused(void **state)
{
  (void)state;
  struct learn_job job = {base, NULL, &takes};
  struct learn_options options = quick();
  struct learn_result result;
  struct model *current, *model;
  struct error error;
  assert_int_equal(learn(&job, &options, NULL, &current, &result, &error), STATUS_OK);
  job.current = current;
  options.epochs = 0;
  options.gate_epochs = 0; /* so that it stays the base, but for the threshold */
  assert_int_equal(learn(&job, &options, NULL, &model, &result, &error), STATUS_OK);
  assert_false(result.better);
  assert_null(model);
  assert_non_null(strstr(result.reason, "held-back"));
  model_free(current);
}

struct stopper {
  int left;
  double share;
};

static bool stop_after(void *user, double share)
{
  struct stopper *stopper = user;
  assert_true(share >= 0 && share <= 1);
  stopper->share = share;
  return stopper->left-- > 0;
}

static void it_stops_wherever_it_is_told_to(void **state)
{
  (void)state;
  const struct learn_job job = {base, NULL, &takes};
  const struct learn_options options = quick();
  struct learn_result result;
  struct error error;
  struct model *model;
  double reached = 0;
  int steps = 0;
  for (enum status status = STATUS_INTERRUPTED; status == STATUS_INTERRUPTED; steps = 2 * steps + 1) {
    struct stopper stopper = {steps, 0};
    const struct learn_watch watch = {stop_after, &stopper};
    status = learn(&job, &options, &watch, &model, &result, &error);
    assert_true(status == STATUS_INTERRUPTED || status == STATUS_OK);
    assert_true((model != NULL) == (status == STATUS_OK));
    assert_true(stopper.share >= reached);
    reached = stopper.share;
    model_free(model);
  }
  assert_true(steps > 30);
  assert_true(reached == 1);
}

static void check_refused(const struct learn_job *job, enum status wanted, const char *words)
{
  const struct learn_options options = quick();
  struct learn_result result;
  struct model *model;
  struct error error = {STATUS_OK, ""};
  assert_int_equal(learn(job, &options, NULL, &model, &result, &error), wanted);
  assert_null(model);
  assert_non_null(strstr(error.text, words));
}

static void what_cannot_be_learnt_from_is_refused(void **state)
{
  (void)state;
  struct dataset few, rolls = {.rolls = true};
  struct error error;
  struct model *blank;
  learn_rig_takes(&few, 2, 1);
  check_refused(&(struct learn_job){base, NULL, &few}, STATUS_USAGE, "too few");
  check_refused(&(struct learn_job){base, NULL, &(struct dataset){.count = 0}}, STATUS_USAGE, "too few");
  check_refused(&(struct learn_job){base, NULL, &rolls}, STATUS_USAGE, "rolls");
  assert_int_equal(model_new(&blank, &base->config, &error), STATUS_OK);
  check_refused(&(struct learn_job){blank, NULL, &takes}, STATUS_UNSUPPORTED, "decision");
  model_free(blank);
  dataset_free(&few);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_learnt_is_no_worse_on_held_back_takes),
    cmocka_unit_test(the_same_seed_learns_the_same),
    cmocka_unit_test(a_model_that_is_worse_than_the_current_one_is_refused),
    cmocka_unit_test(it_stops_wherever_it_is_told_to),
    cmocka_unit_test(what_cannot_be_learnt_from_is_refused),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
