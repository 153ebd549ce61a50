/* SPDX-License-Identifier: MIT */
#include "smf_build.h"

#include <stdlib.h>
#include <string.h>

enum {
  HEADER_BYTES = 14,
  TRACK_BYTES = 8 + 4 + 3, /* chunk head, last delta time, end-of-track event */
  EVENT_BYTES = 4 + 4,     /* delta time, length */
  DELTA_MAX = 0x0FFFFFFF,
};

/* A writer into a block that is known to be large enough. */
struct writer {
  uint8_t *data;
  size_t size;
};

static void put_big(struct writer *writer, uint32_t value, int count)
{
  for (int i = count - 1; i >= 0; i--) {
    writer->data[writer->size++] = (uint8_t)(value >> (8 * i));
  }
}

static void put_bytes(struct writer *writer, const void *bytes, size_t size)
{
  memcpy(writer->data + writer->size, bytes, size);
  writer->size += size;
}

static void put_varlen(struct writer *writer, uint32_t value)
{
  for (int shift = 21; shift > 0; shift -= 7) {
    if (value >> shift) {
      writer->data[writer->size++] = (uint8_t)(0x80 | (value >> shift & 0x7F));
    }
  }
  writer->data[writer->size++] = (uint8_t)(value & 0x7F);
}

static void put_event(struct writer *writer, const struct smf_event *event)
{
  const uint32_t head = event->kind == SMF_META ? 2 : 1;
  put_bytes(writer, event->bytes, head);
  if (event->kind != SMF_CHANNEL && event->kind != SMF_STRAY) {
    put_varlen(writer, event->size - head);
  }
  put_bytes(writer, event->bytes + head, event->size - head);
}

static enum status put_delta(struct writer *writer, uint64_t *last, uint64_t tick, struct error *error)
{
  if (tick < *last) {
    return error_set(error, STATUS_USAGE, "the events to be written are not in order");
  }
  if (tick - *last > DELTA_MAX) {
    return error_set(error, STATUS_UNSUPPORTED,
                     "a silence of %llu ticks is longer than a MIDI file can hold; use a coarser time division",
                     (unsigned long long)(tick - *last));
  }
  put_varlen(writer, (uint32_t)(tick - *last));
  *last = tick;
  return STATUS_OK;
}

static enum status put_track(struct writer *writer, const struct smf *smf, const struct smf_tracks *tracks,
                             int track, struct error *error)
{
  static const uint8_t end_of_track[] = {0xFF, META_END_OF_TRACK, 0};
  put_bytes(writer, "MTrk", 4);
  const size_t begin = writer->size + 4;
  put_big(writer, 0, 4);
  uint64_t last = 0;
  for (size_t i = tracks->start[track]; i < tracks->start[track + 1]; i++) {
    const struct smf_event *event = &smf->events[tracks->order[i]];
    const enum status status = put_delta(writer, &last, event->tick, error);
    if (status != STATUS_OK) {
      return status;
    }
    put_event(writer, event);
  }
  const enum status status = put_delta(writer, &last, smf->track_end[track], error);
  if (status != STATUS_OK) {
    return status;
  }
  put_bytes(writer, end_of_track, sizeof end_of_track);
  struct writer length = {writer->data + begin - 4, 0};
  put_big(&length, (uint32_t)(writer->size - begin), 4);
  return STATUS_OK;
}

static enum status put_file(struct writer *writer, const struct smf *smf, const struct smf_tracks *tracks,
                            struct error *error)
{
  put_bytes(writer, "MThd", 4);
  put_big(writer, 6, 4);
  put_big(writer, (uint32_t)smf->format, 2);
  put_big(writer, (uint32_t)smf->track_count, 2);
  put_big(writer, smf->division, 2);
  for (int track = 0; track < smf->track_count; track++) {
    const enum status status = put_track(writer, smf, tracks, track, error);
    if (status != STATUS_OK) {
      return status;
    }
  }
  return STATUS_OK;
}

static size_t size_at_most(const struct smf *smf)
{
  size_t size = HEADER_BYTES + (size_t)smf->track_count * TRACK_BYTES;
  for (size_t i = 0; i < smf->event_count; i++) {
    size += EVENT_BYTES + smf->events[i].size;
  }
  return size;
}

enum status smf_write(const struct smf *smf, uint8_t **data, size_t *size, struct error *error)
{
  *data = NULL;
  *size = 0;
  const size_t capacity = size_at_most(smf);
  if (capacity > UINT32_MAX) {
    return error_set(error, STATUS_UNSUPPORTED, "the take is too large for a MIDI file (4 GiB)");
  }
  struct smf_tracks tracks;
  if (smf_tracks_find(&tracks, smf) != STATUS_OK) {
    return error_set(error, STATUS_NO_MEMORY, "out of memory while writing a MIDI file");
  }
  struct writer writer = {malloc(capacity), 0};
  const enum status status = writer.data == NULL
                               ? error_set(error, STATUS_NO_MEMORY, "out of memory while writing a MIDI file")
                               : put_file(&writer, smf, &tracks, error);
  smf_tracks_free(&tracks);
  if (status != STATUS_OK) {
    free(writer.data);
    return status;
  }
  *data = writer.data;
  *size = writer.size;
  return STATUS_OK;
}
