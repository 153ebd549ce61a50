/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "cmocka_all.h"
#include "sounding.h"

static void hear(struct sounding *sounding, unsigned status, unsigned first, unsigned second)
{
  const uint8_t bytes[] = {(uint8_t)status, (uint8_t)first, (uint8_t)second};
  sounding_hear(sounding, bytes, sizeof bytes);
}

static int sum(const struct sounding *sounding)
{
  int count = 0;
  for (int channel = 0; channel < CHANNELS; channel++) {
    for (int pitch = 0; pitch < KEYS; pitch++) {
      count += sounding->on[channel][pitch];
    }
  }
  return count;
}

static void each_stroke_sounds_until_its_note_off(void **state)
{
  struct sounding sounding = {.count = 0};
  (void)state;
  hear(&sounding, 0x93, 60, 1);
  hear(&sounding, 0x93, 60, 127);
  hear(&sounding, 0x94, 60, 64);
  assert_int_equal(sounding.count, 3);
  assert_int_equal(sounding.on[3][60], 2);
  hear(&sounding, 0x83, 60, 0);
  hear(&sounding, 0x94, 60, 0);
  assert_int_equal(sounding.count, 1);
  assert_int_equal(sounding.on[3][60], 1);
  hear(&sounding, 0x84, 60, 0); /* nothing sounds there */
  assert_int_equal(sounding.count, 1);
}

static void a_key_is_counted_up_to_its_limit(void **state)
{
  struct sounding sounding = {.count = 0};
  (void)state;
  for (int i = 0; i < 300; i++) {
    hear(&sounding, 0x90, 60, 64);
  }
  assert_int_equal(sounding.count, UINT8_MAX);
  assert_int_equal(sum(&sounding), UINT8_MAX);
}

static void what_ends_a_channel_or_all_is_heeded(void **state)
{
  struct sounding sounding = {.count = 0};
  static const unsigned endings[] = {MIDI_ALL_SOUND_OFF, MIDI_ALL_NOTES_OFF};
  (void)state;
  for (int i = 0; i < 2; i++) {
    hear(&sounding, 0x90, 60, 64);
    hear(&sounding, 0x90, 64, 64);
    hear(&sounding, 0x91, 64, 64);
    hear(&sounding, 0xB0, 64, 0); /* the pedal */
    assert_int_equal(sounding.count, 3 + i);
    hear(&sounding, 0xB0, endings[i], 0);
    assert_int_equal(sounding.count, 1 + i);
    assert_int_equal(sounding.on[1][64], 1 + i);
  }
  sounding_hear(&sounding, (const uint8_t[]){MIDI_SYSTEM_RESET}, 1);
  assert_int_equal(sounding.count, 0);
  assert_int_equal(sum(&sounding), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_stroke_sounds_until_its_note_off),
    cmocka_unit_test(a_key_is_counted_up_to_its_limit),
    cmocka_unit_test(what_ends_a_channel_or_all_is_heeded),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
