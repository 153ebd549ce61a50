/* SPDX-License-Identifier: MIT */
/* What the live engine does is in the take. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <string.h>

#include "capture_rig.h"

static void drain(nanos now)
{
  union live_record record;
  struct ring_header header;
  while (ring_read(live_capture(rig.live), &header, &record, sizeof record)) {
    capture_record(rig.capture, &header, &record, now);
  }
  capture_flush(rig.capture, now);
}

/* Through the engine: FAKE_VELOCITY decides. */
static void play(nanos time, unsigned velocity)
{
  const uint8_t on[] = {0x90, 60, (uint8_t)velocity};
  const uint8_t off[] = {0x80, 60, 64};
  live_receive(rig.live, time, on, sizeof on);
  live_receive(rig.live, time + 50 * MS, off, sizeof off);
  live_advance(rig.live, time + 100 * MS);
  drain(time + 100 * MS);
}

static void test_what_the_engine_does_is_in_the_take(void **state)
{
  (void)state;
  char line[CAPTURE_LINE];
  rig_open(64 * MEGABYTE);
  play(SECOND, 80);
  play(2 * SECOND, 5);
  play(3 * SECOND, 6);
  assert_true(live_set_mode(rig.live, LIVE_BYPASS));
  play(4 * SECOND, 7);
  const uint8_t sysex[] = {0xF0, 1, 2, 3, 4, 0xF7};
  live_receive(rig.live, 5 * SECOND, sysex, sizeof sysex);
  assert_true(capture_label(rig.capture, CAPTURE_UNDO));
  assert_true(capture_port(rig.capture, false));
  drain(5 * SECOND);
  capture_poll(rig.capture, line);
  assert_non_null(strstr(line, "velocity 6"));
  rig_finish();
  const struct journal_summary summary = rig_summary(0);
  assert_int_equal(summary.notes_in, 4);
  assert_int_equal(summary.notes_out, 2);
  assert_int_equal(summary.removed_total, 2);
  assert_int_equal(summary.undone, 1);
  assert_int_equal(summary.disconnects, 1);
  struct note_list raw = rig_notes(0, JOURNAL_RAW), clean = rig_notes(0, JOURNAL_CLEAN);
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
  rig_open(64 * MEGABYTE);
  const uint8_t pedal[] = {0xB0, 64, 127};
  play(SECOND, 80);
  for (int i = 0; i < 5000; i++) {
    live_receive(rig.live, 2 * SECOND, pedal, sizeof pedal);
  }
  play(3 * SECOND, 80);
  rig_finish();
  assert_true(live_counters(rig.live)->capture_lost > 0);
  assert_int_equal(rig_summary(0).not_recorded, live_counters(rig.live)->capture_lost);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    CAPTURE_TEST(test_what_the_engine_does_is_in_the_take),
    CAPTURE_TEST(test_what_was_not_recorded_is_counted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
