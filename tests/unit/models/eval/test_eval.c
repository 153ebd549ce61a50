/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "eval.h"
#include "init.h"

enum { SEQUENCES = 5 };

static const struct corrupt_rates no_damage;

static struct net_config small_config(enum net_tie tie, int values)
{
  return (struct net_config){
    .frame = {FRAME_MILLISECONDS, 60, values},
    .tie = tie,
    .cell = CELL_GRU,
    .posterior = POSTERIOR_GAUSS_MARKOV,
    .feed = FEED_INCREMENT,
    .hidden = 6,
    .latent = 2,
    .generator = 5,
    .gate = 3,
    .decision = 3,
  };
}

static struct model *make_model(const struct net_config *config)
{
  struct model *model;
  struct error error;
  struct rng rng;
  rng_seed(&rng, 11);
  assert_int_equal(model_new(&model, config, &error), STATUS_OK);
  const struct init_options options = {1.1, 0, 0.1, 0.1, 0};
  const enum status status = config->kind == NET_VRAE ? vrae_init(config, &options, &model->params, &rng)
                                                      : vosp_init(config, &options, &model->params, &rng);
  assert_int_equal(status, STATUS_OK);
  return model;
}

/* A gate and a decision that look at nothing and always say the same. */
static void train_gate(struct model *model, float log_odds)
{
  params_get(&model->params, "gate.scale")[0] = 1;
  params_get(&model->params, "gate.out_bias")[DAMAGE_NONE] = log_odds;
  params_get(&model->params, "decision.scale")[0] = 1;
  params_get(&model->params, "decision.out_bias")[DAMAGE_NONE] = 2 * log_odds;
}

static void make_rolls(struct dataset *dataset)
{
  struct rng rng;
  rng_seed(&rng, 5);
  *dataset = (struct dataset){.count = SEQUENCES, .values = 1, .rolls = true};
  dataset->sequences = calloc(SEQUENCES, sizeof *dataset->sequences);
  assert_non_null(dataset->sequences);
  for (int i = 0; i < SEQUENCES; i++) {
    struct sequence *sequence = &dataset->sequences[i];
    sequence->frames = 70 + 40 * i;
    sequence->cells = calloc((size_t)sequence->frames, PITCHES);
    assert_non_null(sequence->cells);
    for (int k = 0; k < sequence->frames * PITCHES; k++) {
      sequence->cells[k] = rng_below(&rng, 25) == 0;
    }
    dataset->frames += (size_t)sequence->frames;
  }
}

static void make_takes(struct dataset *dataset)
{
  struct rng rng;
  rng_seed(&rng, 6);
  *dataset = (struct dataset){.count = SEQUENCES};
  dataset->sequences = calloc(SEQUENCES, sizeof *dataset->sequences);
  assert_non_null(dataset->sequences);
  for (int i = 0; i < SEQUENCES; i++) {
    for (int k = 0; k < 400; k++) {
      struct note note = {.on = k * 120 * NANOS_PER_MILLISECOND};
      note.off = note.on + 200 * NANOS_PER_MILLISECOND;
      note.pitch = (uint8_t)(40 + 3 * (k % 13) + i);
      note.velocity = (uint8_t)(50 + rng_below(&rng, 50));
      assert_int_equal(note_list_add(&dataset->sequences[i].notes, note), STATUS_OK);
    }
  }
}

static void nll_is_consistent_and_repeats(void **state)
{
  (void)state;
  struct dataset rolls;
  struct error error;
  make_rolls(&rolls);
  for (int kind = 0; kind < 4; kind++) {
    struct net_config config = small_config(kind % 2 == 0 ? TIE_NONE : TIE_PITCH, 1);
    if (kind >= 2) {
      config.kind = NET_VRAE;
      config.gate = 0;
      config.decision = 0;
    }
    struct model *model = make_model(&config);
    struct eval_nll first, again, more;
    assert_int_equal(eval_nll(model, &rolls, 0, 3, NULL, &first, &error), STATUS_OK);
    assert_int_equal(eval_nll(model, &rolls, 5, 3, NULL, &again, &error), STATUS_OK);
    assert_int_equal(eval_nll(model, &rolls, 5, 3, NULL, &more, &error), STATUS_OK);
    assert_int_equal(first.sequences, SEQUENCES);
    assert_int_equal(first.frames, rolls.frames);
    assert_true(fabs(first.bound - first.reconstruction - first.kl) < 1e-9);
    assert_true(first.surrogate <= first.bound);
    assert_true(first.kl > 0);
    assert_true(first.bound == again.bound); /* the particles do not change the bound */
    assert_true(again.importance == more.importance);
    assert_true(again.importance < again.bound && again.importance > 0.5 * again.bound);
    model_free(model);
  }
  dataset_free(&rolls);
}

static void nll_refuses_other_frames(void **state)
{
  (void)state;
  struct dataset rolls;
  struct eval_nll result;
  struct error error;
  make_rolls(&rolls);
  const struct net_config config = small_config(TIE_NONE, 2);
  struct model *model = make_model(&config);
  assert_int_equal(eval_nll(model, &rolls, 0, 3, NULL, &result, &error), STATUS_UNSUPPORTED);
  model_free(model);
  dataset_free(&rolls);
}

static void a_filler_has_no_likelihood(void **state)
{
  (void)state;
  struct dataset rolls;
  struct eval_nll result;
  struct error error;
  make_rolls(&rolls);
  struct net_config config = small_config(TIE_PITCH, 1);
  config.kind = NET_VRAE;
  config.gate = 0;
  config.decision = 0;
  config.matches = 1;
  struct model *model = make_model(&config);
  assert_int_equal(eval_nll(model, &rolls, 0, 3, NULL, &result, &error), STATUS_UNSUPPORTED);
  assert_non_null(strstr(error.text, "--task impute"));
  model_free(model);
  dataset_free(&rolls);
}

static void assert_all(const struct score *score, uint64_t hits, uint64_t wanted, uint64_t given)
{
  assert_int_equal(score->hits, hits);
  assert_int_equal(score->wanted, wanted);
  assert_int_equal(score->given, given);
}

/* Cells of the data that were on a frame before, and before or after. */
static void count_trivial(const struct dataset *rolls, uint64_t *all, uint64_t *before, uint64_t *either)
{
  *all = *before = *either = 0;
  for (size_t s = 0; s < rolls->count; s++) {
    const struct sequence *sequence = &rolls->sequences[s];
    for (int k = 0; k < sequence->frames * PITCHES; k++) {
      if (sequence->cells[k]) {
        const int past = k >= PITCHES && sequence->cells[k - PITCHES];
        const int next = k + PITCHES < sequence->frames * PITCHES && sequence->cells[k + PITCHES];
        ++*all;
        *before += (uint64_t)past;
        *either += past || next;
      }
    }
  }
}

static void clean_rolls_are_judged_right(void **state)
{
  (void)state;
  struct dataset rolls;
  struct eval_denoise result;
  struct error error;
  make_rolls(&rolls);
  uint64_t all, before, either;
  count_trivial(&rolls, &all, &before, &either);
  const struct net_config config = small_config(TIE_PITCH, 1);
  struct model *model = make_model(&config);
  assert_int_equal(eval_denoise(model, &rolls, 0, &no_damage, 0.5F, 1, NULL, &result, &error), STATUS_OK);
  assert_all(&result.before, all, all, all);
  assert_all(&result.gate, all, all, all); /* no trained gate: all passes */
  assert_all(&result.hold, before, all, before);
  assert_all(&result.drop_short, either, all, either);
  assert_true(result.recall_of_true == 1);
  params_get(&model->params, "out.b")[0] = 50; /* the paper's rule may also add: here all there is */
  assert_int_equal(eval_denoise(model, &rolls, 0, &no_damage, 0.5F, 1, NULL, &result, &error), STATUS_OK);
  assert_all(&result.paper, all, all, rolls.frames * PITCHES);
  train_gate(model, 9);
  assert_int_equal(eval_denoise(model, &rolls, 0, &no_damage, 0.5F, 1, NULL, &result, &error), STATUS_OK);
  assert_all(&result.gate, all, all, all);
  train_gate(model, -9);
  assert_int_equal(eval_denoise(model, &rolls, 0, &no_damage, 0.5F, 1, NULL, &result, &error), STATUS_OK);
  assert_all(&result.gate, 0, all, 0);
  assert_true(result.recall_of_true == 0);
  assert_int_equal(eval_denoise(model, &rolls, 0, &no_damage, 0, 1, NULL, &result, &error), STATUS_OK);
  assert_all(&result.gate, all, all, all); /* strength 0 suppresses nothing */
  model_free(model);
  dataset_free(&rolls);
}

static void noise_on_rolls_is_of_the_seed(void **state)
{
  (void)state;
  struct dataset rolls;
  struct eval_denoise first, again, other;
  struct error error;
  make_rolls(&rolls);
  const struct net_config config = small_config(TIE_NONE, 1);
  struct model *model = make_model(&config);
  assert_int_equal(eval_denoise(model, &rolls, 0.05, &no_damage, 0.5F, 1, NULL, &first, &error), STATUS_OK);
  assert_int_equal(eval_denoise(model, &rolls, 0.05, &no_damage, 0.5F, 1, NULL, &again, &error), STATUS_OK);
  assert_int_equal(eval_denoise(model, &rolls, 0.05, &no_damage, 0.5F, 2, NULL, &other, &error), STATUS_OK);
  assert_memory_equal(&first, &again, sizeof first);
  assert_int_not_equal(first.before.given, other.before.given);
  const double off = (double)rolls.frames * PITCHES - (double)first.before.wanted;
  const double added = (double)(first.before.given - first.before.wanted);
  assert_true(fabs(added / off - 0.05) < 0.005);
  assert_true(score_recall(&first.before) == 1);
  model_free(model);
  dataset_free(&rolls);
}

static void takes_go_through_the_live_engine(void **state)
{
  (void)state;
  struct dataset takes;
  struct eval_denoise result, again;
  struct error error;
  make_takes(&takes);
  const struct net_config config = small_config(TIE_PITCH, 2);
  struct model *model = make_model(&config);
  const uint64_t all = SEQUENCES * 400;
  assert_int_equal(eval_denoise(model, &takes, 0, &no_damage, 0.5F, 1, NULL, &result, &error), STATUS_OK);
  assert_all(&result.before, all, all, all);
  assert_all(&result.gate, all, all, all);
  assert_all(&result.rules, all, all, all);
  assert_int_equal(eval_denoise(model, &takes, 0, &corrupt_default_rates, 0.5F, 1, NULL, &result, &error),
                   STATUS_OK);
  assert_int_equal(eval_denoise(model, &takes, 0, &corrupt_default_rates, 0.5F, 1, NULL, &again, &error),
                   STATUS_OK);
  assert_memory_equal(&result, &again, sizeof result);
  assert_true(result.before.given > result.before.wanted + all / 20);
  assert_memory_equal(&result.before, &result.gate, sizeof result.gate);
  assert_true(score_f1(&result.rules) > score_f1(&result.before) + 0.01);
  train_gate(model, -9);
  assert_int_equal(eval_denoise(model, &takes, 0, &corrupt_default_rates, 0.5F, 1, NULL, &result, &error),
                   STATUS_OK);
  /* All goes that can be damage; what cannot be by its touch stays. */
  assert_true(result.gate.given < result.before.given && result.gate.hits > 0);
  model_free(model);
  dataset_free(&takes);
}

/* Shares that were told, and how many may be told before it stops. */
struct told {
  int count, most;
  bool beyond;
};

static bool tell(void *user, double share)
{
  struct told *told = user;
  told->beyond |= !(share > 0 && share <= 1);
  return ++told->count < told->most;
}

static void check_watch(const struct model *model, const struct dataset *data, bool nll)
{
  struct told told = {.most = 1000000};
  const struct eval_watch watch = {tell, &told};
  struct eval_nll bound;
  struct eval_denoise cleaned;
  struct error error = {STATUS_OK, ""};
  for (int stop = 0; stop < 2; stop++) {
    const enum status status =
      nll ? eval_nll(model, data, 2, 3, &watch, &bound, &error)
          : eval_denoise(model, data, 0.05, &corrupt_default_rates, 0.5F, 1, &watch, &cleaned, &error);
    assert_int_equal(status, stop ? STATUS_INTERRUPTED : STATUS_OK);
    assert_false(told.beyond);
    if (!stop) {
      assert_true(told.count > 0);
      told = (struct told){.most = 1};
    }
  }
  assert_int_equal(error.status, STATUS_INTERRUPTED);
  assert_in_range(told.count, 1, 2); /* the other thread may just have come by */
}

static void watchers_see_the_share_and_may_stop(void **state)
{
  (void)state;
  struct dataset rolls, takes;
  make_rolls(&rolls);
  make_takes(&takes);
  const struct net_config of_rolls = small_config(TIE_NONE, 1), of_takes = small_config(TIE_PITCH, 2);
  struct net_config of_vrae = of_rolls;
  of_vrae.kind = NET_VRAE;
  of_vrae.gate = 0;
  of_vrae.decision = 0;
  struct model *model = make_model(&of_rolls);
  check_watch(model, &rolls, true);
  check_watch(model, &rolls, false);
  model_free(model);
  model = make_model(&of_vrae);
  struct told told = {.most = 1};
  const struct eval_watch watch = {tell, &told};
  struct eval_nll bound;
  struct error error;
  assert_int_equal(eval_nll(model, &rolls, 2, 3, &watch, &bound, &error), STATUS_INTERRUPTED);
  model_free(model);
  model = make_model(&of_takes);
  check_watch(model, &takes, false);
  model_free(model);
  dataset_free(&rolls);
  dataset_free(&takes);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(watchers_see_the_share_and_may_stop),
    cmocka_unit_test(nll_is_consistent_and_repeats),
    cmocka_unit_test(nll_refuses_other_frames),
    cmocka_unit_test(a_filler_has_no_likelihood),
    cmocka_unit_test(clean_rolls_are_judged_right),
    cmocka_unit_test(noise_on_rolls_is_of_the_seed),
    cmocka_unit_test(takes_go_through_the_live_engine),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
