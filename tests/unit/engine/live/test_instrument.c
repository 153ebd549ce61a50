/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <math.h>

#include "instrument.h"

enum { KEY = 60, OTHER = 61 };

static const unsigned all_kinds = ~0U;
static struct instrument instrument;
static float ratio[DAMAGE_COUNT];

static int setup(void **state)
{
  (void)state;
  instrument_init(&instrument, GEAR_KEYBOARD);
  for (int kind = 0; kind < DAMAGE_COUNT; kind++) {
    ratio[kind] = -20;
  }
  return 0;
}

static float judge(int pitch)
{
  return instrument_judge(&instrument, pitch, ratio, all_kinds).log_odds;
}

static void test_price_is_monotone(void **state)
{
  (void)state;
  assert_true(isinf(instrument_price(0)) && instrument_price(0) < 0);
  assert_true(isinf(instrument_price(NAN)));
  assert_float_equal(instrument_price(0.5F), -logf(10), 1e-5);
  assert_float_equal(instrument_price(1), 0, 0);
  assert_float_equal(instrument_price(9), 0, 0);
  for (int percent = 0; percent < 100; percent++) {
    assert_true(instrument_price((float)percent / 100) < instrument_price((float)(percent + 1) / 100));
  }
}

static void test_a_key_that_strikes_twice_is_known_soon(void **state)
{
  (void)state;
  const float before = instrument_rate(&instrument, KEY, DAMAGE_RELEASE);
  for (int i = 0; i < 50; i++) {
    ratio[DAMAGE_RELEASE] = i % 5 == 0 ? 8 : -20;
    instrument_count(&instrument, KEY, ratio, all_kinds);
  }
  assert_true(instrument_rate(&instrument, KEY, DAMAGE_RELEASE) > 0.1F);
  assert_true(instrument_shows(&instrument, KEY, DAMAGE_RELEASE));
  assert_false(instrument_shows(&instrument, OTHER, DAMAGE_RELEASE));
  assert_float_equal(instrument_rate(&instrument, OTHER, DAMAGE_RELEASE), before, 0);
  ratio[DAMAGE_RELEASE] = 4;
  assert_true(judge(KEY) < judge(OTHER) - 2);
  ratio[DAMAGE_RELEASE] = -20;
  for (int i = 0; i < 20000; i++) {
    instrument_count(&instrument, KEY, ratio, all_kinds);
  }
  assert_false(instrument_shows(&instrument, KEY, DAMAGE_RELEASE)); /* the contact was cleaned */
  assert_true(instrument_is_sound(&instrument));
}

/* Slips and ghosts are the player's: seeing them makes no others likelier. Doubtful second strokes neither. */
static void test_only_clear_contacts_count(void **state)
{
  (void)state;
  const float slips = instrument_rate(&instrument, KEY, DAMAGE_BRUSH);
  for (int i = 0; i < 100; i++) {
    ratio[DAMAGE_BRUSH] = 20;
    instrument_count(&instrument, KEY, ratio, all_kinds);
  }
  assert_float_equal(instrument_rate(&instrument, KEY, DAMAGE_BRUSH), slips, 0);
  ratio[DAMAGE_BRUSH] = -20;
  ratio[DAMAGE_BOUNCE] = 2;
  for (int i = 0; i < 100; i++) {
    instrument_count(&instrument, OTHER, ratio, all_kinds);
  }
  assert_float_equal(instrument.key[OTHER].faults[DAMAGE_BOUNCE], 0, 0);
}

static void test_what_cannot_be_is_a_true_note(void **state)
{
  (void)state;
  ratio[DAMAGE_BRUSH] = 25;
  assert_true(judge(KEY) < -5);
  assert_true(instrument_judge(&instrument, KEY, ratio, 0).log_odds >= INSTRUMENT_SURE);
  ratio[DAMAGE_BRUSH] = NAN;
  assert_true(judge(KEY) > 5);
}

static void test_gear_sets_which_kinds_there_are(void **state)
{
  (void)state;
  ratio[DAMAGE_HARMONIC] = 20;
  assert_true(judge(KEY) > 5);
  instrument.gear = GEAR_GUITAR;
  assert_true(judge(KEY) < -5);
  instrument.keep[KEY] = true;
  assert_true(judge(KEY) >= INSTRUMENT_SURE);
  assert_true(judge(OTHER) < -5);
}

static void test_doubled_messages(void **state)
{
  (void)state;
  ratio[DAMAGE_DUPLICATE] = 7;
  assert_true(judge(KEY) > instrument_price(0.5F)); /* two voices in one channel look so */
  for (int i = 0; i < 3; i++) {
    instrument_count(&instrument, KEY + i, ratio, all_kinds);
  }
  assert_true(judge(OTHER + 20) < instrument_price(0.5F)); /* each stroke so far came twice */
}

static void test_teaching(void **state)
{
  (void)state;
  ratio[DAMAGE_GHOST] = 10;
  const float before = judge(KEY);
  instrument_teach(&instrument, KEY, DAMAGE_GHOST, true);
  assert_true(judge(KEY) > before + 1.5F);
  assert_true(judge(OTHER) == before);
  for (int i = 0; i < 100; i++) {
    instrument_teach(&instrument, KEY, DAMAGE_GHOST, false);
  }
  assert_true(judge(KEY) < before);
  assert_true(instrument_is_sound(&instrument));
}

static void test_broken_profiles(void **state)
{
  (void)state;
  assert_true(instrument_is_sound(&instrument));
  instrument.gear = GEAR_COUNT;
  assert_false(instrument_is_sound(&instrument));
  instrument.gear = GEAR_KEYBOARD;
  instrument.key[KEY].faults[DAMAGE_BOUNCE] = 1; /* more than strokes */
  assert_false(instrument_is_sound(&instrument));
  instrument.key[KEY].strokes = NAN;
  assert_false(instrument_is_sound(&instrument));
  instrument.key[KEY].strokes = 10;
  assert_true(instrument_is_sound(&instrument));
  instrument.key[KEY].taught[DAMAGE_GHOST] = 1e9F;
  assert_false(instrument_is_sound(&instrument));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup(test_price_is_monotone, setup),
    cmocka_unit_test_setup(test_a_key_that_strikes_twice_is_known_soon, setup),
    cmocka_unit_test_setup(test_only_clear_contacts_count, setup),
    cmocka_unit_test_setup(test_what_cannot_be_is_a_true_note, setup),
    cmocka_unit_test_setup(test_gear_sets_which_kinds_there_are, setup),
    cmocka_unit_test_setup(test_doubled_messages, setup),
    cmocka_unit_test_setup(test_teaching, setup),
    cmocka_unit_test_setup(test_broken_profiles, setup),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
