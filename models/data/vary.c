/* SPDX-License-Identifier: MIT */
#include "vary.h"

#include <math.h>

enum { TRILL_NOTES_MAX = 12 };

static uint8_t to_velocity(double velocity)
{
  return (uint8_t)fmin(127, fmax(8, velocity));
}

/* How this player differs. */
struct player {
  double tempo;              /* mostly faster */
  double touch, contrast;    /* level of the velocities, and how far they lie apart */
  double unevenness, spread; /* velocity and onset (ms), note by note */
  double ornaments;          /* share of long notes that become trills or runs */
};

static struct player draw_player(struct rng *rng)
{
  return (struct player){
    .tempo = exp(rng_between(rng, -1.1, 0.3)),
    .touch = rng_between(rng, 0.5, 1.1),
    .contrast = rng_between(rng, 0.7, 2),
    .unevenness = rng_between(rng, 2, 14),
    .spread = rng_between(rng, 0, 12),
    .ornaments = rng_uniform(rng) < 0.5 ? rng_between(rng, 0, 0.2) : 0,
  };
}

/* A long note becomes an alternation with its neighbour, or a run of steps away from it. */
static enum status ornament(struct note_list *notes, size_t index, struct rng *rng)
{
  const struct note note = notes->notes[index];
  const nanos step = (nanos)(rng_between(rng, 40, 110) * NANOS_PER_MILLISECOND);
  const int interval = (rng_uniform(rng) < 0.5 ? -1 : 1) * (1 + (int)rng_below(rng, 2));
  const bool trill = rng_uniform(rng) < 0.6;
  enum status status = STATUS_OK;
  notes->notes[index].off = note.on + step;
  for (int k = 1; k < TRILL_NOTES_MAX && note.on + step * (k + 1) < note.off && status == STATUS_OK; k++) {
    const int pitch = note.pitch + (trill ? interval * (k % 2) : interval * k);
    struct note more = note;
    more.on = note.on + step * k;
    more.off = more.on + step;
    more.velocity = to_velocity(note.velocity * rng_between(rng, 0.5, 1.1));
    if (pitch < PITCH_LOW || pitch > PITCH_HIGH) {
      break;
    }
    more.pitch = (uint8_t)pitch;
    status = note_list_add(notes, more);
  }
  return status;
}

enum status vary_take(struct note_list *notes, struct corrupt_rates *rates, struct rng *rng)
{
  const struct player player = draw_player(rng);
  const size_t count = notes->count;
  enum status status = STATUS_OK;
  for (size_t i = 0; i < count; i++) {
    struct note *note = &notes->notes[i];
    const nanos length = (nanos)((double)(note->off - note->on) * player.tempo);
    const nanos on =
      (nanos)((double)note->on * player.tempo + player.spread * rng_normal(rng) * NANOS_PER_MILLISECOND);
    note->on = on > 0 ? on : 0;
    note->off = note->on + length;
    note->velocity = to_velocity(80 * player.touch + player.contrast * (note->velocity - 80.0) +
                                 player.unevenness * rng_normal(rng));
  }
  for (size_t i = 0; i < count && status == STATUS_OK; i++) {
    if (notes->notes[i].off - notes->notes[i].on > 200 * NANOS_PER_MILLISECOND &&
        rng_uniform(rng) < player.ornaments) {
      status = ornament(notes, i, rng);
    }
  }
  note_list_sort(notes);
  const double more = exp(rng_between(rng, -0.7, 0.7));
  rates->bounce *= more;
  rates->brush *= more;
  rates->harmonic *= more;
  rates->ghost *= more;
  return status;
}

void vary_damage(struct note_list *damaged, struct rng *rng)
{
  const double loudness = rng_between(rng, 0.7, 1.3);
  for (size_t i = 0; i < damaged->count; i++) {
    struct note *note = &damaged->notes[i];
    if (note->damage != DAMAGE_NONE && note->damage != DAMAGE_GHOST) {
      note->velocity = (uint8_t)fmin(127, fmax(1, note->velocity * loudness));
    }
  }
}
