#include "corrupt_parts.h"

#include <math.h>
#include <stdlib.h>

enum { TURNED_VELOCITY = 64, BAND = 20 };

const struct corrupt_rates corrupt_default_rates = {
  .bounce = 0.03, .brush = 0.05, .harmonic = 0.03, .ghost = 0.3};

const struct corrupt_rates corrupt_most_rates = {.bounce = 1,
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
