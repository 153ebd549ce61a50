#include "corrupt_parts.h"

#include <stdlib.h>

#define CHORD_SPREAD (30 * NANOS_PER_MILLISECOND)

static void choose_dead_keys(struct damager *damager)
{
  for (int chosen = 0; chosen < damager->rates->dead_keys;) {
    const uint32_t pitch = PITCH_LOW + rng_below(damager->rng, PITCHES);
    chosen += !damager->dead[pitch];
    damager->dead[pitch] = true;
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
