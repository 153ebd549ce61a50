/* SPDX-License-Identifier: MIT */
#include "perform.h"

#include <math.h>

/* How this player plays. */
struct touch {
  double level, swell, period; /* of the velocity, and frames a swell takes */
  double waver;                /* of onsets, ms */
  double legato;               /* share of its written length that a note is held */
};

static struct touch draw_touch(struct rng *rng)
{
  return (struct touch){
    .level = rng_between(rng, 55, 95),
    .swell = rng_between(rng, 0, 15),
    .period = rng_between(rng, 16, 128),
    .waver = rng_between(rng, 4, 20),
    .legato = rng_between(rng, 0.6, 1),
  };
}

static struct note play(const struct touch *touch, int pitch, int start, int end, nanos frame, struct rng *rng)
{
  const double swell = touch->swell * sin(6.283185307179586 * start / touch->period);
  const double velocity = touch->level + swell + 7 * rng_normal(rng);
  const nanos written = frame * start;
  const nanos waver = (nanos)(touch->waver * rng_normal(rng) * NANOS_PER_MILLISECOND);
  const nanos length = (nanos)(touch->legato * (double)(frame * (end - start)));
  const nanos on = written + waver > 0 ? written + waver : 0;
  return (struct note){
    .on = on,
    .off = on + length,
    .pitch = (uint8_t)(pitch + PITCH_LOW),
    .velocity = (uint8_t)fmin(127, fmax(15, velocity)),
  };
}

enum status perform_roll(const struct sequence *roll, nanos frame, struct rng *rng, struct note_list *notes)
{
  const struct touch touch = draw_touch(rng);
  enum status status = STATUS_OK;
  for (int pitch = 0; pitch < PITCHES; pitch++) {
    int start = -1;
    for (int t = 0; t <= roll->frames && status == STATUS_OK; t++) {
      const bool on = t < roll->frames && roll->cells[(size_t)t * PITCHES + (size_t)pitch] != 0;
      if (on && start < 0) {
        start = t;
      } else if (!on && start >= 0) {
        status = note_list_add(notes, play(&touch, pitch, start, t, frame, rng));
        start = -1;
      }
    }
  }
  note_list_sort(notes);
  return status;
}
