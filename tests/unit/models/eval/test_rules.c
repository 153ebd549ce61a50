/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "cmocka_all.h"
#include "rules.h"

static void add(struct note_list *list, int on_ms, int pitch, int velocity, enum damage damage)
{
  struct note note = {.on = on_ms * NANOS_PER_MILLISECOND, .off = (on_ms + 50) * NANOS_PER_MILLISECOND};
  note.pitch = (uint8_t)pitch;
  note.velocity = (uint8_t)velocity;
  note.damage = (uint8_t)damage;
  assert_int_equal(note_list_add(list, note), STATUS_OK);
}

/* Which of the notes of a list a setting keeps, as bits. */
static unsigned kept(const struct rules *rules, const struct note_list *list)
{
  struct note_list out = {0};
  assert_int_equal(rules_apply(rules, list, &out), STATUS_OK);
  unsigned bits = 0;
  size_t next = 0;
  for (size_t i = 0; i < list->count; i++) {
    const struct note *note = next < out.count ? &out.notes[next] : NULL;
    if (note != NULL && note->on == list->notes[i].on && note->pitch == list->notes[i].pitch) {
      bits |= 1u << i;
      next++;
    }
  }
  assert_int_equal(next, out.count);
  note_list_free(&out);
  return bits;
}

static void each_rule_drops_what_it_should(void **state)
{
  (void)state;
  struct note_list list = {0};
  add(&list, 0, 60, 80, DAMAGE_NONE);
  add(&list, 20, 61, 30, DAMAGE_BRUSH);  /* beside a louder one, 20 ms later */
  add(&list, 24, 63, 30, DAMAGE_NONE);   /* 3 semitones from it */
  add(&list, 35, 60, 60, DAMAGE_BOUNCE); /* the same key, 35 ms later */
  add(&list, 100, 58, 30, DAMAGE_NONE);  /* beside, but long after */
  add(&list, 200, 90, 5, DAMAGE_GHOST);  /* very soft */
  add(&list, 201, 110, 5, DAMAGE_NONE);  /* not decidable */
  const struct rules none = {0, 0, 0}, debounce = {40, 0, 0}, floor = {0, 10, 0}, neighbour = {0, 0, 0.5};
  assert_int_equal(kept(&none, &list), 0x7F);
  assert_int_equal(kept(&debounce, &list), 0x7F & ~0x08);
  assert_int_equal(kept(&floor, &list), 0x7F & ~0x20);
  assert_int_equal(kept(&neighbour, &list), 0x7F & ~0x02);
  note_list_free(&list);
}

static void tuning_finds_the_setting_that_fits(void **state)
{
  (void)state;
  struct rules_tuning *tuning = calloc(1, sizeof *tuning);
  assert_non_null(tuning);
  struct note_list list = {0};
  for (int i = 0; i < 50; i++) {
    add(&list, 1000 * i, 60, 80, DAMAGE_NONE);
    add(&list, 1000 * i + 10, 61, 30, DAMAGE_BRUSH);
    add(&list, 1000 * i + 33, 60, 80, DAMAGE_BOUNCE);
    add(&list, 1000 * i + 90, 60, 60, DAMAGE_NONE);
    add(&list, 1000 * i + 500, 80, 3, DAMAGE_GHOST);
    add(&list, 1000 * i + 700, 75, 6, DAMAGE_NONE);
  }
  rules_tuning_add(tuning, &list);
  const struct rules best = rules_tuning_best(tuning);
  assert_true(best.debounce_ms > 33 && best.debounce_ms < 57);
  assert_true(best.velocity_floor > 3 && best.velocity_floor <= 6);
  assert_true(best.neighbour_ratio > 30.0 / 80);
  unsigned good = 0;
  struct note_list first = {.notes = list.notes, .count = 6};
  for (size_t i = 0; i < first.count; i++) {
    good |= (unsigned)(first.notes[i].damage == DAMAGE_NONE) << i;
  }
  assert_int_equal(kept(&best, &first), good);
  note_list_free(&list);
  free(tuning);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_rule_drops_what_it_should),
    cmocka_unit_test(tuning_finds_the_setting_that_fits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
