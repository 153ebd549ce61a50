/* SPDX-License-Identifier: MIT */
/* Gaps in made-up rolls: where they are placed, what the simple rules put into them, and the evaluation. */
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "eval_impute.h"
#include "impute.h"
#include "init.h"

enum { PERIOD = 24, SEQUENCES = 4, GAP = 8 };

/* A melody that comes again after PERIOD frames, no two frames of it alike. */
static void make_rolls(struct dataset *data, const int lengths[SEQUENCES])
{
  *data = (struct dataset){.count = SEQUENCES, .values = 1, .rolls = true};
  data->sequences = calloc(SEQUENCES, sizeof *data->sequences);
  assert_non_null(data->sequences);
  for (int i = 0; i < SEQUENCES; i++) {
    struct sequence *sequence = &data->sequences[i];
    sequence->frames = lengths[i];
    sequence->cells = calloc((size_t)lengths[i], PITCHES);
    assert_non_null(sequence->cells);
    for (int t = 0; t < lengths[i]; t++) {
      uint8_t *cells = sequence->cells + t * PITCHES;
      cells[20 + i + t % PERIOD] = 1;
      cells[50 + i + t % PERIOD / 3] = 1;
    }
    data->frames += (size_t)lengths[i];
  }
}

static struct model *make_model(int matches)
{
  const struct net_config config = {
    .kind = NET_VRAE,
    .frame = {FRAME_BEATS, 0.25, 1},
    .tie = matches > 0 ? TIE_PITCH : TIE_NONE,
    .cell = CELL_GRU,
    .posterior = POSTERIOR_INCREMENTS,
    .feed = FEED_INCREMENT,
    .hidden = 6,
    .latent = 2,
    .generator = 6,
    .matches = matches,
  };
  struct model *model;
  struct error error;
  struct rng rng;
  rng_seed(&rng, 3);
  assert_int_equal(model_new(&model, &config, &error), STATUS_OK);
  const struct init_options options = {1.1, 0, 0.1, 0.1, 0};
  assert_int_equal(vrae_init(&config, &options, &model->params, &rng), STATUS_OK);
  return model;
}

static void gaps_keep_from_the_ends(void **state)
{
  (void)state;
  struct rng rng;
  rng_seed(&rng, 1);
  int first = 1000, last = 0;
  for (int i = 0; i < 2000; i++) {
    struct gap gap = {.frames = 60};
    assert_true(gap_place(&gap, GAP, &rng));
    assert_int_equal(gap.end - gap.begin, GAP);
    first = gap.begin < first ? gap.begin : first;
    last = gap.end > last ? gap.end : last;
  }
  assert_int_equal(first, 16);
  assert_int_equal(last, 60 - 16);
  for (int frames = 1; frames < 40; frames++) {
    struct gap gap = {.frames = frames};
    const bool placed = gap_place(&gap, GAP, &rng);
    assert_int_equal(placed, frames >= GAP + 2);
    if (placed) {
      const int before = gap.begin, after = frames - gap.end;
      assert_true(before >= 1 && after >= 1 && abs(before - after) <= 1);
    }
  }
}

static void simple_rules_look_at_their_frames(void **state)
{
  (void)state;
  uint8_t cells[6 * PITCHES] = {0}, filled[3 * PITCHES];
  const struct gap gap = {cells, 6, 2, 5};
  for (int t = 0; t < 6; t++) {
    cells[t * PITCHES + t] = 1;
  }
  impute_hold(&gap, filled);
  for (int t = 0; t < 3; t++) {
    assert_memory_equal(filled + t * PITCHES, cells + PITCHES, PITCHES);
  }
  impute_half(&gap, filled);
  assert_memory_equal(filled + PITCHES, cells + PITCHES, PITCHES);
  assert_memory_equal(filled + 2 * PITCHES, cells + 5 * PITCHES, PITCHES);
}

static void copying_mends_what_repeats(void **state)
{
  (void)state;
  static const int lengths[SEQUENCES] = {3 * PERIOD, 2 * PERIOD + GAP, 100, 200};
  struct dataset rolls;
  make_rolls(&rolls, lengths);
  for (int i = 0; i < SEQUENCES; i++) {
    uint8_t filled[GAP * PITCHES], *hidden = malloc((size_t)lengths[i] * PITCHES);
    assert_non_null(hidden);
    for (int begin = PERIOD; begin + GAP <= lengths[i] - 1; begin++) {
      memcpy(hidden, rolls.sequences[i].cells, (size_t)lengths[i] * PITCHES);
      memset(hidden + begin * PITCHES, 1, sizeof filled); /* what the gap holds is not looked at */
      const struct gap gap = {hidden, lengths[i], begin, begin + GAP};
      impute_copy(&gap, filled);
      assert_memory_equal(filled, rolls.sequences[i].cells + begin * PITCHES, sizeof filled);
    }
    free(hidden);
  }
  dataset_free(&rolls);
}

static void every_way_is_scored(void **state)
{
  (void)state;
  static const int lengths[SEQUENCES] = {GAP + 1, 5 * PERIOD, 4 * PERIOD, 6 * PERIOD};
  struct dataset rolls;
  struct eval_impute first, again, other;
  struct error error;
  make_rolls(&rolls, lengths);
  for (int matches = 0; matches <= 2; matches += 2) {
    struct model *model = make_model(matches);
    assert_int_equal(eval_impute(model, &rolls, GAP, 0.5, 4, NULL, &first, &error), STATUS_OK);
    assert_int_equal(eval_impute(model, &rolls, GAP, 0.5, 4, NULL, &again, &error), STATUS_OK);
    assert_int_equal(eval_impute(model, &rolls, GAP, 0.5, 5, NULL, &other, &error), STATUS_OK);
    assert_memory_equal(&first, &again, sizeof first);
    assert_int_equal(first.sequences, 3);
    assert_int_equal(first.skipped, 1);
    assert_int_equal(first.before.wanted, 3 * 2 * GAP);
    assert_int_equal(first.before.given, 0);
    assert_int_equal(first.copy.hits, first.before.wanted);
    assert_int_equal(first.copy.given, first.before.wanted);
    assert_int_equal(first.hold.given, first.before.wanted);
    assert_true(first.hold.hits < first.half.hits + first.half.wanted && first.half.hits < first.copy.hits);
    assert_int_equal(first.paper.wanted, first.before.wanted);
    assert_int_equal(first.fills, matches > 0);
    assert_int_equal(first.fill.wanted, matches > 0 ? first.before.wanted : 0);
    model_free(model);
  }
  dataset_free(&rolls);
}

/* A model whose output does not hear its latents says the same whatever the gap held: all on, or all off. */
static void the_paper_takes_the_mode(void **state)
{
  (void)state;
  static const int lengths[SEQUENCES] = {40, 41, 60, 61};
  struct dataset rolls;
  struct eval_impute result;
  struct error error;
  make_rolls(&rolls, lengths);
  struct model *model = make_model(0);
  float *bias = params_get(&model->params, "out.b");
  for (int sign = -1; sign <= 1; sign += 2) {
    for (int i = 0; i < PITCHES; i++) {
      bias[i] = (float)(50 * sign);
    }
    assert_int_equal(eval_impute(model, &rolls, GAP, 0.5, 4, NULL, &result, &error), STATUS_OK);
    assert_int_equal(result.paper.given, sign > 0 ? SEQUENCES * GAP * PITCHES : 0);
    assert_int_equal(result.paper.hits, sign > 0 ? result.paper.wanted : 0);
  }
  model_free(model);
  dataset_free(&rolls);
}

static bool stop(void *user, double share)
{
  (void)user, (void)share;
  return false;
}

static void others_are_refused(void **state)
{
  (void)state;
  static const int lengths[SEQUENCES] = {40, 41, 60, 61};
  const struct eval_watch watch = {stop, NULL};
  struct dataset rolls;
  struct eval_impute result;
  struct error error;
  make_rolls(&rolls, lengths);
  struct model *model = make_model(0);
  assert_int_equal(eval_impute(model, &rolls, GAP, 0.5, 4, &watch, &result, &error), STATUS_INTERRUPTED);
  rolls.rolls = false;
  assert_int_equal(eval_impute(model, &rolls, GAP, 0.5, 4, NULL, &result, &error), STATUS_UNSUPPORTED);
  rolls.rolls = true;
  model->config.kind = NET_VOSP;
  assert_int_equal(eval_impute(model, &rolls, GAP, 0.5, 4, NULL, &result, &error), STATUS_UNSUPPORTED);
  model_free(model);
  dataset_free(&rolls);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(gaps_keep_from_the_ends),    cmocka_unit_test(simple_rules_look_at_their_frames),
    cmocka_unit_test(copying_mends_what_repeats), cmocka_unit_test(every_way_is_scored),
    cmocka_unit_test(the_paper_takes_the_mode),   cmocka_unit_test(others_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
