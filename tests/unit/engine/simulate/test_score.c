/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "cmocka_all.h"
#include "rng.h"
#include "score.h"

#define MS NANOS_PER_MILLISECOND

static void add(struct note_list *list, nanos on, unsigned pitch)
{
  assert_int_equal(
    note_list_add(list, (struct note){.on = on, .off = on + 1, .pitch = (uint8_t)pitch, .velocity = 64}),
    STATUS_OK);
}

static void assert_score(const struct score *score, uint64_t hits, uint64_t wanted, uint64_t given)
{
  assert_int_equal(score->hits, hits);
  assert_int_equal(score->wanted, wanted);
  assert_int_equal(score->given, given);
}

static void test_onsets_within_the_tolerance_match(void **state)
{
  (void)state;
  struct note_list wanted = {0}, given = {0};
  struct score score = {0};
  add(&wanted, 100 * MS, 60);
  add(&wanted, 200 * MS, 60);
  add(&wanted, 300 * MS, 62);
  add(&given, 50 * MS, 60);      /* just within */
  add(&given, 250 * MS + 1, 60); /* just beyond */
  add(&given, 300 * MS, 61);     /* another pitch */
  assert_int_equal(score_notes(&wanted, &given, 50 * MS, &score), STATUS_OK);
  assert_score(&score, 1, 3, 3);
  assert_int_equal(score_notes(&wanted, &wanted, 0, &score), STATUS_OK);
  assert_score(&score, 4, 6, 6); /* scores add up */
  note_list_free(&wanted);
  note_list_free(&given);
}

static void test_a_note_matches_once(void **state)
{
  (void)state;
  struct note_list wanted = {0}, given = {0};
  struct score score = {0};
  add(&wanted, 100 * MS, 60);
  add(&given, 90 * MS, 60);
  add(&given, 100 * MS, 60);
  assert_int_equal(score_notes(&wanted, &given, 50 * MS, &score), STATUS_OK);
  assert_score(&score, 1, 1, 2);
  note_list_free(&wanted);
  note_list_free(&given);
}

static void test_shares(void **state)
{
  (void)state;
  const struct score score = {3, 6, 4};
  assert_float_equal(score_precision(&score), 0.75, 1e-12);
  assert_float_equal(score_recall(&score), 0.5, 1e-12);
  assert_float_equal(score_f1(&score), 0.6, 1e-12);
  const struct score nothing = {0, 0, 0};
  assert_float_equal(score_f1(&nothing), 1.0, 1e-12);
  const struct score missed = {0, 2, 0};
  assert_float_equal(score_f1(&missed), 0.0, 1e-12);
}

/* The largest one-to-one matching by trying everything: note `w` is left out or takes any free note. */
static uint64_t best_matching(const struct note_list *wanted, const struct note_list *given, nanos tolerance,
                              size_t w, unsigned taken)
{
  if (w == wanted->count) {
    return 0;
  }
  uint64_t best = best_matching(wanted, given, tolerance, w + 1, taken);
  for (size_t g = 0; g < given->count; g++) {
    const nanos apart = wanted->notes[w].on - given->notes[g].on;
    if ((taken & 1u << g) == 0 && wanted->notes[w].pitch == given->notes[g].pitch && apart <= tolerance &&
        apart >= -tolerance) {
      const uint64_t found = 1 + best_matching(wanted, given, tolerance, w + 1, taken | 1u << g);
      best = found > best ? found : best;
    }
  }
  return best;
}

static void fill_randomly(struct note_list *list, struct rng *rng)
{
  for (uint32_t i = rng_below(rng, 7); i > 0; i--) {
    add(list, rng_below(rng, 20), 60 + rng_below(rng, 2));
  }
  note_list_sort(list);
}

static void test_the_matching_is_the_largest(void **state)
{
  (void)state;
  const uint64_t seed = 5;
  struct rng rng;
  rng_seed(&rng, seed);
  for (int round = 0; round < 3000; round++) {
    struct note_list wanted = {0}, given = {0};
    struct score score = {0};
    fill_randomly(&wanted, &rng);
    fill_randomly(&given, &rng);
    const nanos tolerance = rng_below(&rng, 6);
    assert_int_equal(score_notes(&wanted, &given, tolerance, &score), STATUS_OK);
    const uint64_t best = best_matching(&wanted, &given, tolerance, 0, 0);
    if (score.hits != best) {
      fail_msg("seed %d, round %d: %d pairs found, %d are possible", (int)seed, round, (int)score.hits,
               (int)best);
    }
    note_list_free(&wanted);
    note_list_free(&given);
  }
}

static void test_cells(void **state)
{
  (void)state;
  const uint8_t wanted[] = {0, 1, 1, 0, 1};
  const uint8_t given[] = {1, 1, 0, 0, 1};
  struct score score = {0};
  score_cells(wanted, given, sizeof wanted, &score);
  assert_score(&score, 2, 3, 3);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_onsets_within_the_tolerance_match),
    cmocka_unit_test(test_a_note_matches_once),
    cmocka_unit_test(test_shares),
    cmocka_unit_test(test_the_matching_is_the_largest),
    cmocka_unit_test(test_cells),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
