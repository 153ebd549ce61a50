/* SPDX-License-Identifier: MIT */
/* What the live engine does is in the take. */
#include <stdlib.h>

#include <string.h>

#include "capture_rig.h"
#include "cmocka_all.h"

static void drain(nanos now)
{
  union live_record record;
  struct ring_header header;
  while (ring_read(live_capture(capture_rig.live), &header, &record, sizeof record)) {
    capture_record(capture_rig.capture, &header, &record, now);
  }
  capture_flush(capture_rig.capture, now);
}

/* Through the engine: FAKE_VELOCITY decides. */
static void play(nanos time, unsigned velocity)
{
  const uint8_t on[] = {0x90, 60, (uint8_t)velocity};
  const uint8_t off[] = {0x80, 60, 64};
  live_receive(capture_rig.live, time, on, sizeof on);
  live_receive(capture_rig.live, time + 50 * MS, off, sizeof off);
  live_advance(capture_rig.live, time + 100 * MS);
  drain(time + 100 * MS);
}

static void test_what_the_engine_does_is_in_the_take(void **state)
{
  (void)state;
  char line[CAPTURE_LINE];
  capture_rig_open(64 * MEGABYTE);
  play(SECOND, 80);
  play(2 * SECOND, 5);
  play(3 * SECOND, 6);
  assert_true(live_set_mode(capture_rig.live, LIVE_BYPASS));
  play(4 * SECOND, 7);
  const uint8_t sysex[] = {0xF0, 1, 2, 3, 4, 0xF7};
  live_receive(capture_rig.live, 5 * SECOND, sysex, sizeof sysex);
  assert_true(capture_label(capture_rig.capture, CAPTURE_UNDO));
  assert_true(capture_port(capture_rig.capture, false));
  drain(5 * SECOND);
  capture_poll(capture_rig.capture, line);
  assert_non_null(strstr(line, "velocity 6"));
  capture_rig_finish();
  const struct journal_summary summary = capture_rig_summary(0);
  assert_int_equal(summary.notes_in, 4);
  assert_int_equal(summary.notes_out, 2);
  assert_int_equal(summary.removed_total, 2);
  assert_int_equal(summary.undone, 1);
  assert_int_equal(summary.disconnects, 1);
  struct note_list raw = capture_rig_notes(0, JOURNAL_RAW), clean = capture_rig_notes(0, JOURNAL_CLEAN);
  assert_int_equal(raw.count, 4);
  assert_int_equal(raw.notes[1].damage, DAMAGE_GHOST);
  assert_int_equal(raw.notes[2].damage, DAMAGE_NONE);
  assert_int_equal(clean.count, 3);
  assert_int_equal(clean.notes[1].velocity, 6);
  assert_int_equal(clean.notes[1].off - clean.notes[1].on, 50 * MS);
  note_list_free(&raw);
  note_list_free(&clean);
}

static void test_what_was_not_recorded_is_counted(void **state)
{
  (void)state;
  capture_rig_open(64 * MEGABYTE);
  const uint8_t pedal[] = {0xB0, 64, 127};
  play(SECOND, 80);
  for (int i = 0; i < 5000; i++) {
    live_receive(capture_rig.live, 2 * SECOND, pedal, sizeof pedal);
  }
  play(3 * SECOND, 80);
  capture_rig_finish();
  assert_true(live_counters(capture_rig.live)->capture_lost > 0);
  assert_int_equal(capture_rig_summary(0).not_recorded, live_counters(capture_rig.live)->capture_lost);
}

/* Answers about any stroke of the take, and an account of each that was written. */
static void test_answers_are_kept_and_told(void **state)
{
  (void)state;
  char line[CAPTURE_LINE];
  struct capture_answer given;
  capture_rig_open(64 * MEGABYTE);
  play(SECOND, 80);
  play(2 * SECOND, 5);
  play(3 * SECOND, 6);
  const struct capture_answer meant = {.time = 2 * SECOND, .pitch = 60, .velocity = 5, .meant = true},
                              not_meant = {.time = SECOND, .pitch = 60, .velocity = 80, .damage = DAMAGE_BRUSH},
                              foreign = {.time = 99 * SECOND, .pitch = 60, .velocity = 80};
  assert_true(capture_answer(capture_rig.capture, &meant));
  assert_true(capture_answer(capture_rig.capture, &not_meant));
  assert_true(capture_answer(capture_rig.capture, &foreign));
  assert_true(capture_label(capture_rig.capture, CAPTURE_UNDO)); /* the other one that was removed */
  assert_true(capture_label(capture_rig.capture, CAPTURE_UNDO)); /* none is left */
  assert_false(capture_answered(capture_rig.capture, &given));
  drain(4 * SECOND);
  assert_true(capture_answered(capture_rig.capture, &given));
  assert_true(given.meant && given.time == 2 * SECOND);
  assert_true(capture_answered(capture_rig.capture, &given));
  assert_true(!given.meant && given.time == SECOND && given.damage == DAMAGE_BRUSH);
  assert_true(capture_answered(capture_rig.capture, &given));
  assert_true(given.meant && given.velocity == 6);
  assert_false(capture_answered(capture_rig.capture, &given));
  capture_poll(capture_rig.capture, line);
  assert_non_null(strstr(line, "undone: "));
  capture_poll(capture_rig.capture, line);
  assert_non_null(strstr(line, "not meant: "));
  capture_poll(capture_rig.capture, line);
  assert_non_null(strstr(line, "no take"));
  capture_rig_finish();
  const struct journal_summary summary = capture_rig_summary(0);
  assert_int_equal(summary.undone, 2);
  assert_int_equal(summary.unmeant, 1);
  struct note_list clean = capture_rig_notes(0, JOURNAL_CLEAN);
  assert_int_equal(clean.count, 2);
  assert_int_equal(clean.notes[0].velocity, 5);
  note_list_free(&clean);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    CAPTURE_TEST(test_answers_are_kept_and_told),
    CAPTURE_TEST(test_what_the_engine_does_is_in_the_take),
    CAPTURE_TEST(test_what_was_not_recorded_is_counted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
