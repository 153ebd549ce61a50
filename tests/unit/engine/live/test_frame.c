/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include <math.h>

#include "cmocka_all.h"
#include "frame.h"

static void test_duration_in_milliseconds_and_beats(void **state)
{
  (void)state;
  struct frame_def def = {FRAME_MILLISECONDS, 60, 2};
  assert_int_equal(frame_duration(&def, 120), 60 * NANOS_PER_MILLISECOND);
  assert_int_equal(frame_duration(&def, 0), 60 * NANOS_PER_MILLISECOND);
  def = (struct frame_def){FRAME_BEATS, 0.25, 1};
  assert_int_equal(frame_duration(&def, 120), 125 * NANOS_PER_MILLISECOND);
  assert_int_equal(frame_duration(&def, 60), 250 * NANOS_PER_MILLISECOND);
}

static void test_duration_is_bounded(void **state)
{
  (void)state;
  struct frame_def def = {FRAME_BEATS, 0.25, 1};
  assert_int_equal(frame_duration(&def, 1e12), NANOS_PER_MILLISECOND);
  assert_int_equal(frame_duration(&def, (double)NAN), NANOS_PER_MILLISECOND);
  assert_int_equal(frame_duration(&def, 1e-9), 60 * NANOS_PER_SECOND);
  assert_int_equal(frame_duration(&def, 0), 60 * NANOS_PER_SECOND);
  assert_int_equal(frame_duration(&def, -3), NANOS_PER_MILLISECOND);
}

static void test_note_within_one_frame(void **state)
{
  (void)state;
  struct framer framer;
  struct frame closed;
  framer_reset(&framer);
  framer_note_on(&framer, 40);
  framer_note_off(&framer, 40);
  framer_tick(&framer, &closed);
  assert_int_equal(closed.cell[0][40], 1);
  assert_int_equal(closed.cell[1][40], 1);
  assert_int_equal(closed.cell[0][39], 0);
  framer_tick(&framer, &closed);
  assert_int_equal(closed.cell[0][40], 0);
  assert_int_equal(closed.cell[1][40], 0);
}

static void test_held_note_sounds_without_onset(void **state)
{
  (void)state;
  struct framer framer;
  struct frame closed;
  framer_reset(&framer);
  framer_note_on(&framer, 0);
  framer_note_on(&framer, PITCHES - 1);
  framer_tick(&framer, &closed);
  framer_note_off(&framer, PITCHES - 1);
  framer_tick(&framer, &closed);
  assert_int_equal(closed.cell[0][0], 1);
  assert_int_equal(closed.cell[1][0], 0);
  assert_int_equal(closed.cell[0][PITCHES - 1], 1); /* on at the frame's beginning */
  framer_tick(&framer, &closed);
  assert_int_equal(closed.cell[0][0], 1);
  assert_int_equal(closed.cell[0][PITCHES - 1], 0);
}

static void test_key_counts_strokes(void **state)
{
  (void)state;
  struct framer framer;
  struct frame closed;
  framer_reset(&framer);
  framer_note_off(&framer, 7); /* more offs than ons do no harm */
  framer_note_on(&framer, 7);
  framer_note_on(&framer, 7);
  framer_note_off(&framer, 7);
  framer_tick(&framer, &closed);
  framer_tick(&framer, &closed);
  assert_int_equal(closed.cell[0][7], 1);
  for (int i = 0; i < 300; i++) {
    framer_note_on(&framer, 7);
  }
  assert_int_equal(framer.held[7], 255);
}

static void test_release_all_keeps_what_sounded(void **state)
{
  (void)state;
  struct framer framer;
  struct frame closed;
  framer_reset(&framer);
  framer_note_on(&framer, 7);
  framer_release_all(&framer);
  framer_tick(&framer, &closed);
  assert_int_equal(closed.cell[0][7], 1);
  framer_tick(&framer, &closed);
  assert_int_equal(closed.cell[0][7], 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_duration_in_milliseconds_and_beats),
    cmocka_unit_test(test_duration_is_bounded),
    cmocka_unit_test(test_note_within_one_frame),
    cmocka_unit_test(test_held_note_sounds_without_onset),
    cmocka_unit_test(test_key_counts_strokes),
    cmocka_unit_test(test_release_all_keeps_what_sounded),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
