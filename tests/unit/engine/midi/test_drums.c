/* SPDX-License-Identifier: MIT */
/* Which channels play drums, and which keys a user spares. */
#include "cmocka_all.h"
#include "drums.h"
#include "pitch.h"
#include "spare.h"

static struct drums drums;

#define HEAR(...) drums_hear(&drums, (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

/* Exactly these channels, bits from channel 1 on. Channel 10 always is one. */
static void expect(unsigned channels)
{
  for (unsigned i = 0; i < CHANNELS; i++) {
    if (drums_are_on(&drums, i) != ((channels >> i & 1) != 0)) {
      fail_msg("channel %u", i + 1);
    }
  }
}

enum { TEN = 1 << 9, ELEVEN = 1 << 10, ONE = 1 };

static void hears_gs(void **state)
{
  (void)state;
  drums_reset(&drums);
  expect(TEN);
  HEAR(0xF0, 0x41, 0x10, 0x42, 0x12, 0x40, 0x1A, 0x15, 2, 0x0F, 0xF7); /* part 11: map 2 */
  expect(TEN | ELEVEN);
  HEAR(0xF0, 0x41, 0x10, 0x42, 0x12, 0x40, 0x1A, 0x02, 0, 0x24, 0xF7); /* it listens to channel 1 now */
  expect(TEN | ONE);
  HEAR(0xF0, 0x41, 0x10, 0x42, 0x12, 0x40, 0x1A, 0x15, 0, 0x11, 0xF7);
  expect(TEN);
  HEAR(0xF0, 0x41, 0x10, 0x42, 0x12, 0x40, 0x11, 0x13, 64, 64, 1, 0x57, 0xF7); /* several at once */
  expect(TEN | ONE);
  HEAR(0xF0, 0x41, 0x10, 0x42, 0x12, 0x40, 0x00, 0x7F, 0, 0x41, 0xF7); /* reset */
  expect(TEN);
  HEAR(0xB0, 0, 127); /* in GS no drums, but the sounds of another instrument */
  expect(TEN);
}

static void hears_xg_and_gm2(void **state)
{
  (void)state;
  drums_reset(&drums);
  HEAR(0xF0, 0x43, 0x10, 0x4C, 8, 10, 7, 2, 0xF7); /* part mode */
  expect(TEN | ELEVEN);
  HEAR(0xF0, 0x43, 0x10, 0x4C, 8, 10, 4, 0, 0xF7); /* receive channel */
  expect(TEN | ONE);
  HEAR(0xF0, 0x43, 0x10, 0x4C, 0, 0, 0x7E, 0, 0xF7); /* XG system on */
  expect(TEN);
  HEAR(0xBA, 0, 127);
  expect(TEN | ELEVEN);
  HEAR(0xBA, 0, 0);
  expect(TEN);
  HEAR(0xB0, 0, 126);
  expect(TEN | ONE);
  HEAR(0xF0, 0x7E, 0x7F, 9, 3, 0xF7); /* GM2 on */
  expect(TEN);
  HEAR(0xB0, 0, 120);
  expect(TEN | ONE);
  HEAR(0xB0, 0, 121);
  expect(TEN);
}

static void stands_what_is_cut_or_of_others(void **state)
{
  static const uint8_t whole[] = {0xF0, 0x41, 0x10, 0x42, 0x12, 0x40, 0x1A, 0x15, 2, 0x0F, 0xF7};
  (void)state;
  drums_reset(&drums);
  for (size_t size = 1; size < 10; size++) {
    drums_hear(&drums, whole, size);
    expect(TEN);
  }
  HEAR(0xF0, 0x41, 0x10, 0x16, 0x12, 0x40, 0x1A, 0x15, 2, 0x0F, 0xF7); /* another model */
  HEAR(0xF0, 0x43, 0x10, 0x4C, 8, 99, 7, 2, 0xF7);                     /* no such part */
  HEAR(0xB0, 1, 127);
  expect(TEN);
}

static void spares_what_it_is_told(void **state)
{
  static const char *const wrong[] = {"",    "H3",   "C",    "C4:", "C4:B3", "C4-D4",
                                      "ch0", "ch17", "ch3/", "C4,", "128",   "C10"};
  struct spare spare = {.drums = 0};
  struct error error;
  (void)state;
  assert_int_equal(spare_keep(&spare, "C0:B0,ch3,ch5/F#4,60:61,Bb5", &error), STATUS_OK);
  for (unsigned channel = 0; channel < CHANNELS; channel++) {
    for (unsigned pitch = 0; pitch < KEYS; pitch++) {
      const bool kept = (pitch >= 12 && pitch <= 23) || channel == 2 || (channel == 4 && pitch == 66) ||
                        pitch == 60 || pitch == 61 || pitch == 82;
      assert_int_equal(spare_has(&spare, channel, pitch), kept);
    }
  }
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    if (spare_keep(&spare, wrong[i], &error) != STATUS_USAGE) {
      fail_msg("'%s' was taken", wrong[i]);
    }
  }
  assert_int_equal(spare_drums(&spare, "11,16", &error), STATUS_OK);
  assert_int_equal(spare.drums, 1 << 10 | 1 << 15);
  assert_true(spare_has(&spare, 10, 100));
  assert_int_equal(spare_drums(&spare, "0", &error), STATUS_USAGE);
  assert_int_equal(spare_drums(&spare, "11 12", &error), STATUS_USAGE);
}

/* A name is read as the key that it was made of. */
static void reads_the_names_of_keys(void **state)
{
  (void)state;
  for (int pitch = 0; pitch < KEYS; pitch++) {
    char name[PITCH_NAME_MAX];
    const char *text = pitch_name(pitch, name);
    assert_int_equal(pitch_read(&text), pitch);
    assert_int_equal(*text, '\0');
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(hears_gs),
    cmocka_unit_test(hears_xg_and_gm2),
    cmocka_unit_test(stands_what_is_cut_or_of_others),
    cmocka_unit_test(spares_what_it_is_told),
    cmocka_unit_test(reads_the_names_of_keys),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
