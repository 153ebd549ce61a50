/* SPDX-License-Identifier: MIT */
/* Matches are found where a take repeats itself, and nowhere else. */
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "match.h"
#include "rng.h"

enum { FRAMES = 200, PERIOD = 50, BEGIN = 110, END = 118, SEED = 7 };

static const struct match_options options = {4, 12, 4, 1000};

/* Random music of `values` a pitch that comes back after PERIOD frames. */
static uint8_t *periodic(int values)
{
  const size_t size = (size_t)values * PITCHES;
  uint8_t *cells = calloc(FRAMES, size);
  struct rng rng;
  rng_seed(&rng, SEED);
  assert_non_null(cells);
  for (int t = 0; t < FRAMES; t++) {
    for (size_t i = 0; i < size && t < PERIOD; i++) {
      cells[(size_t)t * size + i] = rng_below(&rng, 20) == 0;
    }
    if (t >= PERIOD) {
      memcpy(cells + (size_t)t * size, cells + (size_t)(t - PERIOD) * size, size);
    }
  }
  return cells;
}

static struct match_block find(const uint8_t *cells, int values, bool hide)
{
  struct match_index index;
  struct match_block block = {.begin = BEGIN, .end = END};
  assert_int_equal(match_index_init(&index, cells, FRAMES, values), STATUS_OK);
  if (hide) {
    match_index_hide(&index, BEGIN, END);
  }
  assert_int_equal(match_blocks(&index, &options, &block, 1), STATUS_OK);
  match_index_free(&index);
  return block;
}

static void test_finds_repeats(void **state)
{
  (void)state;
  for (int values = 1; values <= 2; values++) {
    uint8_t *cells = periodic(values);
    for (int hide = 0; hide < 2; hide++) {
      const struct match_block block = find(cells, values, hide);
      for (int k = 0; k < 3; k++) { /* 50 and 100 frames back, 50 ahead: all but the last in full */
        assert_int_equal(abs(block.best[k].offset) % PERIOD, 0);
        assert_int_not_equal(block.best[k].offset, 0);
      }
      assert_true(block.best[0].score > 0.999F);
      assert_true(block.best[3].score < 0.7F);
    }
    free(cells);
  }
}

/* What is hidden plays no part: other cells there change nothing. */
static void test_hidden_is_not_seen(void **state)
{
  (void)state;
  uint8_t *cells = periodic(1);
  const struct match_block before = find(cells, 1, true);
  memset(cells + (size_t)BEGIN * PITCHES, 1, (size_t)(END - BEGIN) * PITCHES);
  const struct match_block after = find(cells, 1, true);
  assert_memory_equal(before.best, after.best, sizeof before.best);
  free(cells);
}

static void test_silence_has_no_match(void **state)
{
  (void)state;
  uint8_t *cells = calloc(FRAMES, PITCHES);
  const struct match_block block = find(cells, 1, false);
  assert_true(block.best[0].score == 0.0F);
  free(cells);
}

/* An onset a frame late still agrees; two late do not. */
static void test_onsets_may_be_a_frame_apart(void **state)
{
  (void)state;
  uint8_t *cells = calloc(FRAMES, 2 * PITCHES);
  struct match_index index;
  cells[(20 * 2 + 1) * PITCHES + 40] = 1;
  cells[(61 * 2 + 1) * PITCHES + 40] = 1;
  assert_int_equal(match_index_init(&index, cells, FRAMES, 2), STATUS_OK);
  assert_true(match_agreement(&index, 20, 41) > 0.99F);
  assert_true(match_agreement(&index, 20, 40) > 0.99F);
  assert_true(match_agreement(&index, 20, 39) == 0.0F);
  assert_true(match_agreement(&index, 20, 500) == 0.0F);
  match_index_hide(&index, 61, 62);
  assert_true(match_agreement(&index, 20, 41) == 0.0F);
  match_index_show(&index, cells, 61, 62);
  assert_true(match_agreement(&index, 20, 41) > 0.99F);
  match_index_free(&index);
  free(cells);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_finds_repeats),
    cmocka_unit_test(test_hidden_is_not_seen),
    cmocka_unit_test(test_silence_has_no_match),
    cmocka_unit_test(test_onsets_may_be_a_frame_apart),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
