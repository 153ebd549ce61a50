/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include <string.h>

#include "cmocka_all.h"
#include "rng.h"
#include "take.h"

static void add(struct note_list *list, nanos on, nanos off, unsigned channel, unsigned pitch, unsigned track)
{
  assert_int_equal(note_list_add(list, (struct note){.on = on,
                                                     .off = off,
                                                     .channel = (uint8_t)channel,
                                                     .pitch = (uint8_t)pitch,
                                                     .velocity = 80,
                                                     .track = (uint16_t)track}),
                   STATUS_OK);
}

static void test_sorting_is_stable(void **state)
{
  (void)state;
  const uint64_t seed = 3;
  struct rng rng;
  rng_seed(&rng, seed);
  for (int round = 0; round < 300; round++) {
    struct note_list list = {0};
    const unsigned count = rng_below(&rng, 200);
    for (unsigned i = 0; i < count; i++) { /* the track tells the order of adding */
      add(&list, rng_below(&rng, 10), 20, rng_below(&rng, 2), 60 + rng_below(&rng, 2), i);
    }
    note_list_sort(&list);
    assert_int_equal(list.count, count);
    for (size_t i = 1; i < list.count; i++) {
      const struct note *a = &list.notes[i - 1];
      const struct note *b = &list.notes[i];
      const int64_t left = (a->on * 2 + a->channel) * 128 + a->pitch;
      const int64_t right = (b->on * 2 + b->channel) * 128 + b->pitch;
      if (left > right || (left == right && a->track >= b->track)) {
        fail_msg("seed %d, round %d: note %zu is out of place", (int)seed, round, i);
      }
    }
    note_list_free(&list);
  }
}

static void test_messages_come_in_the_order_of_playing(void **state)
{
  (void)state;
  static const struct {
    nanos time;
    uint8_t bytes[3];
    int32_t note;
  } expected[] = {
    {0, {0x90, 60, 80}, 0},  {10, {0x80, 60, 64}, -1}, {10, {0x90, 62, 80}, 2},  {10, {0x80, 62, 64}, -1},
    {10, {0x90, 60, 80}, 1}, {10, {0x93, 60, 80}, 3},  {20, {0x80, 60, 64}, -1}, {30, {0x83, 60, 64}, -1},
  };
  struct note_list notes = {0};
  struct take take;
  add(&notes, 0, 10, 0, 60, 0);
  add(&notes, 10, 20, 0, 60, 0); /* struck again as the first one ends */
  add(&notes, 10, 10, 0, 62, 0); /* without length */
  add(&notes, 10, 30, 3, 60, 0);
  assert_int_equal(take_from_notes(&take, &notes), STATUS_OK);
  assert_int_equal(take.count, sizeof expected / sizeof *expected);
  for (size_t i = 0; i < take.count; i++) {
    assert_int_equal(take.messages[i].time, expected[i].time);
    assert_int_equal(take.messages[i].size, 3);
    assert_memory_equal(take.messages[i].bytes, expected[i].bytes, 3);
    assert_int_equal(take.note[i], expected[i].note);
  }
  take_free(&take);
  note_list_free(&notes);
}

static void test_a_take_may_be_empty(void **state)
{
  (void)state;
  struct note_list none = {0};
  struct take take;
  assert_int_equal(take_from_notes(&take, &none), STATUS_OK);
  assert_int_equal(take.count, 0);
  take_free(&take);
}

static void test_every_damage_has_a_name_of_its_own(void **state)
{
  (void)state;
  for (int a = 0; a < DAMAGE_COUNT; a++) {
    for (int b = 0; b < a; b++) {
      assert_string_not_equal(damage_name((enum damage)a), damage_name((enum damage)b));
    }
    assert_string_not_equal(damage_name((enum damage)a), "unknown");
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_sorting_is_stable),
    cmocka_unit_test(test_messages_come_in_the_order_of_playing),
    cmocka_unit_test(test_a_take_may_be_empty),
    cmocka_unit_test(test_every_damage_has_a_name_of_its_own),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
