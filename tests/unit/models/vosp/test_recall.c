/* SPDX-License-Identifier: MIT */
/* What a predictor recalls: sources of the past alone, and probabilities that add up to 1. */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "cmocka_all.h"
#include "recall.h"
#include "rng.h"

enum { FRAMES = 60, PERIOD = 7, OPEN = 6, SEED = 11 };

struct rolls {
  uint8_t cells[FRAMES * PITCHES];
  struct recall_frame found[FRAMES];
};

static uint8_t *cell(struct rolls *rolls, int t, int pitch)
{
  return &rolls->cells[t * PITCHES + pitch];
}

/* Chords that differ from frame to frame and come back after PERIOD frames. */
static void repeat(struct rolls *rolls)
{
  memset(rolls, 0, sizeof *rolls);
  for (int t = 0; t < FRAMES; t++) {
    *cell(rolls, t, 20 + t % PERIOD) = 1;
    *cell(rolls, t, 40 + 3 * (t % PERIOD)) = 1;
  }
}

static void scatter(struct rolls *rolls, struct rng *rng, int from)
{
  for (int i = from * PITCHES; i < FRAMES * PITCHES; i++) {
    rolls->cells[i] = rng_uniform(rng) < 0.05;
  }
}

static void what_came_before_is_found(void **state)
{
  (void)state;
  struct rolls rolls;
  repeat(&rolls);
  assert_int_equal(recall_find(rolls.cells, FRAMES, rolls.found), STATUS_OK);
  for (int k = 0; k < RECALL_SOURCES; k++) {
    assert_int_equal(rolls.found[0].source[k], -1);
    assert_int_equal(rolls.found[1].source[k], -1);
  }
  for (int t = PERIOD + 1; t < FRAMES; t++) {
    for (int k = 0; k < RECALL_SOURCES; k++) {
      assert_int_equal((t - rolls.found[t].source[k]) % PERIOD, 0);
      assert_true(rolls.found[t].source[k] < t);
    }
  }
  assert_true(rolls.found[FRAMES - 1].bin[0] > rolls.found[PERIOD + 1].bin[0]);
}

/* Sources and weights of a frame do not change with what comes later, nor those of a cell with what is above
 * it. */
static void only_the_past_is_seen(void **state)
{
  (void)state;
  enum { CUT = 31, ABOVE = 44 };
  static struct rolls one, other;
  struct recall_cell a[PITCHES], b[PITCHES];
  struct rng rng;
  print_message("seed %d\n", SEED);
  rng_seed(&rng, SEED);
  scatter(&one, &rng, 0);
  other = one;
  scatter(&other, &rng, CUT);
  memcpy(cell(&other, CUT, 0), cell(&one, CUT, 0), ABOVE);
  assert_memory_not_equal(cell(&one, CUT, ABOVE), cell(&other, CUT, ABOVE), PITCHES - ABOVE);
  assert_int_equal(recall_find(one.cells, FRAMES, one.found), STATUS_OK);
  assert_int_equal(recall_find(other.cells, FRAMES, other.found), STATUS_OK);
  for (int t = 0; t <= CUT; t++) {
    for (int k = 0; k < RECALL_SOURCES; k++) {
      assert_int_equal(one.found[t].source[k], other.found[t].source[k]);
      assert_int_equal(one.found[t].bin[k], other.found[t].bin[k]);
    }
  }
  recall_cells(one.cells, CUT, &one.found[CUT], a);
  recall_cells(other.cells, CUT, &other.found[CUT], b);
  for (int p = 0; p <= ABOVE; p++) {
    assert_int_equal(a[p].scale, b[p].scale);
    assert_int_equal(a[p].offset, b[p].offset);
    assert_int_equal(a[p].source[0], b[p].source[0]);
    assert_int_equal(a[p].source[1], b[p].source[1]);
  }
}

/* The probability of the frame that stands at t. */
static double probability(struct rolls *rolls, int t, const real *weights, const real *logits)
{
  struct recall_cell used[PITCHES];
  double log_p = 0;
  recall_cells(rolls->cells, t, &rolls->found[t], used);
  for (int p = 0; p < PITCHES; p++) {
    assert_in_range(used[p].scale, 0, RECALL_WEIGHTS - 1);
    assert_in_range(used[p].offset, 0, RECALL_WEIGHTS - 1);
    assert_true(used[p].source[0] < RECALL_WEIGHTS && used[p].source[1] < RECALL_WEIGHTS);
    const double logit = (double)recall_logit(weights, &used[p], logits[p]);
    log_p -= log1p(exp(*cell(rolls, t, p) != 0 ? -logit : logit));
  }
  return exp(log_p);
}

/* All but OPEN pitches are as good as off. */
static void frames_add_up_to_one(void **state)
{
  (void)state;
  enum { T = FRAMES - 1 };
  static struct rolls rolls;
  real weights[RECALL_WEIGHTS], logits[PITCHES];
  struct rng rng;
  print_message("seed %d\n", SEED);
  rng_seed(&rng, SEED);
  repeat(&rolls);
  assert_int_equal(recall_find(rolls.cells, FRAMES, rolls.found), STATUS_OK);
  for (int i = 0; i < RECALL_WEIGHTS; i++) {
    weights[i] = (real)(rng_uniform(&rng) - 0.5);
  }
  for (int p = 0; p < PITCHES; p++) {
    logits[p] = -60;
  }
  /* Among them both notes of the source. */
  const int open[OPEN] = {10, 20 + T % PERIOD, 35, 40 + 3 * (T % PERIOD), 70, 80};
  double sum = 0;
  for (int set = 0; set < 1 << OPEN; set++) {
    memset(cell(&rolls, T, 0), 0, PITCHES);
    for (int i = 0; i < OPEN; i++) {
      logits[open[i]] = (real)(i - 2) / 2;
      *cell(&rolls, T, open[i]) = (set >> i & 1) != 0;
    }
    sum += probability(&rolls, T, weights, logits);
  }
  assert_true(fabs(sum - 1) < 1e-5);
}

static void without_weights_the_network_stands(void **state)
{
  (void)state;
  static struct rolls rolls;
  const real weights[RECALL_WEIGHTS] = {0};
  struct recall_cell used[PITCHES];
  repeat(&rolls);
  assert_int_equal(recall_find(rolls.cells, FRAMES, rolls.found), STATUS_OK);
  recall_cells(rolls.cells, FRAMES - 1, &rolls.found[FRAMES - 1], used);
  for (int p = 0; p < PITCHES; p++) {
    const real logit = (real)(p - 40) / 8;
    assert_true(recall_logit(weights, &used[p], logit) == logit);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_came_before_is_found),
    cmocka_unit_test(only_the_past_is_seen),
    cmocka_unit_test(frames_add_up_to_one),
    cmocka_unit_test(without_weights_the_network_stands),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
