/* SPDX-License-Identifier: MIT */
/* What the noise simulator adds, kind by kind: how often, and within what limits. */
#include <math.h>
#include <stdlib.h>

#include <string.h>

#include "cmocka_all.h"
#include "damage_rig.h"

static const struct note *cause_of(const struct note_list *notes, const struct note *added)
{
  return &notes->notes[(added->on + 100 * MS) / STEP - 1];
}

/* Apply one kind of damage to the sparse take and look at each note it added beside its cause. */
static void check_kind(struct corrupt_rates rates, enum damage kind, double rate,
                       void (*check)(const struct note *added, const struct note *cause))
{
  struct note_list notes = damage_rig_sparse();
  struct note_list out = damage_rig_damage(&notes, &rates, DAMAGE_SEED);
  damage_rig_assert_rate(damage_rig_count(&out, kind), NOTES, rate);
  assert_int_equal(damage_rig_count(&out, DAMAGE_NONE), NOTES);
  assert_int_equal(out.count, NOTES + damage_rig_count(&out, kind));
  for (size_t i = 0; i < out.count; i++) {
    if (out.notes[i].damage == kind) {
      check(&out.notes[i], cause_of(&notes, &out.notes[i]));
      assert_int_equal(out.notes[i].track, 1);
    }
  }
  note_list_free(&notes);
  note_list_free(&out);
}

static void check_bounce(const struct note *added, const struct note *cause)
{
  assert_int_equal(added->pitch, cause->pitch);
  damage_rig_assert_between(damage_rig_ms(cause->on, added->on), 5, 45);
  damage_rig_assert_between(added->velocity, 1, 127);
  assert_true(added->off > added->on && added->off <= cause->off + 20 * MS);
}

static void check_brush(const struct note *added, const struct note *cause)
{
  damage_rig_assert_between(abs(added->pitch - cause->pitch), 1, 2);
  damage_rig_assert_between(damage_rig_ms(cause->on, added->on), -100, 200);
  damage_rig_assert_between(damage_rig_ms(added->on, added->off), 1, 170);
  damage_rig_assert_between(added->velocity, 1, 127);
}

static void check_harmonic(const struct note *added, const struct note *cause)
{
  const int step = added->pitch - cause->pitch;
  assert_true(step == 7 || step == 12 || step == 19 || step == 24);
  damage_rig_assert_between(damage_rig_ms(cause->on, added->on), 0, 30);
  damage_rig_assert_between(damage_rig_ms(added->on, added->off), 50, 300);
  damage_rig_assert_between(added->velocity, 0.3 * VELOCITY - 0.5, 1.0 * VELOCITY + 0.5);
}

static void check_crosstalk(const struct note *added, const struct note *cause)
{
  assert_int_not_equal(added->pitch, cause->pitch);
  assert_true(note_is_decidable(added->channel, added->pitch));
  damage_rig_assert_between(damage_rig_ms(cause->on, added->on), -10, 10);
  damage_rig_assert_between(added->velocity, 0.07 * VELOCITY - 0.5, 0.25 * VELOCITY + 0.5);
}

static void test_bounces(void **state)
{
  (void)state;
  check_kind((struct corrupt_rates){.bounce = 0.1}, DAMAGE_BOUNCE, 0.1, check_bounce);
}

static void test_brushes(void **state)
{
  (void)state;
  check_kind((struct corrupt_rates){.brush = 0.2}, DAMAGE_BRUSH, 0.2, check_brush);
}

static void test_harmonics(void **state)
{
  (void)state;
  check_kind((struct corrupt_rates){.harmonic = 0.15}, DAMAGE_HARMONIC, 0.15, check_harmonic);
}

static void test_crosstalk(void **state)
{
  (void)state;
  check_kind((struct corrupt_rates){.crosstalk = 0.05}, DAMAGE_CROSSTALK, 0.05, check_crosstalk);
}

static void test_a_bounce_splits_its_note(void **state)
{
  (void)state;
  struct note_list notes = damage_rig_sparse();
  struct note_list out = damage_rig_damage(&notes, &(struct corrupt_rates){.bounce = 1}, DAMAGE_SEED);
  assert_int_equal(out.count, 2 * NOTES);
  size_t splits = 0;
  for (size_t i = 0; i < out.count; i += 2) {
    const struct note *first = &out.notes[i];
    const struct note *second = &out.notes[i + 1];
    assert_int_equal(first->damage, DAMAGE_NONE);
    assert_int_equal(second->damage, DAMAGE_BOUNCE);
    const nanos end = notes.notes[i / 2].off;
    const bool split = first->off < second->on && second->off == end;
    const bool within = first->off == end && second->off < end;
    assert_true(first->off > first->on && (split || within));
    splits += split;
  }
  damage_rig_assert_rate(splits, NOTES, 0.7);
  note_list_free(&notes);
  note_list_free(&out);
}

/* A short one as the key is let go, or what carries the rest of the note. */
static void test_a_release_strikes_again(void **state)
{
  (void)state;
  struct note_list notes = damage_rig_sparse();
  struct note_list out = damage_rig_damage(&notes, &(struct corrupt_rates){.release = 1}, DAMAGE_SEED);
  assert_int_equal(out.count, 2 * NOTES);
  size_t carried = 0;
  for (size_t i = 0; i < out.count; i += 2) {
    const struct note *first = &out.notes[i];
    const struct note *second = &out.notes[i + 1];
    assert_int_equal(second->damage, DAMAGE_RELEASE);
    assert_int_equal(second->pitch, first->pitch);
    damage_rig_assert_between(damage_rig_ms(first->off, second->on), 0, 25);
    assert_true(second->off > second->on);
    carried += first->off < notes.notes[i / 2].off && second->off == notes.notes[i / 2].off;
  }
  assert_true(carried > NOTES / 4);
  note_list_free(&notes);
  note_list_free(&out);
}

static void test_worn_keys(void **state)
{
  (void)state;
  struct note_list notes = damage_rig_sparse();
  struct note_list out = damage_rig_damage(&notes, &(struct corrupt_rates){.worn_keys = 1}, DAMAGE_SEED);
  int worn = -1;
  for (size_t i = 0; i < out.count; i++) {
    if (out.notes[i].damage != DAMAGE_NONE) {
      assert_true(worn < 0 || worn == out.notes[i].pitch);
      worn = out.notes[i].pitch;
    }
  }
  assert_true(worn >= 0);
  note_list_free(&notes);
  note_list_free(&out);
}

static void test_a_bounce_of_a_short_note_comes_after_it(void **state)
{
  (void)state;
  struct note_list notes = {0};
  damage_rig_add(&notes, 0, 2 * MS, 0, 60);
  struct note_list out = damage_rig_damage(&notes, &(struct corrupt_rates){.bounce = 1}, DAMAGE_SEED);
  assert_int_equal(out.count, 2);
  assert_true(out.notes[0].off <= 2 * MS && out.notes[1].on >= 5 * MS && out.notes[1].off > out.notes[1].on);
  note_list_free(&notes);
  note_list_free(&out);
}

static void test_ghosts(void **state)
{
  (void)state;
  struct note_list notes = damage_rig_sparse();
  struct note_list out = damage_rig_damage(&notes, &(struct corrupt_rates){.ghost = 0.3}, DAMAGE_SEED);
  const double seconds = (NOTES * 0.5) - 0.2; /* first onset to last end */
  const double expected = 0.3 * seconds;
  damage_rig_assert_between((double)damage_rig_count(&out, DAMAGE_GHOST), expected - 4 * sqrt(expected),
                            expected + 4 * sqrt(expected));
  size_t ghosts = 0, gaps_long = 0;
  nanos last = notes.notes[0].on;
  for (size_t i = 0; i < out.count; i++) {
    const struct note *note = &out.notes[i];
    if (note->damage == DAMAGE_GHOST) {
      damage_rig_assert_between(note->velocity, 1, 0.4 * VELOCITY + 0.5);
      damage_rig_assert_between(damage_rig_ms(note->on, note->off), 3, 150);
      assert_true(note_is_decidable(note->channel, note->pitch));
      gaps_long += (double)(note->on - last) > 1e9 / 0.3 * log(2.0); /* half of exponential gaps */
      last = note->on;
      ghosts++;
    }
  }
  damage_rig_assert_rate(gaps_long, (double)ghosts, 0.5);
  note_list_free(&notes);
  note_list_free(&out);
}

static const struct corrupt_rates all_rates = {.bounce = 0.3,
                                               .brush = 1,
                                               .harmonic = 0.5,
                                               .ghost = 2,
                                               .crosstalk = 0.5,
                                               .drop = 0.1,
                                               .drop_chord = 0.3,
                                               .drop_burst = 5,
                                               .dead_keys = 5,
                                               .stuck = 0.1,
                                               .off_to_on = 0.1,
                                               .velocity_band = 0.3};

static void test_a_seed_means_the_same_damage(void **state)
{
  (void)state;
  struct note_list notes = damage_rig_sparse();
  struct note_list a = damage_rig_damage(&notes, &all_rates, 1);
  struct note_list b = damage_rig_damage(&notes, &all_rates, 1);
  struct note_list c = damage_rig_damage(&notes, &all_rates, 2);
  assert_int_equal(a.count, b.count);
  for (size_t i = 0; i < a.count; i++) {
    assert_true(a.notes[i].on == b.notes[i].on && a.notes[i].pitch == b.notes[i].pitch &&
                a.notes[i].velocity == b.notes[i].velocity);
  }
  assert_int_not_equal(a.count, c.count);
  note_list_free(&notes);
  note_list_free(&a);
  note_list_free(&b);
  note_list_free(&c);
}

static void test_drums_and_far_pitches_are_left_alone(void **state)
{
  (void)state;
  struct note_list notes = {0};
  for (int i = 0; i < 200; i++) {
    damage_rig_add(&notes, i * STEP, i * STEP + 300 * MS, i % 2 ? DRUM_CHANNEL : 0, i % 2 ? 60 : 110);
  }
  struct note_list out = damage_rig_damage(&notes, &all_rates, DAMAGE_SEED);
  assert_int_equal(out.count, notes.count);
  for (size_t i = 0; i < out.count; i++) {
    assert_true(out.notes[i].on == notes.notes[i].on && out.notes[i].off == notes.notes[i].off &&
                out.notes[i].velocity == VELOCITY && out.notes[i].damage == DAMAGE_NONE);
  }
  note_list_free(&notes);
  note_list_free(&out);
}

static void test_added_notes_stay_on_the_piano(void **state)
{
  (void)state;
  struct note_list notes = {0};
  for (int i = 0; i < 400; i++) {
    damage_rig_add(&notes, i * 10 * MS, i * 10 * MS + 5 * MS, 0, i % 2 ? PITCH_LOW : PITCH_HIGH);
  }
  struct note_list out = damage_rig_damage(&notes, &all_rates, DAMAGE_SEED);
  for (size_t i = 0; i < out.count; i++) {
    assert_true(note_is_decidable(out.notes[i].channel, out.notes[i].pitch));
  }
  note_list_free(&notes);
  note_list_free(&out);
}

static void test_damage_is_appended(void **state)
{
  (void)state;
  struct note_list notes = {0}, out = {0};
  struct rng rng;
  struct error error;
  rng_seed(&rng, DAMAGE_SEED);
  damage_rig_add(&notes, 0, MS, 0, 60);
  damage_rig_add(&out, 5 * MS, 6 * MS, 0, 70);
  assert_int_equal(corrupt_notes(&notes, &(struct corrupt_rates){0}, &rng, &out, &error), STATUS_OK);
  assert_int_equal(out.count, 2);
  assert_int_equal(out.notes[0].pitch, 60);
  note_list_free(&notes);
  note_list_free(&out);
}

static void test_senseless_rates_are_refused(void **state)
{
  (void)state;
  const struct corrupt_rates bad[] = {{.bounce = -0.1}, {.brush = 1.5}, {.drop_burst = 601},
                                      {.drop = 1.5},    {.ghost = NAN}, {.dead_keys = 89}};
  struct note_list none = {0}, out = {0};
  struct rng rng;
  rng_seed(&rng, DAMAGE_SEED);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    struct error error = {0};
    assert_int_equal(corrupt_notes(&none, &bad[i], &rng, &out, &error), STATUS_USAGE);
    assert_non_null(strstr(error.text, "must lie between"));
  }
}

static void test_cells_are_turned_on_and_never_off(void **state)
{
  (void)state;
  enum { CELLS = 88000 };
  uint8_t *cells = calloc(CELLS, 1);
  struct rng rng;
  rng_seed(&rng, DAMAGE_SEED);
  for (size_t i = 0; i < CELLS; i += 10) {
    cells[i] = 1;
  }
  corrupt_cells(cells, CELLS, 0.05, &rng);
  size_t turned = 0;
  for (size_t i = 0; i < CELLS; i++) {
    assert_true(i % 10 != 0 || cells[i] == 1);
    turned += i % 10 != 0 && cells[i] == 1;
  }
  damage_rig_assert_rate(turned, CELLS * 0.9, 0.05);
  free(cells);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_bounces),
    cmocka_unit_test(test_brushes),
    cmocka_unit_test(test_harmonics),
    cmocka_unit_test(test_crosstalk),
    cmocka_unit_test(test_a_bounce_splits_its_note),
    cmocka_unit_test(test_a_release_strikes_again),
    cmocka_unit_test(test_worn_keys),
    cmocka_unit_test(test_a_bounce_of_a_short_note_comes_after_it),
    cmocka_unit_test(test_ghosts),
    cmocka_unit_test(test_a_seed_means_the_same_damage),
    cmocka_unit_test(test_drums_and_far_pitches_are_left_alone),
    cmocka_unit_test(test_added_notes_stay_on_the_piano),
    cmocka_unit_test(test_damage_is_appended),
    cmocka_unit_test(test_senseless_rates_are_refused),
    cmocka_unit_test(test_cells_are_turned_on_and_never_off),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
