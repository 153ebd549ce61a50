/* SPDX-License-Identifier: MIT */
/* What a stroke can be, from the facts about real keyboards; and that the values stay within bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <math.h>

#include "rng.h"
#include "touch.h"

static const nanos ms = NANOS_PER_MILLISECOND;
static struct touch touch;

static int setup(void **state)
{
  (void)state;
  touch_reset(&touch);
  return 0;
}

static unsigned stroke(nanos time, int pitch, int velocity)
{
  touch_on(&touch, time * ms, pitch, velocity);
  return touch_kinds(&touch, time * ms, pitch, velocity);
}

static bool has(unsigned kinds, enum damage kind)
{
  return (kinds & 1U << kind) != 0;
}

static void test_a_lone_stroke_is_true(void **state)
{
  (void)state;
  assert_int_equal(stroke(0, 60, 64), 0);
  assert_int_equal(stroke(500, 72, 60), 0);
  assert_int_equal(stroke(1000, 60, 70), 0);
}

static void test_second_stroke_at_press(void **state)
{
  (void)state;
  stroke(0, 60, 80);
  touch_off(&touch, 6 * ms, 60);
  assert_true(has(stroke(20, 60, 40), DAMAGE_BOUNCE));
  touch_off(&touch, 200 * ms, 60);
  assert_false(has(stroke(280, 60, 80), DAMAGE_BOUNCE)); /* a hand repeats every 77 ms at most */
  touch_off(&touch, 320 * ms, 60);
  assert_int_equal(stroke(360, 60, 80), 0);
}

static void test_second_stroke_at_release(void **state)
{
  (void)state;
  stroke(0, 60, 80);
  touch_off(&touch, 250 * ms, 60);
  assert_true(has(stroke(251, 60, 9), DAMAGE_RELEASE));
  touch_off(&touch, 600 * ms, 60);
  assert_false(has(stroke(700, 60, 9), DAMAGE_RELEASE));
}

static void test_slip_beside_a_louder_neighbour(void **state)
{
  (void)state;
  stroke(0, 60, 80);
  assert_true(has(stroke(20, 61, 30), DAMAGE_BRUSH));
  assert_false(has(stroke(25, 62, 76), DAMAGE_BRUSH)); /* as loud: a cluster */
  assert_false(has(stroke(30, 65, 30), DAMAGE_BRUSH)); /* too far off */
  assert_false(has(stroke(900, 61, 30), DAMAGE_BRUSH));
  /* With look-ahead the neighbour may come later. */
  touch_on(&touch, 2000 * ms, 70, 30);
  touch_on(&touch, 2010 * ms, 71, 90);
  assert_true(has(touch_kinds(&touch, 2000 * ms, 70, 30), DAMAGE_BRUSH));
}

static void test_ghosts_crosstalk_duplicates_octaves(void **state)
{
  (void)state;
  assert_true(has(stroke(0, 60, 20), DAMAGE_GHOST)); /* the level is 64 */
  assert_false(has(stroke(1000, 60, 40), DAMAGE_GHOST));
  for (int i = 0; i < 200; i++) {
    touch_accept(&touch, 20);
  }
  assert_false(has(stroke(2000, 60, 20), DAMAGE_GHOST)); /* soft playing is no damage */
  stroke(3000, 40, 100);
  assert_true(has(stroke(3002, 80, 15), DAMAGE_CROSSTALK));
  assert_false(has(stroke(3004, 82, 70), DAMAGE_CROSSTALK));
  stroke(4000, 50, 66);
  assert_true(has(stroke(4000, 50, 66), DAMAGE_DUPLICATE));
  assert_false(has(stroke(4000, 50, 67), DAMAGE_DUPLICATE)); /* two voices */
  stroke(5000, 48, 80);
  assert_true(has(stroke(5010, 60, 50), DAMAGE_HARMONIC));
  assert_false(has(stroke(5200, 67, 50), DAMAGE_HARMONIC));
}

static void test_release_all(void **state)
{
  (void)state;
  float out[TOUCH_SIZE];
  stroke(0, 60, 80);
  touch_release_all(&touch, 10 * ms);
  stroke(300, 60, 80);
  touch_read(&touch, 300 * ms, 60, 80, out);
  assert_float_equal(out[2], 0, 0); /* it was not down */
}

static void test_values_are_bounded(void **state)
{
  (void)state;
  const uint64_t seed = 20140612;
  print_message("seed %llu\n", (unsigned long long)seed);
  struct rng rng;
  float out[TOUCH_SIZE];
  nanos time = 0;
  rng_seed(&rng, seed);
  for (int i = 0; i < 20000; i++) {
    const int pitch = (int)rng_below(&rng, KEYS);
    const int velocity = 1 + (int)rng_below(&rng, 127);
    time += rng_below(&rng, 10) == 0 ? INT64_C(1) << rng_below(&rng, 50) : (nanos)rng_below(&rng, 3) * ms;
    touch_on(&touch, time, pitch, velocity);
    if (rng_below(&rng, 2)) {
      touch_off(&touch, time, (int)rng_below(&rng, KEYS));
    }
    if (rng_below(&rng, 2)) {
      touch_accept(&touch, velocity);
    }
    touch_read(&touch, time - (nanos)rng_below(&rng, 200) * ms, pitch, velocity, out);
    for (int j = 0; j < TOUCH_SIZE; j++) {
      assert_true(out[j] >= -4 && out[j] <= 4);
    }
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup(test_a_lone_stroke_is_true, setup),
    cmocka_unit_test_setup(test_second_stroke_at_press, setup),
    cmocka_unit_test_setup(test_second_stroke_at_release, setup),
    cmocka_unit_test_setup(test_slip_beside_a_louder_neighbour, setup),
    cmocka_unit_test_setup(test_ghosts_crosstalk_duplicates_octaves, setup),
    cmocka_unit_test_setup(test_release_all, setup),
    cmocka_unit_test_setup(test_values_are_bounded, setup),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
