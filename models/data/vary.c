/* SPDX-License-Identifier: MIT */
#include "vary.h"

#include <math.h>

enum { TRILL_NOTES_MAX = 12 };

static uint8_t to_velocity(double velocity)
{
  return (uint8_t)fmin(127, fmax(1, velocity));
}

/* How this player differs. */
struct player {
  double tempo;              /* mostly faster */
  double touch, contrast;    /* level of the velocities, and how far they lie apart, both of their logs */
  double unevenness, spread; /* velocity and onset (ms), note by note */
  double ornaments;          /* share of long notes that become trills or runs */
};

static struct player draw_player(struct rng *rng)
{
  return (struct player){
    .tempo = exp(rng_between(rng, -0.9, 0.4)),
    .touch = rng_between(rng, -0.9, 0.2),
    .contrast = rng_between(rng, 0.6, 1.8),
    .unevenness = rng_between(rng, 0, 10),
    .spread = rng_between(rng, 0, 10),
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

enum status vary_take(struct note_list *notes, struct rng *rng)
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
    note->velocity = to_velocity(80 * exp(player.touch + player.contrast * log(note->velocity / 80.0)) +
                                 player.unevenness * rng_normal(rng));
  }
  for (size_t i = 0; i < count && status == STATUS_OK; i++) {
    if (notes->notes[i].off - notes->notes[i].on > 200 * NANOS_PER_MILLISECOND &&
        rng_uniform(rng) < player.ornaments) {
      status = ornament(notes, i, rng);
    }
  }
  note_list_sort(notes);
  return status;
}

#define REPEAT (70 * NANOS_PER_MILLISECOND) /* a hand repeats a key every 77 ms at most */
#define KEY_UP (12 * NANOS_PER_MILLISECOND)

void vary_one_keyboard(struct note_list *notes, struct rng *rng)
{
  size_t last[CHANNELS][KEYS];
  size_t kept = 0;
  for (int channel = 0; channel < CHANNELS; channel++) {
    for (int pitch = 0; pitch < KEYS; pitch++) {
      last[channel][pitch] = SIZE_MAX;
    }
  }
  for (size_t i = 0; i < notes->count; i++) {
    const struct note note = notes->notes[i];
    size_t *at = &last[note.channel][note.pitch];
    struct note *before = *at != SIZE_MAX ? &notes->notes[*at] : NULL;
    if (before != NULL && note.on - before->on < REPEAT) {
      before->off = note.off > before->off ? note.off : before->off;
      continue;
    }
    if (before != NULL && before->off > note.on - KEY_UP) {
      before->off = note.on - (rng_uniform(rng) < 0.5 ? KEY_UP : 0);
    }
    *at = kept;
    notes->notes[kept++] = note;
  }
  notes->count = kept;
}

/* Nothing in every second case; else anything up to `most`, small ones as likely as large ones. */
static double draw_rate(double most, struct rng *rng)
{
  const double rate = most * exp(rng_between(rng, -3.2, 0));
  return rng_uniform(rng) < 0.5 ? 0 : rate;
}

struct corrupt_rates vary_rates(const struct corrupt_rates *most, struct rng *rng)
{
  struct corrupt_rates rates = {0};
  if (rng_uniform(rng) < 0.4) {
    return rates;
  }
  rates.bounce = draw_rate(most->bounce, rng);
  rates.release = draw_rate(most->release, rng);
  rates.brush = draw_rate(most->brush, rng);
  rates.harmonic = draw_rate(most->harmonic, rng);
  rates.ghost = draw_rate(most->ghost, rng);
  rates.crosstalk = draw_rate(most->crosstalk, rng);
  rates.worn_keys = (int)lround(draw_rate(most->worn_keys, rng));
  return rates;
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
