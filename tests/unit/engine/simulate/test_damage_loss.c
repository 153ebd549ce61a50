/* SPDX-License-Identifier: MIT */
/* What the noise simulator takes away or changes: notes, protocol, velocities. */
#include <math.h>
#include <stdlib.h>

#include "cmocka_all.h"
#include "damage_rig.h"

static void test_dropped_notes(void **state)
{
  (void)state;
  struct note_list notes = damage_rig_sparse();
  struct note_list out = damage_rig_damage(&notes, &(struct corrupt_rates){.drop = 0.1}, DAMAGE_SEED);
  damage_rig_assert_rate(NOTES - out.count, NOTES, 0.1);
  note_list_free(&out);
  out = damage_rig_damage(&notes, &(struct corrupt_rates){.drop_chord = 1}, DAMAGE_SEED);
  assert_int_equal(out.count, NOTES); /* single notes are no chords */
  note_list_free(&out);
  note_list_free(&notes);
}

static void test_dropped_chords_lose_half_or_more(void **state)
{
  (void)state;
  enum { CHORDS = 4000, SIZE = 3 };
  struct note_list notes = {0};
  for (int i = 0; i < CHORDS; i++) {
    for (int k = 0; k < SIZE; k++) {
      damage_rig_add(&notes, i * STEP + k * 14 * MS, i * STEP + 300 * MS, 0, 60 + 4 * (unsigned)k);
    }
  }
  struct note_list out = damage_rig_damage(&notes, &(struct corrupt_rates){.drop_chord = 0.3}, DAMAGE_SEED);
  int kept[CHORDS] = {0};
  for (size_t i = 0; i < out.count; i++) {
    kept[out.notes[i].on / STEP]++;
  }
  size_t hit = 0, whole = 0;
  for (int i = 0; i < CHORDS; i++) {
    assert_true(kept[i] == SIZE || kept[i] <= SIZE / 2);
    hit += kept[i] < SIZE;
    whole += kept[i] == 0;
  }
  damage_rig_assert_rate(hit, CHORDS, 0.3);
  damage_rig_assert_rate(whole, (double)hit, 0.5); /* two or three of three, equally likely */
  note_list_free(&notes);
  note_list_free(&out);
}

static void test_bursts_lose_every_note(void **state)
{
  (void)state;
  enum { DENSE = 60000 };
  struct note_list notes = {0};
  for (int i = 0; i < DENSE; i++) { /* one every 10 ms: the gaps show the bursts */
    damage_rig_add(&notes, i * 10 * MS, i * 10 * MS + 5 * MS, 0, 60);
  }
  struct note_list out = damage_rig_damage(&notes, &(struct corrupt_rates){.drop_burst = 12}, DAMAGE_SEED);
  size_t bursts = 0;
  for (size_t i = 1; i < out.count; i++) {
    const double gap = damage_rig_ms(out.notes[i - 1].on, out.notes[i].on);
    if (gap > 10) {
      damage_rig_assert_between(gap, 50, 2000); /* two may meet */
      bursts++;
    }
  }
  damage_rig_assert_between((double)bursts, 120 - 4 * sqrt(120) - 8, 120 + 4 * sqrt(120)); /* some merge */
  note_list_free(&notes);
  note_list_free(&out);
}

static void test_dead_keys_never_sound(void **state)
{
  (void)state;
  struct note_list notes = damage_rig_sparse();
  for (unsigned pitch = PITCH_LOW; pitch <= PITCH_HIGH; pitch++) {
    damage_rig_add(&notes, (nanos)pitch * MS, (nanos)(pitch + 1) * MS, 0, pitch);
  }
  note_list_sort(&notes);
  struct note_list out =
    damage_rig_damage(&notes, &(struct corrupt_rates){.dead_keys = 7, .ghost = 1, .brush = 0.5}, DAMAGE_SEED);
  size_t sounded[KEYS] = {0};
  for (size_t i = 0; i < out.count; i++) {
    sounded[out.notes[i].pitch]++;
  }
  int dead = 0;
  for (int pitch = PITCH_LOW; pitch <= PITCH_HIGH; pitch++) {
    dead += sounded[pitch] == 0;
  }
  assert_int_equal(dead, 7);
  note_list_free(&notes);
  note_list_free(&out);
}

static void test_stuck_notes_last_to_the_next_stroke(void **state)
{
  (void)state;
  struct note_list notes = {0};
  damage_rig_add(&notes, 0, 100 * MS, 0, 60);
  damage_rig_add(&notes, 500 * MS, 600 * MS, 0, 60);
  damage_rig_add(&notes, 700 * MS, 900 * MS, 0, 64);
  struct note_list out = damage_rig_damage(&notes, &(struct corrupt_rates){.stuck = 1}, DAMAGE_SEED);
  assert_int_equal(out.count, 3);
  assert_int_equal(out.notes[0].off, 500 * MS);
  assert_int_equal(out.notes[1].off, 900 * MS); /* the end of the take */
  assert_int_equal(out.notes[2].off, 900 * MS);
  note_list_free(&notes);
  note_list_free(&out);
  notes = damage_rig_sparse();
  out = damage_rig_damage(&notes, &(struct corrupt_rates){.stuck = 0.2}, DAMAGE_SEED);
  size_t stuck = 0;
  for (size_t i = 0; i < out.count; i++) {
    stuck += out.notes[i].off != notes.notes[i].off;
  }
  damage_rig_assert_rate(stuck, NOTES, 0.2);
  note_list_free(&notes);
  note_list_free(&out);
}

static void test_offs_turned_to_ons(void **state)
{
  (void)state;
  struct note_list notes = {0};
  damage_rig_add(&notes, 0, 100 * MS, 0, 60);
  damage_rig_add(&notes, 500 * MS, 600 * MS, 0, 60);
  struct note_list out = damage_rig_damage(&notes, &(struct corrupt_rates){.off_to_on = 1}, DAMAGE_SEED);
  assert_int_equal(out.count, 3); /* the last one's would begin as the take ends */
  const struct note *stray = &out.notes[1];
  assert_int_equal(stray->damage, DAMAGE_STRAY);
  assert_int_equal(stray->velocity, 64);
  assert_true(stray->on == 100 * MS && stray->off == 500 * MS);
  note_list_free(&notes);
  note_list_free(&out);
}

static void test_velocity_bands_are_out_of_reach(void **state)
{
  (void)state;
  struct note_list notes = {0};
  for (int i = 0; i < PITCHES * 127; i++) {
    damage_rig_add(&notes, i * MS, i * MS + MS, 0, PITCH_LOW + (unsigned)i % PITCHES);
    notes.notes[i].velocity = (uint8_t)(1 + i / PITCHES);
  }
  struct note_list out = damage_rig_damage(&notes, &(struct corrupt_rates){.velocity_band = 1}, DAMAGE_SEED);
  bool reached[KEYS][128] = {{false}};
  for (size_t i = 0; i < out.count; i++) {
    reached[out.notes[i].pitch][out.notes[i].velocity] = true;
  }
  for (int pitch = PITCH_LOW; pitch <= PITCH_HIGH; pitch++) {
    int missing = 0;
    for (int velocity = 1; velocity < 128; velocity++) {
      missing += !reached[pitch][velocity];
    }
    assert_int_equal(missing, 20);
  }
  note_list_free(&notes);
  note_list_free(&out);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_dropped_notes),
    cmocka_unit_test(test_dropped_chords_lose_half_or_more),
    cmocka_unit_test(test_bursts_lose_every_note),
    cmocka_unit_test(test_dead_keys_never_sound),
    cmocka_unit_test(test_stuck_notes_last_to_the_next_stroke),
    cmocka_unit_test(test_offs_turned_to_ons),
    cmocka_unit_test(test_velocity_bands_are_out_of_reach),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
