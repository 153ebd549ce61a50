/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "cmocka_all.h"
#include "ledger.h"
#include "rng.h"

static const nanos ms = NANOS_PER_MILLISECOND;
static struct ledger ledger;

static int setup(void **state)
{
  (void)state;
  ledger_reset(&ledger);
  return 0;
}

static int on(nanos time)
{
  return ledger_note_on(&ledger, time * ms, 0, 60);
}

static void suppress(nanos time)
{
  ledger_suppress(&ledger, time * ms, 0, 60);
}

/* `guard`: the note-off is held back until 30 ms after the stroke. */
static int off(nanos time, bool guard)
{
  return (int)ledger_note_off(&ledger, time * ms, 0, 60, 33, guard ? ledger.key[0][60].on_time + 30 * ms : 0);
}

/* The time in ms at which a held-back note-off comes out by `now`, or -1. */
static nanos due(nanos now)
{
  struct message message;
  if (!ledger_due(&ledger, now * ms, &message)) {
    return -1;
  }
  assert_int_equal(message.bytes[0], MIDI_NOTE_OFF);
  assert_int_equal(message.bytes[1], 60);
  assert_int_equal(message.bytes[2], 33);
  return message.time / ms;
}

static void test_plain_note(void **state)
{
  (void)state;
  assert_int_equal(off(0, true), LEDGER_STRAY);
  assert_int_equal(on(0), 0);
  assert_int_equal(ledger.sounding, 1);
  assert_int_equal(off(500, true), LEDGER_EMIT);
  assert_int_equal(ledger.sounding, 0);
  assert_int_equal(off(501, true), LEDGER_STRAY);
}

static void test_suppressed_note_takes_its_off(void **state)
{
  (void)state;
  suppress(0);
  assert_int_equal(off(5000, false), LEDGER_SWALLOW);
  assert_int_equal(off(5001, false), LEDGER_STRAY);
}

static void test_bounce_does_not_cut_the_note(void **state)
{
  (void)state;
  on(0);
  assert_int_equal(off(5, true), LEDGER_HOLD);
  suppress(10);
  assert_int_equal(due(10000), -1); /* cancelled */
  assert_int_equal(off(600, true), LEDGER_EMIT);
  assert_int_equal(off(601, true), LEDGER_STRAY);
}

static void test_short_note_ends_after_the_guard(void **state)
{
  (void)state;
  on(0);
  assert_int_equal(off(5, true), LEDGER_HOLD);
  assert_int_equal(due(29), -1);
  assert_int_equal(due(100), 30);
  assert_int_equal(due(100), -1);
  assert_int_equal(ledger.sounding, 0);
  on(200);
  assert_int_equal(off(205, false), LEDGER_EMIT); /* not in clean mode */
}

static void test_new_stroke_ends_a_held_back_one(void **state)
{
  (void)state;
  on(0);
  assert_int_equal(off(5, true), LEDGER_HOLD);
  assert_int_equal(on(10), 1);
  assert_int_equal(ledger.sounding, 1);
  assert_int_equal(due(1000), -1);
  assert_int_equal(off(500, true), LEDGER_EMIT);
}

static void test_second_off_ends_a_held_back_one(void **state)
{
  (void)state;
  on(0);
  assert_int_equal(off(5, true), LEDGER_HOLD);
  assert_int_equal(off(6, true), LEDGER_EMIT);
  assert_int_equal(due(1000), -1);
  assert_int_equal(ledger.sounding, 0);
}

static void test_two_strokes_with_one_held_back(void **state)
{
  (void)state;
  on(0);
  on(10);
  assert_int_equal(off(12, true), LEDGER_HOLD);
  assert_int_equal(off(13, true), LEDGER_EMIT);
  assert_int_equal(ledger.sounding, 1);
  assert_int_equal(due(1000), 40);
  assert_int_equal(ledger.sounding, 0);
}

static void test_nested_bounce(void **state)
{
  (void)state;
  on(0);
  suppress(10);
  assert_int_equal(off(25, true), LEDGER_SWALLOW);
  assert_int_equal(due(3000), -1);
  assert_int_equal(off(2500, true), LEDGER_EMIT);
  assert_int_equal(due(10000), -1);
}

static void test_nested_bounce_without_second_off(void **state)
{
  (void)state;
  on(0);
  suppress(10);
  assert_int_equal(off(25, true), LEDGER_SWALLOW);
  assert_int_equal(due(3024), -1);
  assert_int_equal(due(3025), 3025);
  assert_int_equal(ledger.sounding, 0);
}

/* on on off: once that has been seen, the one note-off ends the note when it comes. */
static void test_lone_offs_are_learnt(void **state)
{
  (void)state;
  on(0);
  suppress(10);
  assert_int_equal(off(60, false), LEDGER_SWALLOW);
  assert_int_equal(on(400), 1); /* the key is struck anew: it had been up */
  assert_int_equal(off(500, false), LEDGER_EMIT);
  on(1000);
  suppress(1010);
  assert_int_equal(off(1060, false), LEDGER_EMIT);
  on(2000);
  suppress(2010);
  assert_int_equal(off(2040, false), LEDGER_EMIT);
  assert_int_equal(off(2500, false), LEDGER_STRAY); /* it does have two here after all */
  on(3000);
  suppress(3010);
  assert_int_equal(off(3040, false), LEDGER_SWALLOW);
  assert_int_equal(off(3500, false), LEDGER_EMIT);
  assert_int_equal(ledger.sounding, 0);
}

static void test_late_off_belongs_to_the_note(void **state)
{
  (void)state;
  on(0);
  suppress(10);
  assert_int_equal(off(400, true), LEDGER_EMIT);
  assert_int_equal(off(410, true), LEDGER_SWALLOW);
}

static void test_lost_off_of_a_suppressed_stroke_harms_nothing(void **state)
{
  (void)state;
  suppress(0);
  on(200);
  assert_int_equal(off(700, true), LEDGER_EMIT);
}

static void test_full_list_sends_at_once(void **state)
{
  (void)state;
  for (unsigned pitch = 0; pitch < LEDGER_PENDING_MAX; pitch++) {
    ledger_note_on(&ledger, 0, 1, pitch);
    assert_int_equal((int)ledger_note_off(&ledger, 1, 1, pitch, 0, 30 * ms), LEDGER_HOLD);
  }
  on(0);
  assert_int_equal(off(1, true), LEDGER_EMIT);
  on(2);
  suppress(3);
  assert_int_equal(off(40, true), LEDGER_EMIT);
  assert_int_equal(off(41, true), LEDGER_SWALLOW);
}

static void test_forget_channel(void **state)
{
  (void)state;
  on(0);
  assert_int_equal(off(5, true), LEDGER_HOLD);
  ledger_note_on(&ledger, 0, 1, 60);
  ledger_forget(&ledger, 0);
  assert_int_equal(ledger.sounding, 1);
  assert_int_equal(due(1000), -1);
  assert_int_equal(off(1001, true), LEDGER_STRAY);
}

static void test_key_never_overflows(void **state)
{
  (void)state;
  int given_out = 0;
  for (int i = 0; i < 1000; i++) {
    given_out += on(i);
    suppress(i);
  }
  struct message message;
  ledger_end_all(&ledger);
  while (ledger_drain(&ledger, 0, &message)) {
    given_out++;
  }
  assert_int_equal(given_out, 1000);
}

/* Whatever comes, each emitted stroke gets one note-off, and no other is given out. */
static void test_random_streams_balance(void **state)
{
  (void)state;
  const uint64_t seed = 16128;
  print_message("seed %llu\n", (unsigned long long)seed);
  struct rng rng;
  struct message message;
  rng_seed(&rng, seed);
  nanos time = 0;
  int balance = 0;
  for (int i = 0; i < 200000; i++) {
    unsigned channel = rng_below(&rng, 3);
    unsigned pitch = 60 + rng_below(&rng, 40);
    time += (nanos)rng_below(&rng, 20) * ms;
    while (ledger_due(&ledger, time, &message)) {
      balance--;
    }
    switch (rng_below(&rng, 8)) {
    case 0:
    case 1: balance += 1 - ledger_note_on(&ledger, time, channel, pitch); break;
    case 2: ledger_suppress(&ledger, time, channel, pitch); break;
    case 3:
      if (rng_below(&rng, 1000) == 0) {
        ledger_end_all(&ledger);
      }
      break;
    case 4: balance -= ledger_drain(&ledger, time, &message); break;
    default:
      balance -= ledger_note_off(&ledger, time, channel, pitch, 1,
                                 rng_below(&rng, 2) == 0 ? time + 20 * ms : 0) == LEDGER_EMIT;
    }
    assert_int_equal(ledger.sounding + ledger.owed, balance);
    assert_true(ledger.pending_count <= LEDGER_PENDING_MAX);
  }
  ledger_end_all(&ledger);
  while (ledger_drain(&ledger, time, &message)) {
    balance--;
  }
  assert_int_equal(balance, 0);
  assert_int_equal(ledger.sounding + ledger.owed, 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup(test_plain_note, setup),
    cmocka_unit_test_setup(test_suppressed_note_takes_its_off, setup),
    cmocka_unit_test_setup(test_bounce_does_not_cut_the_note, setup),
    cmocka_unit_test_setup(test_short_note_ends_after_the_guard, setup),
    cmocka_unit_test_setup(test_new_stroke_ends_a_held_back_one, setup),
    cmocka_unit_test_setup(test_second_off_ends_a_held_back_one, setup),
    cmocka_unit_test_setup(test_two_strokes_with_one_held_back, setup),
    cmocka_unit_test_setup(test_nested_bounce, setup),
    cmocka_unit_test_setup(test_nested_bounce_without_second_off, setup),
    cmocka_unit_test_setup(test_lone_offs_are_learnt, setup),
    cmocka_unit_test_setup(test_late_off_belongs_to_the_note, setup),
    cmocka_unit_test_setup(test_lost_off_of_a_suppressed_stroke_harms_nothing, setup),
    cmocka_unit_test_setup(test_full_list_sends_at_once, setup),
    cmocka_unit_test_setup(test_forget_channel, setup),
    cmocka_unit_test_setup(test_key_never_overflows, setup),
    cmocka_unit_test_setup(test_random_streams_balance, setup),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
