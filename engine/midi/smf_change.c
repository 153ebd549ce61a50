/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "smf_build.h"
#include "smf_patch.h"

/* A note of the file or one that is wanted, by what makes it the same. */
struct stroke {
  struct note note;
  uint32_t on; /* its event; SMF_NO_EVENT: it is wanted */
  bool taken;
};

struct change {
  const struct smf *smf;
  uint32_t *off; /* (event_count) owned, as smf_pair_notes gives it */
  uint8_t *removed, *velocity;
  struct stroke *old, *wanted; /* sorted; owned */
  size_t old_count, wanted_count;
  struct smf_insertion *insertions; /* owned */
  size_t insertion_count;
};

static int compare_places(const struct note *a, const struct note *b)
{
  if (a->track != b->track) {
    return a->track < b->track ? -1 : 1;
  }
  if (a->channel != b->channel) {
    return a->channel < b->channel ? -1 : 1;
  }
  if (a->pitch != b->pitch) {
    return a->pitch < b->pitch ? -1 : 1;
  }
  return (a->on > b->on) - (a->on < b->on);
}

static int compare_notes(const struct note *a, const struct note *b)
{
  const int places = compare_places(a, b);
  if (places != 0) {
    return places;
  }
  if (a->off != b->off) {
    return a->off < b->off ? -1 : 1;
  }
  return (a->velocity > b->velocity) - (a->velocity < b->velocity);
}

static int compare_strokes(const void *left, const void *right)
{
  const struct stroke *a = left;
  const struct stroke *b = right;
  return compare_notes(&a->note, &b->note);
}

static void sort(struct stroke *strokes, size_t count)
{
  if (count > 1) {
    qsort(strokes, count, sizeof *strokes, compare_strokes);
  }
}

/* --- What there is, and what is wanted --- */

static void list_old(struct change *change)
{
  const struct smf *smf = change->smf;
  for (size_t i = 0; i < smf->event_count; i++) {
    const struct smf_event *event = &smf->events[i];
    if (!message_is_note_on(event->bytes, event->size)) {
      continue;
    }
    const uint32_t off = change->off[i];
    const struct note note = {.on = event->time,
                              .off = off != SMF_NO_EVENT
                                       ? smf->events[off].time
                                       : smf_track_time(smf, event->track, smf->track_end[event->track]),
                              .channel = event->bytes[0] & 0x0F,
                              .pitch = event->bytes[1],
                              .velocity = event->bytes[2],
                              .track = event->track};
    change->old[change->old_count++] = (struct stroke){note, (uint32_t)i, false};
  }
  sort(change->old, change->old_count);
}

static void list_wanted(struct change *change, const struct note_list *notes)
{
  for (size_t i = 0; i < notes->count; i++) {
    change->wanted[change->wanted_count++] = (struct stroke){notes->notes[i], SMF_NO_EVENT, false};
  }
  sort(change->wanted, change->wanted_count);
}

/* --- Changes --- */

static void insert(struct change *change, const struct note *note, uint64_t tick, bool before,
                   const uint8_t bytes[3])
{
  struct smf_insertion *insertion = &change->insertions[change->insertion_count++];
  *insertion = (struct smf_insertion){.tick = tick, .track = note->track, .before = before};
  memcpy(insertion->bytes, bytes, 3);
}

static void insert_off(struct change *change, const struct note *note, const uint8_t bytes[3])
{
  const uint64_t on = smf_track_tick(change->smf, note->track, note->on);
  const uint64_t off = smf_track_tick(change->smf, note->track, note->off);
  insert(change, note, off > on ? off : on, off > on, bytes);
}

static void come(struct change *change, const struct note *note)
{
  const uint8_t on[] = {(uint8_t)(MIDI_NOTE_ON | note->channel), note->pitch, note->velocity};
  const uint8_t off[] = {(uint8_t)(MIDI_NOTE_OFF | note->channel), note->pitch, MIDI_OFF_VELOCITY};
  insert(change, note, smf_track_tick(change->smf, note->track, note->on), false, on);
  insert_off(change, note, off);
}

static void go(struct change *change, const struct stroke *stroke)
{
  change->removed[stroke->on] = 1;
  if (change->off[stroke->on] != SMF_NO_EVENT) {
    change->removed[change->off[stroke->on]] = 1;
  }
}

static void stay(struct change *change, const struct stroke *old, const struct note *wanted)
{
  const uint8_t made[] = {(uint8_t)(MIDI_NOTE_OFF | wanted->channel), wanted->pitch, MIDI_OFF_VELOCITY};
  const uint32_t off = change->off[old->on];
  if (wanted->velocity != old->note.velocity) {
    change->velocity[old->on] = wanted->velocity;
  }
  if (wanted->off == old->note.off) {
    return;
  }
  if (off != SMF_NO_EVENT) {
    change->removed[off] = 1;
  }
  insert_off(change, wanted, off != SMF_NO_EVENT ? change->smf->events[off].bytes : made);
}

/* Strokes of one place, old[0..old_count) and wanted[0..wanted_count): equal ones first, then in order. */
static void match(struct change *change, struct stroke *old, size_t old_count, struct stroke *wanted,
                  size_t wanted_count)
{
  for (size_t i = 0, k = 0; i < old_count && k < wanted_count;) {
    const int order = compare_notes(&old[i].note, &wanted[k].note);
    old[i].taken = old[i].taken || order == 0;
    wanted[k].taken = wanted[k].taken || order == 0;
    i += order <= 0;
    k += order >= 0;
  }
  size_t next = 0;
  for (size_t k = 0; k < wanted_count; k++) {
    if (wanted[k].taken) {
      continue;
    }
    while (next < old_count && old[next].taken) {
      next++;
    }
    if (next == old_count) {
      come(change, &wanted[k].note);
      continue;
    }
    stay(change, &old[next], &wanted[k].note);
    old[next].taken = true;
  }
  for (size_t i = 0; i < old_count; i++) {
    if (!old[i].taken) {
      go(change, &old[i]);
    }
  }
}

static size_t group_size(const struct stroke *strokes, size_t count, const struct note *place)
{
  size_t size = 0;
  while (size < count && compare_places(&strokes[size].note, place) == 0) {
    size++;
  }
  return size;
}

/* The first of the notes not yet matched, by its place. There is one. */
static struct note next_place(const struct change *change, size_t old, size_t wanted)
{
  if (old == change->old_count) {
    return change->wanted[wanted].note;
  }
  if (wanted == change->wanted_count) {
    return change->old[old].note;
  }
  const struct note *a = &change->old[old].note;
  const struct note *b = &change->wanted[wanted].note;
  return compare_places(a, b) <= 0 ? *a : *b;
}

static void match_all(struct change *change)
{
  size_t i = 0, k = 0;
  while (i < change->old_count || k < change->wanted_count) {
    const struct note place = next_place(change, i, k);
    const size_t olds = group_size(change->old + i, change->old_count - i, &place);
    const size_t wanteds = group_size(change->wanted + k, change->wanted_count - k, &place);
    match(change, change->old + i, olds, change->wanted + k, wanteds);
    i += olds;
    k += wanteds;
  }
}

static int compare_insertions(const void *left, const void *right)
{
  const struct smf_insertion *a = left;
  const struct smf_insertion *b = right;
  if (a->track != b->track) {
    return a->track < b->track ? -1 : 1;
  }
  if (a->tick != b->tick) {
    return a->tick < b->tick ? -1 : 1;
  }
  if (a->before != b->before) {
    return a->before ? -1 : 1;
  }
  const bool on = message_is_note_on(a->bytes, 3); /* of a note without length the note-on comes first */
  return on != message_is_note_on(b->bytes, 3) ? (on ? -1 : 1) : memcmp(a->bytes, b->bytes, 3);
}

/* --- All of it --- */

static enum status begin(struct change *change, const struct note_list *notes)
{
  const size_t events = change->smf->event_count;
  change->off = malloc((events + 1) * sizeof *change->off);
  change->removed = calloc(2 * events + 1, 1);
  change->velocity = change->removed != NULL ? change->removed + events : NULL;
  change->old = malloc((events + 1) * sizeof *change->old);
  change->wanted = malloc((notes->count + 1) * sizeof *change->wanted);
  change->insertions = malloc((2 * notes->count + 1) * sizeof *change->insertions);
  return change->off != NULL && change->removed != NULL && change->old != NULL && change->wanted != NULL &&
             change->insertions != NULL
           ? STATUS_OK
           : STATUS_NO_MEMORY;
}

static void finish(struct change *change)
{
  free(change->off);
  free(change->removed);
  free(change->old);
  free(change->wanted);
  free(change->insertions);
}

static enum status make(struct change *change, const struct note_list *notes, struct error *error)
{
  enum status status = begin(change, notes);
  if (status != STATUS_OK) {
    return error_set(error, status, "out of memory while changing the notes of a MIDI file");
  }
  status = smf_pair_notes(change->smf, change->off, error);
  if (status != STATUS_OK) {
    return status;
  }
  list_old(change);
  list_wanted(change, notes);
  match_all(change);
  if (change->insertion_count > 1) {
    qsort(change->insertions, change->insertion_count, sizeof *change->insertions, compare_insertions);
  }
  status = smf_remove_prefixes(change->smf, change->removed);
  return status == STATUS_OK ? status : error_set(error, status, "out of memory while changing a MIDI file");
}

enum status smf_change_notes(const struct smf *smf, const uint8_t *data, size_t size,
                             const struct note_list *notes, uint8_t **out, size_t *out_size,
                             struct error *error)
{
  struct change change = {.smf = smf};
  *out = NULL;
  *out_size = 0;
  enum status status = make(&change, notes, error);
  if (status == STATUS_OK) {
    const struct smf_patch patch = {.removed = change.removed,
                                    .velocity = change.velocity,
                                    .insertions = change.insertions,
                                    .insertion_count = change.insertion_count,
                                    .last_tick = UINT64_MAX};
    status = smf_patch(smf, data, size, &patch, out, out_size, error);
  }
  finish(&change);
  return status;
}
