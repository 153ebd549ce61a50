/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "smf_build.h"
#include "smf_patch.h"

#define NO_EVENT SMF_NO_EVENT

enum { VELOCITY_PREFIX = 88 };

/* One key of a track. */
struct key {
  uint32_t first, last; /* note-ons that sound, linked by `next`; NO_EVENT: none */
  uint32_t kept;        /* the last note-on that stays; NO_EVENT: none */
  uint32_t strays;      /* note-offs since that end nothing, linked by `next` */
  uint32_t touched;     /* the next such key of the track, as channel * KEYS + pitch */
};

struct remover {
  const struct smf *smf;
  uint8_t *removed;
  uint32_t *off;  /* (event_count) of a note-on, what ends it; of a kept one, what will */
  uint32_t *next; /* (event_count) */
  struct key keys[CHANNELS * KEYS];
  uint32_t touched; /* the first */
  struct smf_handed *handed;
  size_t handed_count, handed_capacity;
};

static struct key *key_of(struct remover *remover, const uint8_t *bytes)
{
  const uint32_t index = (bytes[0] & 0x0Fu) * KEYS + bytes[1];
  struct key *key = &remover->keys[index];
  if (key->touched == NO_EVENT) {
    *key = (struct key){NO_EVENT, NO_EVENT, NO_EVENT, NO_EVENT, remover->touched};
    remover->touched = index;
  }
  return key;
}

static void forget_keys(struct remover *remover)
{
  while (remover->touched != CHANNELS * KEYS) {
    struct key *key = &remover->keys[remover->touched];
    remover->touched = key->touched;
    key->touched = NO_EVENT;
  }
}

/* --- Which note-off ends which note-on --- */

static void pair_on(struct remover *remover, struct key *key, uint32_t event)
{
  remover->off[event] = NO_EVENT;
  remover->next[event] = NO_EVENT;
  if (key->first == NO_EVENT) {
    key->first = event;
  } else {
    remover->next[key->last] = event;
  }
  key->last = event;
}

/* A note-off's own entry says whether it ends a note: which one, or NO_EVENT. */
static void pair_off(struct remover *remover, struct key *key, uint32_t event)
{
  remover->off[event] = key->first;
  if (key->first != NO_EVENT) {
    remover->off[key->first] = event;
    key->first = remover->next[key->first];
  }
}

static void pair_track(struct remover *remover, const struct smf_tracks *tracks, int track)
{
  for (size_t i = tracks->start[track]; i < tracks->start[track + 1]; i++) {
    const uint32_t index = (uint32_t)tracks->order[i];
    const struct smf_event *event = &remover->smf->events[index];
    if (message_is_note_on(event->bytes, event->size)) {
      pair_on(remover, key_of(remover, event->bytes), index);
    } else if (message_is_note_off(event->bytes, event->size)) {
      pair_off(remover, key_of(remover, event->bytes), index);
    }
  }
  forget_keys(remover);
}

/* --- What goes with a stroke --- */

static enum status add_handed(struct remover *remover, struct smf_handed handed)
{
  if (remover->handed_count == remover->handed_capacity) {
    const size_t capacity = remover->handed_capacity == 0 ? 64 : 2 * remover->handed_capacity;
    struct smf_handed *list = realloc(remover->handed, capacity * sizeof *list);
    if (list == NULL) {
      return STATUS_NO_MEMORY;
    }
    remover->handed = list;
    remover->handed_capacity = capacity;
  }
  remover->handed[remover->handed_count++] = handed;
  return STATUS_OK;
}

/* Does the stroke go on with the note that was kept before it, and last longer? */
static bool carries_on(const struct remover *remover, const struct key *key, uint32_t stroke)
{
  const struct smf_event *events = remover->smf->events;
  if (key->kept == NO_EVENT || remover->off[key->kept] == NO_EVENT ||
      events[remover->off[stroke]].tick <= events[remover->off[key->kept]].tick) {
    return false;
  }
  const nanos since_stroke = events[stroke].time - events[key->kept].time;
  const nanos since_release = events[stroke].time - events[remover->off[key->kept]].time;
  return since_release <= SMF_HAND_ON || since_stroke <= SMF_BOUNCE;
}

static enum status remove_stroke(struct remover *remover, struct key *key, uint32_t stroke)
{
  const uint32_t off = remover->off[stroke];
  if (off == NO_EVENT) {
    return STATUS_OK;
  }
  if (!carries_on(remover, key, stroke)) {
    remover->removed[off] = 1;
    return STATUS_OK;
  }
  const struct smf_handed handed = {key->kept, remover->off[key->kept], off};
  remover->removed[handed.was] = 1;
  remover->off[key->kept] = off;
  /* Between its old end and its new one nothing may end the kept note. */
  for (; key->strays != NO_EVENT; key->strays = remover->next[key->strays]) {
    remover->removed[key->strays] = 1;
  }
  return add_handed(remover, handed);
}

static enum status visit_note(struct remover *remover, const struct smf_event *event, uint32_t index)
{
  struct key *key = key_of(remover, event->bytes);
  enum status status = STATUS_OK;
  if (!message_is_note_on(event->bytes, event->size)) {
    if (remover->off[index] == NO_EVENT) {
      remover->next[index] = key->strays;
      key->strays = index;
    }
  } else if (remover->removed[index]) {
    status = remove_stroke(remover, key, index);
  } else {
    key->kept = index;
    key->strays = NO_EVENT;
  }
  return status;
}

static enum status visit_track(struct remover *remover, const struct smf_tracks *tracks, int track)
{
  enum status status = STATUS_OK;
  for (size_t i = tracks->start[track]; i < tracks->start[track + 1] && status == STATUS_OK; i++) {
    const uint32_t index = (uint32_t)tracks->order[i];
    const struct smf_event *event = &remover->smf->events[index];
    if (message_is_note_on(event->bytes, event->size) || message_is_note_off(event->bytes, event->size)) {
      status = visit_note(remover, event, index);
    }
  }
  forget_keys(remover);
  return status;
}

static enum status remove_all(struct remover *remover)
{
  struct smf_tracks tracks;
  enum status status = smf_tracks_find(&tracks, remover->smf);
  if (status != STATUS_OK) {
    return status;
  }
  for (int track = 0; track < remover->smf->track_count && status == STATUS_OK; track++) {
    pair_track(remover, &tracks, track);
    status = visit_track(remover, &tracks, track);
  }
  smf_tracks_free(&tracks);
  return status;
}

/* `off` becomes the remover's. */
static enum status begin(struct remover **result, const struct smf *smf, uint8_t *removed, uint32_t *off)
{
  struct remover *remover = calloc(1, sizeof *remover);
  *result = remover;
  if (remover == NULL || smf->event_count >= NO_EVENT) {
    return STATUS_NO_MEMORY;
  }
  remover->smf = smf;
  remover->removed = removed;
  remover->off = off;
  remover->next = malloc((smf->event_count + 1) * sizeof *remover->next);
  for (int i = 0; i < CHANNELS * KEYS; i++) {
    remover->keys[i].touched = NO_EVENT;
  }
  remover->touched = CHANNELS * KEYS;
  return remover->next != NULL ? STATUS_OK : STATUS_NO_MEMORY;
}

static void finish(struct remover *remover)
{
  if (remover != NULL) {
    free(remover->next);
    free(remover->handed);
    free(remover);
  }
}

enum status smf_pair_notes(const struct smf *smf, uint32_t *off, struct error *error)
{
  struct remover *remover;
  struct smf_tracks tracks = {NULL, NULL};
  enum status status = begin(&remover, smf, NULL, off);
  if (status == STATUS_OK) {
    status = smf_tracks_find(&tracks, smf);
  }
  for (int track = 0; track < smf->track_count && status == STATUS_OK; track++) {
    pair_track(remover, &tracks, track);
  }
  smf_tracks_free(&tracks);
  finish(remover);
  return status == STATUS_OK ? status
                             : error_set(error, status, "out of memory while reading the notes of a MIDI file");
}

/* Backwards through each track: the next note message of its channel decides about a prefix. */
static void remove_track_prefixes(const struct smf *smf, const struct smf_tracks *tracks, int track,
                                  uint8_t *removed)
{
  bool goes[CHANNELS] = {false};
  for (size_t i = tracks->start[track + 1]; i-- > tracks->start[track];) {
    const size_t index = tracks->order[i];
    const struct smf_event *event = &smf->events[index];
    bool *next_goes = &goes[event->bytes[0] & 0x0F];
    if (event->kind != SMF_CHANNEL) {
      continue;
    }
    if ((event->bytes[0] & 0xE0) == MIDI_NOTE_OFF) { /* or note-on */
      *next_goes = removed[index] != 0;
    } else if ((event->bytes[0] & 0xF0) == MIDI_CONTROL && event->bytes[1] == VELOCITY_PREFIX && *next_goes) {
      removed[index] = 1;
    }
  }
}

enum status smf_remove_prefixes(const struct smf *smf, uint8_t *removed)
{
  struct smf_tracks tracks;
  const enum status status = smf_tracks_find(&tracks, smf);
  for (int track = 0; track < smf->track_count && status == STATUS_OK; track++) {
    remove_track_prefixes(smf, &tracks, track, removed);
  }
  if (status == STATUS_OK) {
    smf_tracks_free(&tracks);
  }
  return status;
}

enum status smf_remove_notes(const struct smf *smf, uint8_t *removed, struct smf_handed **handed,
                             size_t *handed_count, struct error *error)
{
  uint32_t *off = malloc((smf->event_count + 1) * sizeof *off);
  struct remover *remover = NULL;
  enum status status = off != NULL ? begin(&remover, smf, removed, off) : STATUS_NO_MEMORY;
  if (status == STATUS_OK) {
    status = remove_all(remover);
  }
  if (status == STATUS_OK) {
    status = smf_remove_prefixes(smf, removed);
  }
  if (status == STATUS_OK && handed != NULL) {
    *handed = remover->handed;
    *handed_count = remover->handed_count;
    remover->handed = NULL;
  }
  finish(remover);
  free(off);
  return status == STATUS_OK ? status
                             : error_set(error, status, "out of memory while removing notes from a MIDI file");
}
