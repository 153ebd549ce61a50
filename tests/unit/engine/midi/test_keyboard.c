/* SPDX-License-Identifier: MIT */

#include "cmocka_all.h"
#include "keyboard.h"

static void add(struct note_list *list, int on_ms, int off_ms, int channel, int pitch, int velocity)
{
  const struct note note = {.on = on_ms * NANOS_PER_MILLISECOND,
                            .off = off_ms * NANOS_PER_MILLISECOND,
                            .channel = (uint8_t)channel,
                            .pitch = (uint8_t)pitch,
                            .velocity = (uint8_t)velocity};
  assert_int_equal(note_list_add(list, note), STATUS_OK);
}

static void assert_note(const struct note *note, int on_ms, int off_ms, int channel, int pitch, int velocity)
{
  assert_true(note->on == on_ms * NANOS_PER_MILLISECOND && note->off == off_ms * NANOS_PER_MILLISECOND);
  assert_int_equal(note->channel, channel);
  assert_int_equal(note->pitch, pitch);
  assert_int_equal(note->velocity, velocity);
}

static void merges_channels_into_one_keyboard(void **state)
{
  struct note_list all = {0}, keyboard = {0};
  (void)state;
  add(&all, 0, 500, 0, 60, 50);
  add(&all, 10, 900, 9, 60, 90); /* a drum */
  add(&all, 20, 800, 1, 60, 70); /* the same stroke, louder */
  add(&all, 30, 800, 1, 64, 70);
  add(&all, 40, 800, 1, 10, 70);  /* below the piano */
  add(&all, 400, 900, 2, 60, 40); /* struck again while it is down */
  assert_int_equal(keyboard_merge(&all, &keyboard), STATUS_OK);
  assert_int_equal(keyboard.count, 3);
  assert_note(&keyboard.notes[0], 20, 400, 1, 60, 70);
  assert_note(&keyboard.notes[1], 30, 800, 1, 64, 70);
  assert_note(&keyboard.notes[2], 400, 900, 2, 60, 40);
  note_list_free(&all);
  note_list_free(&keyboard);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(merges_channels_into_one_keyboard),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
