/* SPDX-License-Identifier: MIT */
#include "damage_rig.h"

#include <math.h>

#include "cmocka_all.h"

void damage_rig_add(struct note_list *list, nanos on, nanos off, unsigned channel, unsigned pitch)
{
  assert_int_equal(note_list_add(list, (struct note){.on = on,
                                                     .off = off,
                                                     .channel = (uint8_t)channel,
                                                     .pitch = (uint8_t)pitch,
                                                     .velocity = VELOCITY,
                                                     .track = 1}),
                   STATUS_OK);
}

struct note_list damage_rig_sparse(void)
{
  struct note_list notes = {0};
  struct rng rng;
  rng_seed(&rng, DAMAGE_SEED);
  for (int i = 0; i < NOTES; i++) {
    damage_rig_add(&notes, (i + 1) * STEP, (i + 1) * STEP + 300 * MS, 0, 50 + rng_below(&rng, 30));
  }
  return notes;
}

struct note_list damage_rig_damage(const struct note_list *notes, const struct corrupt_rates *rates,
                                   uint64_t with)
{
  struct note_list out = {0};
  struct rng rng;
  struct error error = {0};
  rng_seed(&rng, with);
  if (corrupt_notes(notes, rates, &rng, &out, &error) != STATUS_OK) {
    fail_msg("%s", error.text);
  }
  for (size_t i = 0; i < out.count; i++) {
    const struct note *note = &out.notes[i];
    assert_true(note->on >= 0 && note->off >= note->on && note->velocity >= 1 && note->velocity <= 127);
    assert_true(i == 0 || note->on >= out.notes[i - 1].on);
  }
  return out;
}

size_t damage_rig_count(const struct note_list *list, enum damage kind)
{
  size_t found = 0;
  for (size_t i = 0; i < list->count; i++) {
    found += list->notes[i].damage == kind;
  }
  return found;
}

void damage_rig_assert_rate(size_t found, double tries, double rate)
{
  const double error = sqrt(tries * rate * (1 - rate));
  if (fabs((double)found - tries * rate) > 4 * error) {
    fail_msg("seed %d: %zu found, %.0f +- %.0f expected", DAMAGE_SEED, found, tries * rate, error);
  }
}

void damage_rig_assert_between(double value, double low, double high)
{
  if (value < low || value > high) {
    fail_msg("seed %d: %g lies outside %g to %g", DAMAGE_SEED, value, low, high);
  }
}

double damage_rig_ms(nanos from, nanos to)
{
  return (double)(to - from) / (double)MS;
}
