#include "corrupt_parts.h"

#include <math.h>

static uint8_t softer(struct rng *rng, uint8_t velocity, double low, double high)
{
  const long scaled = lround(velocity * rng_between(rng, low, high));
  return (uint8_t)(scaled < 1 ? 1 : scaled);
}

/* Add a note that was not played, unless a dead key or a burst takes it too. */
static enum status add(struct damager *damager, struct note note, enum damage kind)
{
  if (note.on < 0) {
    note.off -= note.on;
    note.on = 0;
  }
  note.damage = (uint8_t)kind;
  return corrupt_swallows(damager, note.on, note.pitch) ? STATUS_OK : note_list_add(&damager->made, note);
}

/* The contact opens for a moment and closes again: on, off, on, off. */
static enum status add_bounce(struct damager *damager, struct note *note)
{
  struct rng *rng = damager->rng;
  const nanos closes = corrupt_milliseconds(rng, 5, 40);
  const nanos opens = (nanos)((double)closes * rng_between(rng, 0.2, 0.9));
  const nanos shortest = corrupt_milliseconds(rng, 5, 20);
  struct note bounce = *note;
  bounce.on = note->on + closes;
  bounce.off = note->off > bounce.on ? note->off : bounce.on + shortest;
  bounce.velocity = softer(rng, note->velocity, 0.4, 1.0);
  if (note->off > note->on + opens) {
    note->off = note->on + opens;
  }
  return add(damager, bounce, DAMAGE_BOUNCE);
}

static enum status add_brush(struct damager *damager, struct note note)
{
  struct rng *rng = damager->rng;
  int step = 1 + (int)rng_below(rng, 2);
  if (corrupt_happens(rng, 0.5)) {
    step = -step;
  }
  if (!note_is_decidable(note.channel, (unsigned)(note.pitch + step))) {
    step = -step; /* beyond the last key: the other side */
  }
  note.pitch = (uint8_t)(note.pitch + step);
  note.on += corrupt_milliseconds(rng, -25, 25);
  note.off = note.on + corrupt_milliseconds(rng, 20, 80);
  note.velocity = softer(rng, note.velocity, 0.2, 0.8);
  return add(damager, note, DAMAGE_BRUSH);
}

static enum status add_harmonic(struct damager *damager, struct note note)
{
  static const uint8_t steps[] = {12, 19, 24, 7};
  struct rng *rng = damager->rng;
  note.pitch = (uint8_t)(note.pitch + steps[rng_below(rng, sizeof steps)]);
  note.on += corrupt_milliseconds(rng, 0, 30);
  note.off = note.on + corrupt_milliseconds(rng, 50, 300);
  note.velocity = softer(rng, note.velocity, 0.3, 1.0);
  return note.pitch > PITCH_HIGH ? STATUS_OK : add(damager, note, DAMAGE_HARMONIC);
}

static enum status add_crosstalk(struct damager *damager, struct note note)
{
  struct rng *rng = damager->rng;
  const uint32_t other = PITCH_LOW + rng_below(rng, PITCHES - 1);
  note.pitch = (uint8_t)(other + (other >= note.pitch));
  note.on += corrupt_milliseconds(rng, -10, 10);
  note.off = note.on + corrupt_milliseconds(rng, 20, 80);
  note.velocity = softer(rng, note.velocity, 0.1, 0.2);
  return add(damager, note, DAMAGE_CROSSTALK);
}

enum status corrupt_add_to_note(struct damager *damager, struct note note)
{
  const struct corrupt_rates *rates = damager->rates;
  const struct note stroke = note;
  enum status status = STATUS_OK;
  if (corrupt_happens(damager->rng, rates->bounce)) {
    status = add_bounce(damager, &note);
  }
  if (status == STATUS_OK) {
    status = note_list_add(&damager->made, note);
  }
  if (status == STATUS_OK && corrupt_happens(damager->rng, rates->brush)) {
    status = add_brush(damager, stroke);
  }
  if (status == STATUS_OK && corrupt_happens(damager->rng, rates->harmonic)) {
    status = add_harmonic(damager, stroke);
  }
  if (status == STATUS_OK && corrupt_happens(damager->rng, rates->crosstalk)) {
    status = add_crosstalk(damager, stroke);
  }
  return status;
}

static enum status add_ghost(struct damager *damager, struct note note, nanos time)
{
  struct rng *rng = damager->rng;
  const uint32_t loudest = corrupt_happens(rng, 0.5) ? 9 : 3; /* soft, or a spike */
  note.pitch = (uint8_t)(PITCH_LOW + rng_below(rng, PITCHES));
  note.on = time;
  note.off = time + corrupt_milliseconds(rng, 3, 30);
  note.velocity = (uint8_t)(1 + rng_below(rng, loudest));
  return add(damager, note, DAMAGE_GHOST);
}

/* A ghost appears on the channel and track that were played last. */
enum status corrupt_add_ghosts(struct damager *damager)
{
  const struct note_list *notes = damager->notes;
  const double rate = damager->rates->ghost;
  const struct note *played = NULL;
  size_t next = 0;
  if (rate <= 0) {
    return STATUS_OK;
  }
  enum status status = STATUS_OK;
  nanos time = damager->begin + corrupt_wait(damager->rng, rate);
  while (time < damager->end && status == STATUS_OK) {
    for (; next < notes->count && (played == NULL || notes->notes[next].on <= time); next++) {
      const struct note *note = &notes->notes[next];
      played = note_is_decidable(note->channel, note->pitch) ? note : played;
    }
    if (played == NULL) {
      return STATUS_OK;
    }
    status = add_ghost(damager, *played, time);
    time += corrupt_wait(damager->rng, rate);
  }
  return status;
}
