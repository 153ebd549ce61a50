/* SPDX-License-Identifier: MIT */
/* Where and how an added note is struck: on the take's own feel. */
#include <stdlib.h>

#include "fill_run.h"

#define NEAR_TIME (NANOS_PER_SECOND * 3 / 2) /* what is played around a note */
#define SNAP (30 * NANOS_PER_MILLISECOND)    /* to a chord that was played */
#define SHORTEST (30 * NANOS_PER_MILLISECOND)

enum { NEIGHBOURS_MAX = 64, VELOCITY_USUAL = 64 };

/* Notes that end before `time` may last until then at most this long; enough to look back. */
static const nanos LOOK_BACK = 20 * NANOS_PER_SECOND;

size_t fill_first_from(const struct note_list *played, nanos time)
{
  size_t low = 0;
  size_t high = played->count;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (played->notes[middle].on < time) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/* The played note of that pitch struck nearest to `time`, within `reach`; NULL: none. */
static const struct note *nearest(const struct note_list *played, int pitch, nanos time, nanos reach)
{
  const struct note *found = NULL;
  for (size_t i = fill_first_from(played, time - reach);
       i < played->count && played->notes[i].on <= time + reach; i++) {
    const struct note *note = &played->notes[i];
    if ((pitch < 0 || note->pitch == pitch) &&
        (found == NULL || llabs(note->on - time) < llabs(found->on - time))) {
      found = note;
    }
  }
  return found;
}

static int compare_nanos(const void *a, const void *b)
{
  const nanos x = *(const nanos *)a;
  const nanos y = *(const nanos *)b;
  return (x > y) - (x < y);
}

/* How the playing around `time` stands to the match's: later by the median of the pairs of notes, and louder by
 * the ratio of their velocities. */
struct feel {
  nanos later;
  double louder;
};

static struct feel compare_feel(const struct fill_run *run, nanos time, nanos shift)
{
  const struct note_list *played = run->played;
  nanos later[NEIGHBOURS_MAX];
  int count = 0;
  double here = 0;
  double there = 0;
  for (size_t i = fill_first_from(played, time - NEAR_TIME);
       i < played->count && played->notes[i].on <= time + NEAR_TIME && count < NEIGHBOURS_MAX; i++) {
    const struct note *note = &played->notes[i];
    const struct note *pair = nearest(played, note->pitch, note->on + shift, run->frame * 3 / 2);
    if (pair != NULL) {
      later[count++] = note->on - (pair->on - shift);
      here += note->velocity;
      there += pair->velocity;
    }
  }
  if (count == 0) {
    return (struct feel){0, 1};
  }
  qsort(later, (size_t)count, sizeof *later, compare_nanos);
  return (struct feel){later[count / 2], here / there};
}

static uint8_t velocity_of(double value)
{
  return (uint8_t)(value < 1 ? 1 : value > 127 ? 127 : value);
}

/* The mean velocity and length of what is played around, near pitches first. */
static void copy_neighbours(const struct fill_run *run, int pitch, struct note *note)
{
  const struct note_list *played = run->played;
  double weights = 0;
  double velocity = 0;
  const struct note *closest = NULL;
  for (size_t i = fill_first_from(played, note->on - NEAR_TIME);
       i < played->count && played->notes[i].on <= note->on + NEAR_TIME; i++) {
    const int apart = abs(played->notes[i].pitch - pitch);
    const double weight = 1.0 / (4 + apart);
    weights += weight;
    velocity += weight * played->notes[i].velocity;
    if (closest == NULL || apart < abs(closest->pitch - pitch)) {
      closest = &played->notes[i];
    }
  }
  if (closest == NULL && played->count > 0) {
    const size_t at = fill_first_from(played, note->on);
    closest = &played->notes[at < played->count ? at : played->count - 1];
  }
  note->velocity = VELOCITY_USUAL;
  if (closest != NULL) {
    note->velocity = weights > 0 ? velocity_of(velocity / weights) : closest->velocity;
    note->channel = closest->channel;
    note->track = closest->track;
  }
}

/* The note that a match holds at the candidate's place. */
static const struct note *find_matched(const struct fill_run *run, const struct fill_candidate *candidate,
                                       nanos expected, nanos *shift)
{
  for (int k = 0; k < run->config.matches && candidate->best[k].score > 0; k++) {
    *shift = candidate->best[k].offset * run->frame;
    const struct note *note =
      nearest(run->played, candidate->pitch + PITCH_LOW, expected + *shift, run->frame * 3 / 2);
    if (note != NULL) {
      return note;
    }
  }
  return NULL;
}

/* Keep clear of notes of the same pitch, played or added. False: its place is taken. */
static bool keep_clear(struct note *note, const struct note *other)
{
  if (other->pitch != note->pitch) {
    return true;
  }
  if (other->on <= note->on + SHORTEST && other->off > note->on) {
    return false;
  }
  if (other->on > note->on && other->on < note->off) {
    note->off = other->on;
  }
  return true;
}

static bool fits(const struct fill_run *run, struct note *note)
{
  const struct note_list *played = run->played;
  for (size_t i = fill_first_from(played, note->on - LOOK_BACK);
       i < played->count && played->notes[i].on <= note->off; i++) {
    if (!keep_clear(note, &played->notes[i])) {
      return false;
    }
  }
  for (size_t i = run->result->count; i-- > 0 && run->result->notes[i].note.on > note->on - LOOK_BACK;) {
    if (!keep_clear(note, &run->result->notes[i].note)) {
      return false;
    }
  }
  return true;
}

static enum status add(struct fill_result *result, struct fill_note note)
{
  if (result->count == result->capacity) {
    const size_t more = result->capacity == 0 ? 64 : 2 * result->capacity;
    struct fill_note *grown = realloc(result->notes, more * sizeof *grown);
    if (grown == NULL) {
      return STATUS_NO_MEMORY;
    }
    result->notes = grown;
    result->capacity = more;
  }
  result->notes[result->count++] = note;
  return STATUS_OK;
}

enum status fill_place(struct fill_run *run, const struct fill_candidate *candidate)
{
  const bool rolls = run->config.frame.unit == FRAME_BEATS;
  const double place = rolls ? candidate->t : candidate->t + 0.5 + candidate->centre;
  const nanos expected = (nanos)(place * (double)run->frame);
  struct fill_note added = {.probability = candidate->probability, .reason = candidate->reason};
  struct note *note = &added.note;
  *note = (struct note){.on = expected, .pitch = (uint8_t)(candidate->pitch + PITCH_LOW)};
  copy_neighbours(run, note->pitch, note);
  nanos length = candidate->lasting * run->frame;
  nanos shift;
  const struct note *source = find_matched(run, candidate, expected, &shift);
  if (source != NULL) {
    const struct feel feel = compare_feel(run, expected, shift);
    note->on = source->on - shift + feel.later;
    note->velocity = velocity_of(source->velocity * feel.louder);
    note->channel = source->channel;
    note->track = source->track;
    length = source->off - source->on;
    added.matched = true;
    added.copied_from = source->on;
  }
  const struct note *chord =
    nearest(run->played, -1, note->on, rolls || source == NULL ? run->frame / 2 : SNAP);
  if (chord != NULL) {
    note->on = chord->on;
  }
  note->on = note->on < candidate->earliest ? candidate->earliest : note->on;
  note->on = note->on > candidate->latest ? candidate->latest : note->on;
  note->off = note->on + (length > SHORTEST ? length : SHORTEST);
  return fits(run, note) ? add(run->result, added) : STATUS_OK;
}
