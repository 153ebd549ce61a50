/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include <math.h>

#include "cmocka_all.h"
#include "evidence.h"
#include "rng.h"

enum { NEAR, FAR, NEAR_RATIO, FAR_RATIO };

static const nanos ms = NANOS_PER_MILLISECOND;
static float out[EVIDENCE_SIZE];

static const float *key_values(int distance)
{
  return out + EVIDENCE_GLOBAL + EVIDENCE_PER_KEY * (EVIDENCE_REACH + distance);
}

static float held_flag(int distance)
{
  return out[EVIDENCE_GLOBAL + EVIDENCE_PER_KEY * (2 * EVIDENCE_REACH + 1) + EVIDENCE_HELD_REACH + distance];
}

static void stroke(struct evidence *evidence, nanos time, int pitch, int velocity)
{
  evidence_note_on(evidence, time, pitch, velocity);
  evidence_read(evidence, time, pitch, velocity, out);
}

static void test_first_stroke_has_no_surroundings(void **state)
{
  (void)state;
  struct evidence evidence;
  evidence_reset(&evidence);
  stroke(&evidence, 5 * ms, 60, 64);
  assert_float_equal(out[0], 0, 1e-6);
  assert_float_equal(out[1], 0, 1e-6); /* at the player's level */
  assert_float_equal(out[2], 0, 1e-6);
  assert_float_equal(out[7], 0, 1e-6);
  for (int i = 3; i < 6; i++) {
    assert_float_equal(out[i], 0, 0);
  }
  for (int i = EVIDENCE_GLOBAL; i < EVIDENCE_SIZE; i++) {
    assert_float_equal(out[i], 0, 0); /* the candidate is not its own evidence */
  }
}

static void test_neighbour(void **state)
{
  (void)state;
  struct evidence evidence;
  evidence_reset(&evidence);
  stroke(&evidence, 1000 * ms, 61, 80);
  stroke(&evidence, 1015 * ms, 60, 20);
  assert_float_equal(key_values(1)[NEAR], expf(-0.5F), 1e-5);
  assert_float_equal(key_values(1)[FAR], expf(-0.05F), 1e-5);
  assert_float_equal(key_values(1)[NEAR_RATIO], expf(-0.5F) * logf(0.25F) / 2, 1e-5);
  assert_float_equal(key_values(1)[FAR_RATIO], expf(-0.05F) * logf(0.25F) / 2, 1e-5);
  assert_float_equal(key_values(0)[NEAR], 0, 0);
  assert_float_equal(out[3], expf(-0.5F), 1e-5);
  assert_float_equal(out[4], expf(-0.05F), 1e-5);
  assert_float_equal(out[5], 1 / 3.0F, 1e-5);
  assert_float_equal(held_flag(1), 1, 0);
  assert_float_equal(held_flag(0), 0, 0);
  evidence_note_off(&evidence, 61);
  evidence_read(&evidence, 1015 * ms, 60, 20, out);
  assert_float_equal(held_flag(1), 0, 0);
}

static void test_own_key_means_the_stroke_before(void **state)
{
  (void)state;
  struct evidence evidence;
  evidence_reset(&evidence);
  stroke(&evidence, 1000 * ms, 60, 80);
  stroke(&evidence, 1030 * ms, 60, 40);
  assert_float_equal(key_values(0)[NEAR], expf(-1), 1e-5);
  assert_float_equal(key_values(0)[FAR_RATIO], expf(-0.1F) * logf(0.5F) / 2, 1e-5);
  assert_float_equal(out[3], 0, 0); /* no other key */
  assert_float_equal(out[7], 1, 0); /* down already */
  assert_float_equal(held_flag(0), 1, 0);

  /* With look-ahead the candidate is not the newest stroke. */
  evidence_note_on(&evidence, 1060 * ms, 60, 30);
  evidence_read(&evidence, 1030 * ms, 60, 40, out);
  assert_float_equal(key_values(0)[NEAR], expf(-1), 1e-5);
}

static void test_look_ahead_sees_the_cause(void **state)
{
  (void)state;
  struct evidence evidence;
  evidence_reset(&evidence);
  evidence_note_on(&evidence, 1000 * ms, 60, 12);
  evidence_note_on(&evidence, 500 * ms, 64, 100);
  evidence_note_on(&evidence, 1003 * ms, 64, 100);
  evidence_note_on(&evidence, 1200 * ms, 64, 100);
  evidence_read(&evidence, 1000 * ms, 60, 12, out);
  assert_float_equal(key_values(4)[NEAR], expf(-0.1F), 1e-5); /* the nearest, not the newest */
}

static void test_level_follows_what_passes(void **state)
{
  (void)state;
  struct evidence evidence;
  evidence_reset(&evidence);
  for (int i = 0; i < 500; i++) {
    evidence_accept(&evidence, 20);
  }
  assert_float_equal(evidence.mean_log_velocity, logf(20), 1e-3);
  stroke(&evidence, 0, 60, 20);
  assert_float_equal(out[1], 0, 1e-3);
}

static void test_release_all(void **state)
{
  (void)state;
  struct evidence evidence;
  evidence_reset(&evidence);
  evidence_note_on(&evidence, 0, 60, 50);
  evidence_release_all(&evidence);
  stroke(&evidence, 10 * ms, 62, 50);
  assert_float_equal(held_flag(-2), 0, 0);
}

static void test_values_are_bounded(void **state)
{
  (void)state;
  const uint64_t seed = 20140612;
  print_message("seed %llu\n", (unsigned long long)seed);
  struct rng rng;
  struct evidence evidence;
  rng_seed(&rng, seed);
  evidence_reset(&evidence);
  nanos time = 0;
  for (int i = 0; i < 20000; i++) {
    int pitch = (int)rng_below(&rng, KEYS);
    int velocity = rng_below(&rng, 2) ? 1 + (int)rng_below(&rng, 127) : 1 + 126 * (int)rng_below(&rng, 2);
    time += rng_below(&rng, 10) == 0 ? INT64_C(1) << rng_below(&rng, 50) : (nanos)rng_below(&rng, 3) * ms;
    evidence_note_on(&evidence, time, pitch, velocity);
    if (rng_below(&rng, 2)) {
      evidence_note_off(&evidence, (int)rng_below(&rng, KEYS));
    }
    if (rng_below(&rng, 2)) {
      evidence_accept(&evidence, velocity);
    }
    evidence_read(&evidence, time - (nanos)rng_below(&rng, 200) * ms, pitch, velocity, out);
    for (int j = 0; j < EVIDENCE_SIZE; j++) {
      assert_true(out[j] >= -3 && out[j] <= 3);
    }
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_first_stroke_has_no_surroundings),
    cmocka_unit_test(test_neighbour),
    cmocka_unit_test(test_own_key_means_the_stroke_before),
    cmocka_unit_test(test_look_ahead_sees_the_cause),
    cmocka_unit_test(test_level_follows_what_passes),
    cmocka_unit_test(test_release_all),
    cmocka_unit_test(test_values_are_bounded),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
