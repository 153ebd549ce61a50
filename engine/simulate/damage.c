/* SPDX-License-Identifier: MIT */
#include "damage.h"

#include <math.h>
#include <stdlib.h>

/* The parts of the noise simulator (corrupt.c) among themselves. */

struct burst {
  nanos begin, end;
};

struct damager {
  const struct corrupt_rates *rates;
  struct rng *rng;
  const struct note_list *notes; /* the true ones, sorted */
  nanos begin, end;              /* their span */
  bool dead[KEYS];
  double worn[KEYS];    /* share of strokes that strike twice */
  struct burst *bursts; /* owned; by time, may overlap */
  size_t burst_count;
  bool *lost;            /* (notes->count), owned */
  struct note_list made; /* owned */
};

/* corrupt_loss.c: what is lost. Sets dead, bursts and lost. Allocates. */
enum status corrupt_lose(struct damager *damager) EMEND_CHECK;
/* Does a note struck at `time` get lost whatever it is (a dead key, a burst)? */
bool corrupt_swallows(const struct damager *damager, nanos time, unsigned pitch);

/* corrupt_add.c: what is added. */
enum status corrupt_add_to_note(struct damager *damager, struct note note) EMEND_CHECK;
enum status corrupt_add_ghosts(struct damager *damager) EMEND_CHECK;

bool corrupt_happens(struct rng *rng, double probability);
/* Time to the next of events that come `rate` times a second (rate > 0), independently. */
nanos corrupt_wait(struct rng *rng, double rate);
nanos corrupt_milliseconds(struct rng *rng, double low, double high);

#define CHORD_SPREAD (30 * NANOS_PER_MILLISECOND)

static void choose_dead_keys(struct damager *damager)
{
  for (int chosen = 0; chosen < damager->rates->dead_keys;) {
    const uint32_t pitch = PITCH_LOW + rng_below(damager->rng, PITCHES);
    chosen += !damager->dead[pitch];
    damager->dead[pitch] = true;
  }
}

/* Of the keys that are played. */
static void choose_worn_keys(struct damager *damager)
{
  const struct note_list *notes = damager->notes;
  for (int i = 0; i < damager->rates->worn_keys && notes->count > 0; i++) {
    const struct note *note = &notes->notes[rng_below(damager->rng, (uint32_t)notes->count)];
    if (note_is_decidable(note->channel, note->pitch)) {
      damager->worn[note->pitch] = rng_between(damager->rng, 0.1, 0.5);
    }
  }
}

static enum status add_burst(struct damager *damager, struct burst burst)
{
  struct burst *bursts = realloc(damager->bursts, (damager->burst_count + 1) * sizeof *bursts);
  if (bursts == NULL) {
    return STATUS_NO_MEMORY;
  }
  damager->bursts = bursts;
  damager->bursts[damager->burst_count++] = burst;
  return STATUS_OK;
}

static enum status choose_bursts(struct damager *damager)
{
  const double rate = damager->rates->drop_burst / 60;
  if (rate <= 0) {
    return STATUS_OK;
  }
  enum status status = STATUS_OK;
  nanos time = damager->begin + corrupt_wait(damager->rng, rate);
  while (time < damager->end && status == STATUS_OK) {
    status = add_burst(damager, (struct burst){time, time + corrupt_milliseconds(damager->rng, 50, 500)});
    time += corrupt_wait(damager->rng, rate);
  }
  return status;
}

/* Is `time` within a burst? Bursts begin in order and last half a second at most. */
static bool in_burst(const struct damager *damager, nanos time)
{
  size_t low = 0;
  size_t high = damager->burst_count;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (damager->bursts[middle].begin <= time) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  for (; low > 0 && time - damager->bursts[low - 1].begin <= NANOS_PER_SECOND / 2; low--) {
    if (time < damager->bursts[low - 1].end) {
      return true;
    }
  }
  return false;
}

bool corrupt_swallows(const struct damager *damager, nanos time, unsigned pitch)
{
  return damager->dead[pitch] || in_burst(damager, time);
}

static bool is_decidable(const struct note *note)
{
  return note_is_decidable(note->channel, note->pitch);
}

/* One past the last note of the chord that begins with note `first`; *size counts its decidable notes. */
static size_t find_chord(const struct note_list *notes, size_t first, uint32_t *size)
{
  size_t end = first;
  *size = 0;
  while (end < notes->count && notes->notes[end].on - notes->notes[first].on <= CHORD_SPREAD) {
    *size += is_decidable(&notes->notes[end]);
    end++;
  }
  return end;
}

static void drop_from_chords(struct damager *damager)
{
  const struct note_list *notes = damager->notes;
  for (size_t i = 0; i < notes->count;) {
    uint32_t size = 0;
    const size_t end = is_decidable(&notes->notes[i]) ? find_chord(notes, i, &size) : i + 1;
    if (size >= 2 && corrupt_happens(damager->rng, damager->rates->drop_chord)) {
      const uint32_t half = (size + 1) / 2;
      uint32_t drop = half + rng_below(damager->rng, size - half + 1);
      for (size_t k = i; k < end; k++) { /* `drop` of `size` notes, each set equally likely */
        if (is_decidable(&notes->notes[k]) && rng_below(damager->rng, size--) < drop) {
          damager->lost[k] = true;
          drop--;
        }
      }
    }
    i = end;
  }
}

enum status corrupt_lose(struct damager *damager)
{
  const struct note_list *notes = damager->notes;
  damager->lost = calloc(notes->count + 1, sizeof *damager->lost);
  if (damager->lost == NULL) {
    return STATUS_NO_MEMORY;
  }
  choose_dead_keys(damager);
  choose_worn_keys(damager);
  const enum status status = choose_bursts(damager);
  if (status != STATUS_OK) {
    return status;
  }
  drop_from_chords(damager);
  for (size_t i = 0; i < notes->count; i++) {
    const struct note *note = &notes->notes[i];
    if (is_decidable(note) && (corrupt_happens(damager->rng, damager->rates->drop) ||
                               corrupt_swallows(damager, note->on, note->pitch))) {
      damager->lost[i] = true;
    }
  }
  return STATUS_OK;
}

static uint8_t scaled(uint8_t velocity, double ratio)
{
  return (uint8_t)fmin(127, fmax(1, round(velocity * ratio)));
}

static uint8_t softer(struct rng *rng, uint8_t velocity, double low, double high)
{
  return scaled(velocity, rng_between(rng, low, high));
}

/* e^normal: half are above `median`. */
static double log_normal(struct rng *rng, double median, double deviation)
{
  return median * exp(deviation * rng_normal(rng));
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
  const nanos closes = corrupt_milliseconds(rng, 5, 45);
  const nanos opens = (nanos)((double)closes * rng_between(rng, 0.1, 0.95));
  const nanos shortest = corrupt_milliseconds(rng, 5, 20);
  const bool within = corrupt_happens(rng, 0.3);
  struct note bounce = *note;
  bounce.on = note->on + closes;
  bounce.off = note->off > bounce.on && !within ? note->off : bounce.on + shortest;
  bounce.velocity = corrupt_happens(rng, 0.8) ? scaled(note->velocity, log_normal(rng, 0.6, 0.4))
                                              : softer(rng, note->velocity, 0.02, 0.5);
  if (note->off > note->on + opens && !within) {
    note->off = note->on + opens;
  }
  return add(damager, bounce, DAMAGE_BOUNCE);
}

/* The contact closes again as the key comes up; or in the middle of a held note, and then what follows is the
 * rest of that note. */
static enum status add_release(struct damager *damager, struct note *note)
{
  struct rng *rng = damager->rng;
  const nanos gap =
    corrupt_happens(rng, 0.5) ? corrupt_milliseconds(rng, 0, 2) : corrupt_milliseconds(rng, 1, 25);
  const nanos length = note->off - note->on;
  struct note again = *note;
  again.velocity = scaled(note->velocity, fmin(1.3, log_normal(rng, 0.27, 0.7)));
  if (length > 150 * NANOS_PER_MILLISECOND && corrupt_happens(rng, 0.5)) {
    const nanos cut = corrupt_milliseconds(rng, 60, 340);
    note->off = note->on + (cut < length * 3 / 4 ? cut : length * 3 / 4);
    again.on = note->off + gap;
  } else {
    again.on = note->off + gap;
    again.off = again.on + corrupt_milliseconds(rng, 5, 80);
  }
  return add(damager, again, DAMAGE_RELEASE);
}

static enum status add_brush(struct damager *damager, struct note note)
{
  struct rng *rng = damager->rng;
  int step = corrupt_happens(rng, 0.6) ? 1 : 2;
  if (corrupt_happens(rng, 0.5)) {
    step = -step;
  }
  if (!note_is_decidable(note.channel, (unsigned)(note.pitch + step))) {
    step = -step; /* beyond the last key: the other side */
  }
  const nanos later = corrupt_wait(rng, 100) + corrupt_wait(rng, 100); /* 20 ms on average */
  note.pitch = (uint8_t)(note.pitch + step);
  note.on += corrupt_happens(rng, 0.82) ? later : -later / 2;
  note.off = note.on + (corrupt_happens(rng, 0.65) ? corrupt_milliseconds(rng, 30, 90)
                                                   : corrupt_milliseconds(rng, 1, 170));
  note.velocity = scaled(note.velocity, log_normal(rng, 0.62, 0.75));
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
  const int near = note.pitch + (int)rng_between(rng, 2, 13) * (corrupt_happens(rng, 0.5) ? 1 : -1);
  note.pitch = corrupt_happens(rng, 0.5) && note_is_decidable(note.channel, (unsigned)near)
                 ? (uint8_t)near
                 : (uint8_t)(other + (other >= note.pitch));
  note.on += corrupt_milliseconds(rng, -10, 10);
  note.off = note.on + corrupt_milliseconds(rng, 20, 80);
  note.velocity = softer(rng, note.velocity, 0.07, 0.25);
  return add(damager, note, DAMAGE_CROSSTALK);
}

enum status corrupt_add_to_note(struct damager *damager, struct note note)
{
  const struct corrupt_rates *rates = damager->rates;
  const struct note stroke = note;
  enum status status = STATUS_OK;
  const double worn = damager->worn[note.pitch];
  if (corrupt_happens(damager->rng, rates->bounce + worn / 2)) {
    status = add_bounce(damager, &note);
  } else if (corrupt_happens(damager->rng, rates->release + worn / 2)) {
    status = add_release(damager, &note);
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
  const int near = note.pitch + (int)rng_below(rng, 29) - 14;
  const double kind = rng_uniform(rng);
  note.velocity = kind < 0.4   ? (uint8_t)(1 + rng_below(rng, 9))
                  : kind < 0.6 ? (uint8_t)(1 + rng_below(rng, 3))
                               : softer(rng, note.velocity, 0.08, 0.4);
  note.pitch = corrupt_happens(rng, 0.5) && note_is_decidable(note.channel, (unsigned)near)
                 ? (uint8_t)near
                 : (uint8_t)(PITCH_LOW + rng_below(rng, PITCHES));
  note.on = time;
  note.off = time + corrupt_milliseconds(rng, 3, corrupt_happens(rng, 0.6) ? 30 : 150);
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

enum { TURNED_VELOCITY = 64, BAND = 20 };

const struct corrupt_rates corrupt_default_rates = {
  .bounce = 0.03, .brush = 0.05, .harmonic = 0.03, .ghost = 0.3};

const struct corrupt_rates corrupt_most_rates = {.bounce = 1,
                                                 .release = 1,
                                                 .worn_keys = PITCHES,
                                                 .brush = 1,
                                                 .harmonic = 1,
                                                 .ghost = 100,
                                                 .crosstalk = 1,
                                                 .drop = 1,
                                                 .drop_chord = 1,
                                                 .drop_burst = 600,
                                                 .dead_keys = PITCHES,
                                                 .stuck = 1,
                                                 .off_to_on = 1,
                                                 .velocity_band = 1};

bool corrupt_happens(struct rng *rng, double probability)
{
  return rng_uniform(rng) < probability;
}

nanos corrupt_wait(struct rng *rng, double rate)
{
  return (nanos)(-log(1.0 - rng_uniform(rng)) / rate * (double)NANOS_PER_SECOND);
}

nanos corrupt_milliseconds(struct rng *rng, double low, double high)
{
  return (nanos)(rng_between(rng, low, high) * (double)NANOS_PER_MILLISECOND);
}

static enum status check_rate(const char *name, double rate, double most, struct error *error)
{
  if (rate >= 0 && rate <= most) {
    return STATUS_OK;
  }
  return error_set(error, STATUS_USAGE, "%s %g: the rate must lie between 0 and %g", name, rate, most);
}

static enum status check_rates(const struct corrupt_rates *rates, struct error *error)
{
  const struct corrupt_rates *most = &corrupt_most_rates;
  const struct {
    const char *name;
    double rate, most;
  } checks[] = {
    {"bounce", rates->bounce, most->bounce},
    {"release", rates->release, most->release},
    {"worn keys", rates->worn_keys, most->worn_keys},
    {"brush", rates->brush, most->brush},
    {"harmonic", rates->harmonic, most->harmonic},
    {"ghost", rates->ghost, most->ghost},
    {"crosstalk", rates->crosstalk, most->crosstalk},
    {"drop", rates->drop, most->drop},
    {"drop chord", rates->drop_chord, most->drop_chord},
    {"drop burst", rates->drop_burst, most->drop_burst},
    {"dead keys", rates->dead_keys, most->dead_keys},
    {"stuck", rates->stuck, most->stuck},
    {"off to on", rates->off_to_on, most->off_to_on},
    {"velocity band", rates->velocity_band, most->velocity_band},
  };
  enum status status = STATUS_OK;
  for (size_t i = 0; i < sizeof checks / sizeof *checks && status == STATUS_OK; i++) {
    status = check_rate(checks[i].name, checks[i].rate, checks[i].most, error);
  }
  return status;
}

static void find_span(struct damager *damager)
{
  const struct note_list *notes = damager->notes;
  damager->begin = notes->count > 0 ? notes->notes[0].on : 0;
  damager->end = damager->begin;
  for (size_t i = 0; i < notes->count; i++) {
    if (notes->notes[i].off > damager->end) {
      damager->end = notes->notes[i].off;
    }
  }
}

/* Keep the survivors, each with what it brings about. */
static enum status strike_notes(struct damager *damager)
{
  enum status status = STATUS_OK;
  for (size_t i = 0; i < damager->notes->count && status == STATUS_OK; i++) {
    const struct note note = damager->notes->notes[i];
    if (!note_is_decidable(note.channel, note.pitch)) {
      status = note_list_add(&damager->made, note);
    } else if (!damager->lost[i]) {
      status = corrupt_add_to_note(damager, note);
    }
  }
  return status;
}

/* `next` is when the note's key is struck again, or the end of the take. */
static enum status damage_protocol_of(struct damager *damager, size_t index, nanos next)
{
  struct note *note = &damager->made.notes[index];
  const bool stuck = corrupt_happens(damager->rng, damager->rates->stuck);
  const bool turned = corrupt_happens(damager->rng, damager->rates->off_to_on);
  if (next <= note->off) {
    return STATUS_OK;
  }
  if (stuck) {
    note->off = next;
  } else if (turned) {
    struct note stray = *note;
    stray.on = note->off;
    stray.off = next;
    stray.velocity = TURNED_VELOCITY;
    stray.damage = DAMAGE_STRAY;
    return note_list_add(&damager->made, stray);
  }
  return STATUS_OK;
}

static enum status damage_protocol(struct damager *damager)
{
  nanos next[CHANNELS][KEYS];
  for (int channel = 0; channel < CHANNELS; channel++) {
    for (int pitch = 0; pitch < KEYS; pitch++) {
      next[channel][pitch] = damager->end;
    }
  }
  note_list_sort(&damager->made);
  enum status status = STATUS_OK;
  for (size_t i = damager->made.count; i-- > 0 && status == STATUS_OK;) {
    const struct note note = damager->made.notes[i];
    if (note_is_decidable(note.channel, note.pitch) && note.damage == DAMAGE_NONE) {
      status = damage_protocol_of(damager, i, next[note.channel][note.pitch]);
    }
    next[note.channel][note.pitch] = note.on;
  }
  return status;
}

static void damage_velocities(struct damager *damager)
{
  uint8_t below[KEYS] = {0}; /* the band's lower edge; 0: none */
  for (int pitch = PITCH_LOW; pitch <= PITCH_HIGH; pitch++) {
    const bool hit = corrupt_happens(damager->rng, damager->rates->velocity_band);
    below[pitch] = hit ? (uint8_t)(1 + rng_below(damager->rng, 127 - BAND - 1)) : 0;
  }
  for (size_t i = 0; i < damager->made.count; i++) {
    struct note *note = &damager->made.notes[i];
    const int low = below[note->pitch];
    const int high = low + BAND + 1;
    if (low > 0 && note_is_decidable(note->channel, note->pitch) && note->velocity > low &&
        note->velocity < high) {
      note->velocity = (uint8_t)(note->velocity - low <= high - note->velocity ? low : high);
    }
  }
}

static enum status damage(struct damager *damager)
{
  find_span(damager);
  enum status status = corrupt_lose(damager);
  if (status == STATUS_OK) {
    status = strike_notes(damager);
  }
  if (status == STATUS_OK) {
    status = corrupt_add_ghosts(damager);
  }
  if (status == STATUS_OK) {
    status = damage_protocol(damager);
  }
  if (status == STATUS_OK) {
    damage_velocities(damager);
  }
  return status;
}

enum status corrupt_notes(const struct note_list *notes, const struct corrupt_rates *rates, struct rng *rng,
                          struct note_list *out, struct error *error)
{
  enum status status = check_rates(rates, error);
  if (status != STATUS_OK) {
    return status;
  }
  struct damager damager = {.rates = rates, .rng = rng, .notes = notes};
  const size_t before = out->count;
  status = damage(&damager);
  for (size_t i = 0; i < damager.made.count && status == STATUS_OK; i++) {
    status = note_list_add(out, damager.made.notes[i]);
  }
  free(damager.bursts);
  free(damager.lost);
  note_list_free(&damager.made);
  if (status != STATUS_OK) {
    out->count = before;
    return error_set(error, status, "out of memory while damaging a take");
  }
  note_list_sort(out);
  return STATUS_OK;
}

void corrupt_cells(uint8_t *cells, size_t count, double probability, struct rng *rng)
{
  for (size_t i = 0; i < count; i++) {
    if (cells[i] == 0) {
      cells[i] = corrupt_happens(rng, probability);
    }
  }
}
