/* SPDX-License-Identifier: MIT */
#include "smf_patch.h"

#include <stdlib.h>
#include <string.h>

#include "smf_private.h"

enum {
  CHUNK_HEAD = 8,
  HEADER_SIZE = 6,
  DELTA_MAX = 0x0FFFFFFF,
  /* An insertion splits a delta time, and the event after it may have to give its status. */
  INSERTION_BYTES = 4 + 4 + 3 + 1,
};

struct patcher {
  const struct smf *smf;
  const uint8_t *data;
  const struct smf_patch *patch;
  struct smf_tracks tracks;
  size_t insertion; /* the next */
  uint8_t *out;     /* room for all */
  size_t used;
  struct error *error;
};

/* A track in the making. The source's status bytes are what the reader took them for; the standard lets SysEx
 * and meta events end running status. */
struct walk {
  int track;
  size_t at;        /* in the source */
  uint64_t tick;    /* of the source's last event */
  uint64_t written; /* of the result's last event */
  uint8_t running;  /* status in the result; 0: none */
  bool cancelled;   /* by an event since */
  bool changed;     /* something went or came since the last event of the source that stayed */
  bool touched;     /* anything did */
};

static void put(struct patcher *patcher, const uint8_t *bytes, size_t size)
{
  memcpy(patcher->out + patcher->used, bytes, size);
  patcher->used += size;
}

static enum status put_delta(struct patcher *patcher, struct walk *walk, uint64_t tick)
{
  const uint64_t delta = tick - walk->written;
  if (delta > DELTA_MAX) {
    return error_set(patcher->error, STATUS_UNSUPPORTED,
                     "removing notes would leave a silence of %llu ticks, longer than a MIDI file can hold",
                     (unsigned long long)delta);
  }
  for (int shift = 21; shift > 0; shift -= 7) {
    if (delta >> shift) {
      patcher->out[patcher->used++] = (uint8_t)(0x80 | (delta >> shift & 0x7F));
    }
  }
  patcher->out[patcher->used++] = (uint8_t)(delta & 0x7F);
  walk->written = tick;
  return STATUS_OK;
}

static size_t varlen_size(const uint8_t *bytes)
{
  size_t size = 1;
  while (bytes[size - 1] >= 0x80) {
    size++;
  }
  return size;
}

static void note_change(struct walk *walk)
{
  walk->changed = true;
  walk->touched = true;
}

static enum status put_insertion(struct patcher *patcher, struct walk *walk)
{
  const struct smf_insertion *insertion = &patcher->patch->insertions[patcher->insertion++];
  const enum status status = put_delta(patcher, walk, insertion->tick);
  if (status == STATUS_OK) {
    put(patcher, insertion->bytes, sizeof insertion->bytes);
    walk->running = insertion->bytes[0];
    walk->cancelled = false;
    note_change(walk);
  }
  return status;
}

/* What stands ahead of an event at `tick`, or of the end of the track. */
static enum status put_insertions(struct patcher *patcher, struct walk *walk, uint64_t tick, bool at_end)
{
  const struct smf_patch *patch = patcher->patch;
  enum status status = STATUS_OK;
  while (patcher->insertion < patch->insertion_count && status == STATUS_OK) {
    const struct smf_insertion *insertion = &patch->insertions[patcher->insertion];
    const bool is_due =
      at_end || insertion->tick < tick || (insertion->tick == tick && insertion->before && walk->tick < tick);
    if (insertion->track != walk->track || insertion->tick > patch->last_tick || !is_due) {
      break;
    }
    status = put_insertion(patcher, walk);
  }
  return status;
}

/* The delta time of an event that stays: as it was, unless something before it went or came. */
static enum status keep_delta(struct patcher *patcher, struct walk *walk, size_t size, uint64_t tick)
{
  if (walk->changed) {
    return put_delta(patcher, walk, tick);
  }
  put(patcher, patcher->data + walk->at, size);
  walk->written = tick;
  return STATUS_OK;
}

/* An event that stays; its bytes in the source lie at [walk->at, end). */
static enum status keep(struct patcher *patcher, struct walk *walk, size_t index, size_t end)
{
  const struct smf_event *event = &patcher->smf->events[index];
  const size_t delta = varlen_size(patcher->data + walk->at);
  const enum status status = keep_delta(patcher, walk, delta, event->tick);
  if (status != STATUS_OK) {
    return status;
  }
  const size_t body = walk->at + delta;
  if (event->kind == SMF_CHANNEL) {
    const bool runs = patcher->data[body] < 0x80;
    if (runs && (walk->running != event->bytes[0] || (walk->changed && walk->cancelled))) {
      patcher->out[patcher->used++] = event->bytes[0];
    }
    walk->running = event->bytes[0];
    walk->cancelled = false;
  } else {
    walk->cancelled = walk->cancelled || event->kind != SMF_STRAY;
  }
  put(patcher, patcher->data + body, end - body);
  const uint8_t *velocity = patcher->patch->velocity;
  if (velocity != NULL && velocity[index] != 0) {
    patcher->out[patcher->used - 1] = velocity[index];
  }
  walk->changed = false;
  return STATUS_OK;
}

static enum status walk_events(struct patcher *patcher, struct walk *walk)
{
  const struct smf *smf = patcher->smf;
  const struct smf_patch *patch = patcher->patch;
  enum status status = STATUS_OK;
  for (size_t i = patcher->tracks.start[walk->track];
       i < patcher->tracks.start[walk->track + 1] && status == STATUS_OK; i++) {
    const size_t index = patcher->tracks.order[i];
    const struct smf_event *event = &smf->events[index];
    const size_t end = (size_t)(event->bytes - (const uint8_t *)smf->pool) + event->size;
    status = put_insertions(patcher, walk, event->tick, false);
    if (status != STATUS_OK) {
      return status;
    }
    if (patch->removed[index] || event->tick > patch->last_tick) {
      note_change(walk);
    } else {
      status = keep(patcher, walk, index, end);
    }
    walk->tick = event->tick;
    walk->at = end;
  }
  return status;
}

/* What follows the last event: the end of the track, or bytes that are not an event. */
static enum status finish_track(struct patcher *patcher, struct walk *walk)
{
  const struct smf_place *place = &patcher->smf->places[walk->track];
  const uint64_t last = patcher->patch->last_tick;
  uint64_t end = patcher->smf->track_end[walk->track];
  enum status status = put_insertions(patcher, walk, 0, true);
  while (patcher->insertion < patcher->patch->insertion_count &&
         patcher->patch->insertions[patcher->insertion].track == walk->track) {
    patcher->insertion++; /* beyond the last tick */
  }
  if (status != STATUS_OK || !place->has_end) {
    return status;
  }
  if (end > last || end < walk->written) { /* it is cut, or what came lies beyond it */
    end = end > last ? last : walk->written;
    note_change(walk);
  }
  const size_t delta = varlen_size(patcher->data + walk->at);
  status = keep_delta(patcher, walk, delta, end);
  put(patcher, patcher->data + walk->at + delta, place->end - walk->at - delta);
  return status;
}

static void put_length(uint8_t *bytes, size_t length)
{
  for (int i = 0; i < 4; i++) {
    bytes[i] = (uint8_t)(length >> (24 - 8 * i));
  }
}

static enum status patch_track(struct patcher *patcher, int track)
{
  const struct smf_place *place = &patcher->smf->places[track];
  const size_t head = patcher->used;
  const size_t body = place->head + CHUNK_HEAD;
  put(patcher, patcher->data + place->head, CHUNK_HEAD);
  struct walk walk = {.track = track, .at = body};
  enum status status = walk_events(patcher, &walk);
  if (status == STATUS_OK) {
    status = finish_track(patcher, &walk);
  }
  if (walk.touched) {
    put_length(patcher->out + head + 4, patcher->used - head - CHUNK_HEAD + place->chunk_end - place->end);
  }
  return status;
}

static enum status patch_all(struct patcher *patcher, const struct smf_wrapper *wrapper, size_t size)
{
  size_t at = 0;
  enum status status = STATUS_OK;
  for (int track = 0; track < patcher->smf->track_count && status == STATUS_OK; track++) {
    const struct smf_place *place = &patcher->smf->places[track];
    put(patcher, patcher->data + at, place->head - at);
    status = patch_track(patcher, track);
    at = place->end;
  }
  put(patcher, patcher->data + at, size - at);
  if (patcher->used != size && patcher->smf->faults.of[SMF_FAULT_HEADER].count > 0) {
    put_length(patcher->out + wrapper->begin + 4, HEADER_SIZE); /* the wrong one could now lead to a chunk */
  }
  const size_t inner = wrapper->end - wrapper->begin + patcher->used - size;
  patcher->used = smf_rewrap(wrapper, patcher->out, patcher->used, inner);
  return status;
}

enum status smf_patch(const struct smf *smf, const uint8_t *data, size_t size, const struct smf_patch *patch,
                      uint8_t **out, size_t *out_size, struct error *error)
{
  struct patcher patcher = {.smf = smf, .data = data, .patch = patch, .error = error};
  const struct smf_wrapper wrapper = smf_unwrap(data, size);
  *out = NULL;
  *out_size = 0;
  patcher.out = malloc(size + patch->insertion_count * INSERTION_BYTES + SMF_PADDING_MAX + 1);
  if (patcher.out == NULL || smf_tracks_find(&patcher.tracks, smf) != STATUS_OK) {
    free(patcher.out);
    return error_set(error, STATUS_NO_MEMORY, "out of memory while changing a MIDI file");
  }
  const enum status status = patch_all(&patcher, &wrapper, size);
  smf_tracks_free(&patcher.tracks);
  if (status != STATUS_OK) {
    free(patcher.out);
    return status;
  }
  *out = patcher.out;
  *out_size = patcher.used;
  return STATUS_OK;
}
