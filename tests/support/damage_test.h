/* SPDX-License-Identifier: MIT */
/* What the tests of the noise simulator share. Included after cmocka.h. */
#ifndef EMEND_DAMAGE_TEST_H
#define EMEND_DAMAGE_TEST_H

#include <math.h>

#include "damage.h"

#define MS NANOS_PER_MILLISECOND
#define STEP (500 * MS) /* one note in each, 300 ms long */

enum { NOTES = 20000, VELOCITY = 90 };
static const uint64_t seed = 2014;

static inline void add(struct note_list *list, nanos on, nanos off, unsigned channel, unsigned pitch)
{
  assert_int_equal(note_list_add(list, (struct note){.on = on,
                                                     .off = off,
                                                     .channel = (uint8_t)channel,
                                                     .pitch = (uint8_t)pitch,
                                                     .velocity = VELOCITY,
                                                     .track = 1}),
                   STATUS_OK);
}

/* Notes far enough apart that each added one can be traced to its cause. */
static inline struct note_list sparse_take(void)
{
  struct note_list notes = {0};
  struct rng rng;
  rng_seed(&rng, seed);
  for (int i = 0; i < NOTES; i++) {
    add(&notes, (i + 1) * STEP, (i + 1) * STEP + 300 * MS, 0, 50 + rng_below(&rng, 30));
  }
  return notes;
}

/* The damaged form of `notes`; the caller frees it. */
static inline struct note_list damaged(const struct note_list *notes, const struct corrupt_rates *rates,
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

static inline size_t count(const struct note_list *list, enum damage kind)
{
  size_t found = 0;
  for (size_t i = 0; i < list->count; i++) {
    found += list->notes[i].damage == kind;
  }
  return found;
}

/* Within four standard errors of `tries` draws of `rate`. */
static inline void assert_rate(size_t found, double tries, double rate)
{
  const double error = sqrt(tries * rate * (1 - rate));
  if (fabs((double)found - tries * rate) > 4 * error) {
    fail_msg("seed %d: %zu found, %.0f +- %.0f expected", (int)seed, found, tries * rate, error);
  }
}

static inline void assert_between(double value, double low, double high)
{
  if (value < low || value > high) {
    fail_msg("seed %d: %g lies outside %g to %g", (int)seed, value, low, high);
  }
}

static inline double ms_between(nanos from, nanos to)
{
  return (double)(to - from) / (double)MS;
}

#endif
