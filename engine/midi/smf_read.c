/* SPDX-License-Identifier: MIT */
#include "smf_private.h"

#include <stdlib.h>
#include <string.h>

enum {
  CHUNK_HEAD = 8,
  HEADER_SIZE = 6,
  VARLEN_MAX = 4,
  TRACKS_MAX = 0xFFFF,
};

/* Where the reader stands in the bytes. An event's bytes go to the same place of the pool where they
 * end in the file (its stored form is never longer), so a place in the pool names a byte of the file. */
struct reader {
  const uint8_t *data;
  size_t at;
  size_t file_end; /* of the Standard MIDI File */
  size_t end;      /* of it or of the track's chunk: nothing is read beyond */
  const char *name;
  struct error *error;
  struct smf_builder builder;
  struct smf_place *places; /* (place_capacity) owned, of the tracks so far */
  size_t place_capacity;
};

/* What one track is made of so far. */
struct track {
  int index;
  uint64_t tick;
  uint8_t running; /* status; 0: none */
  bool cancelled;  /* by the standard there is no running status now */
  bool ended;      /* with its end-of-track event */
  bool cut;        /* its bytes end within an event */
};

static enum status refuse(const struct reader *reader, size_t at, const char *what)
{
  return error_set(reader->error, STATUS_FORMAT, "%s: byte %zu: %s; the file is damaged, export it again",
                   reader->name, at, what);
}

static void pardon(struct reader *reader, enum smf_fault fault, size_t at)
{
  smf_add_fault(&reader->builder.smf.faults, fault, at);
}

static size_t left(const struct reader *reader)
{
  return reader->end - reader->at;
}

static enum status out_of_memory(const struct reader *reader)
{
  return error_set(reader->error, STATUS_NO_MEMORY, "%s: out of memory", reader->name);
}

/* Marks the track as cut where it ends within the number. */
static enum status read_varlen(struct reader *reader, struct track *track, uint32_t *value)
{
  const size_t begin = reader->at;
  *value = 0;
  for (int i = 0; i < VARLEN_MAX; i++) {
    if (left(reader) == 0) {
      track->cut = true;
      return STATUS_OK;
    }
    const uint8_t byte = reader->data[reader->at++];
    *value = *value << 7 | (byte & 0x7F);
    if (byte < 0x80) {
      return STATUS_OK;
    }
  }
  return refuse(reader, begin, "a number is longer than four bytes");
}

/* Store head[0..head_size) and the `size` bytes of the file that follow; step over these. */
static enum status store(struct reader *reader, const struct track *track, enum smf_kind kind,
                         const uint8_t *head, size_t head_size, size_t size)
{
  const uint8_t *data = reader->data + reader->at;
  reader->at += size;
  const struct smf_event event = {.tick = track->tick,
                                  .track = (uint16_t)track->index,
                                  .kind = (uint8_t)kind,
                                  .size = (uint32_t)(head_size + size)};
  uint8_t *bytes = smf_builder_put(&reader->builder, reader->at - event.size, event);
  if (bytes == NULL) {
    return out_of_memory(reader);
  }
  memcpy(bytes, head, head_size);
  memcpy(bytes + head_size, data, size);
  for (size_t i = head_size; kind == SMF_CHANNEL && i < event.size; i++) {
    if (bytes[i] > 127) {
      pardon(reader, SMF_FAULT_DATA_BYTE, reader->at - event.size + i);
      bytes[i] = 127;
    }
  }
  return STATUS_OK;
}

static enum status read_channel_message(struct reader *reader, struct track *track)
{
  const bool runs = reader->data[reader->at] < 0x80;
  if (!runs) {
    track->running = reader->data[reader->at++];
  } else if (track->running == 0 && left(reader) > 1) {
    return refuse(reader, reader->at, "a data byte stands where a status byte must");
  }
  const size_t size = message_size(track->running) - 1;
  if (track->running == 0 || left(reader) < size) {
    track->cut = true;
    return STATUS_OK;
  }
  if (runs && track->cancelled) {
    pardon(reader, SMF_FAULT_RUNNING, reader->at);
  }
  track->cancelled = false;
  return store(reader, track, SMF_CHANNEL, &track->running, 1, size);
}

/* The length and data of a SysEx, escape or meta event, whose head has been read. */
static enum status read_data(struct reader *reader, struct track *track, enum smf_kind kind,
                             const uint8_t *head, size_t head_size)
{
  const size_t begin = reader->at;
  uint32_t size;
  const enum status status = read_varlen(reader, track, &size);
  if (status != STATUS_OK || track->cut) {
    return status;
  }
  if (size > left(reader)) {
    track->cut = true;
    return STATUS_OK;
  }
  if (kind == SMF_META && head[1] == META_END_OF_TRACK) {
    track->ended = true;
    if (size != 0) {
      pardon(reader, SMF_FAULT_END_DATA, begin);
    }
  }
  return store(reader, track, kind, head, head_size, size);
}

/* Real-time bytes and system common messages as a stream holds them. */
static enum status read_stray(struct reader *reader, struct track *track, const uint8_t *head)
{
  const size_t size = message_size(head[0]);
  if (left(reader) < size) {
    track->cut = true;
    return STATUS_OK;
  }
  pardon(reader, SMF_FAULT_STRAY, reader->at);
  reader->at++;
  return store(reader, track, SMF_STRAY, head, 1, size - 1);
}

static enum status read_event(struct reader *reader, struct track *track)
{
  uint32_t delta;
  const enum status status = read_varlen(reader, track, &delta);
  if (status != STATUS_OK || track->cut) {
    return status;
  }
  if (left(reader) == 0) {
    track->cut = true;
    return STATUS_OK;
  }
  track->tick += delta;
  const uint8_t *head = reader->data + reader->at;
  if (head[0] < 0xF0) {
    return read_channel_message(reader, track);
  }
  if (head[0] == 0xF0 || head[0] == 0xF7) {
    track->cancelled = true;
    reader->at++;
    return read_data(reader, track, head[0] == 0xF0 ? SMF_SYSEX : SMF_ESCAPE, head, 1);
  }
  if (head[0] != 0xFF) {
    return read_stray(reader, track, head);
  }
  if (left(reader) < 2) {
    track->cut = true;
    return STATUS_OK;
  }
  track->cancelled = true;
  reader->at += 2;
  return read_data(reader, track, SMF_META, head, 2);
}

/* Events up to the end-of-track event, or to `end`; on return `at` is where the last whole one ends. */
static enum status read_events(struct reader *reader, struct track *track, size_t end)
{
  reader->end = end;
  enum status status = STATUS_OK;
  while (!track->ended && left(reader) > 0 && status == STATUS_OK) {
    const size_t begin = reader->at;
    const uint64_t tick = track->tick;
    status = read_event(reader, track);
    if (track->cut) {
      reader->at = begin;
      track->tick = tick;
      break;
    }
  }
  reader->end = reader->file_end;
  return status;
}

static bool is_track_at(const struct reader *reader, size_t at)
{
  return reader->file_end - at >= CHUNK_HEAD && memcmp(reader->data + at, "MTrk", 4) == 0;
}

/* Can a chunk begin here, or the file end? */
static bool is_chunk_at(const struct reader *reader, size_t at)
{
  if (at == reader->file_end || is_track_at(reader, at)) {
    return true;
  }
  if (reader->file_end - at < CHUNK_HEAD ||
      smf_big(reader->data + at + 4, 4) > reader->file_end - at - CHUNK_HEAD) {
    return false;
  }
  for (int i = 0; i < 4; i++) {
    if (reader->data[at + (size_t)i] < 0x20 || reader->data[at + (size_t)i] > 0x7E) {
      return false;
    }
  }
  return true;
}

/* The next track's chunk from `at` on, or the end of the file. */
static size_t find_track(const struct reader *reader, size_t at)
{
  while (at < reader->file_end && !is_track_at(reader, at)) {
    const uint8_t *next = memchr(reader->data + at + 1, 'M', reader->file_end - at - 1);
    at = next != NULL ? (size_t)(next - reader->data) : reader->file_end;
  }
  return at;
}

/* The track did not end within its chunk, and no chunk follows: its length may be too short. It is if the
 * events go on to an end-of-track event; if they do not, all is as before. */
static enum status read_beyond(struct reader *reader, struct track *track, size_t end)
{
  const struct reader before = *reader;
  const struct track known = *track;
  struct error *error = reader->error;
  const size_t count = reader->builder.smf.event_count;
  track->cut = false;
  reader->error = NULL; /* what is not read here is no reason to refuse the file */
  const enum status status = read_events(reader, track, find_track(reader, end));
  reader->error = error;
  if (status == STATUS_NO_MEMORY) {
    return out_of_memory(reader);
  }
  if (status != STATUS_OK || !track->ended) {
    reader->at = before.at;
    reader->builder.used = before.builder.used;
    reader->builder.smf.event_count = count;
    reader->builder.smf.faults = before.builder.smf.faults;
    *track = known;
  }
  return STATUS_OK;
}

/* Where to look for the next chunk after a track whose chunk should end at `end`. */
static size_t after_track(struct reader *reader, const struct track *track, size_t head, size_t end,
                          bool too_long)
{
  const size_t at = reader->at;
  /* It was read beyond `end`, or `end` lies beyond the file or in a later track. */
  if (track->ended && (at > end || too_long || (at < end && find_track(reader, at) < end))) {
    pardon(reader, SMF_FAULT_LENGTH, head + 4);
    return at;
  }
  if (track->ended && at < end) {
    pardon(reader, SMF_FAULT_AFTER_END, at);
  }
  if (!track->ended) {
    pardon(reader, track->cut || too_long ? SMF_FAULT_CUT : SMF_FAULT_NO_END, at);
  }
  return end;
}

static enum status add_place(struct reader *reader, int index)
{
  if (index == TRACKS_MAX) {
    return refuse(reader, reader->at, "there are more tracks than a file can have");
  }
  if ((size_t)index == reader->place_capacity) {
    const size_t capacity = index == 0 ? 16 : 2 * reader->place_capacity;
    struct smf_place *places = realloc(reader->places, capacity * sizeof *places);
    if (places == NULL) {
      return out_of_memory(reader);
    }
    reader->places = places;
    reader->place_capacity = capacity;
  }
  return STATUS_OK;
}

static enum status read_track(struct reader *reader, int index)
{
  const size_t head = reader->at;
  const size_t body = head + CHUNK_HEAD;
  const size_t size = smf_big(reader->data + head + 4, 4);
  const bool too_long = size > reader->file_end - body;
  const size_t end = too_long ? reader->file_end : body + size;
  struct track track = {.index = index};
  enum status status = add_place(reader, index);
  reader->at = body;
  if (status == STATUS_OK) {
    status = read_events(reader, &track, end);
  }
  if (status == STATUS_OK && !track.ended && !is_chunk_at(reader, end)) {
    status = read_beyond(reader, &track, end);
  }
  if (status == STATUS_OK) {
    const size_t last = reader->at;
    reader->at = after_track(reader, &track, head, end, too_long);
    reader->places[index] = (struct smf_place){head, last, reader->at, track.ended};
  }
  return status;
}

static enum status read_chunks(struct reader *reader)
{
  int found = 0;
  while (left(reader) > 0) {
    enum status status = STATUS_OK;
    if (is_track_at(reader, reader->at)) {
      status = read_track(reader, found);
      found++;
    } else if (is_chunk_at(reader, reader->at)) {
      reader->at += CHUNK_HEAD + smf_big(reader->data + reader->at + 4, 4);
    } else {
      pardon(reader, SMF_FAULT_BETWEEN, reader->at);
      reader->at = find_track(reader, reader->at);
    }
    if (status != STATUS_OK) {
      return status;
    }
  }
  if (found == 0 || reader->builder.smf.event_count == 0) {
    return refuse(reader, reader->at, found == 0 ? "the file has no track" : "the file has no whole event");
  }
  if (smf_builder_tracks(&reader->builder, found) != STATUS_OK) {
    return out_of_memory(reader);
  }
  return STATUS_OK;
}

static bool division_is_sound(unsigned division)
{
  if (division < 0x8000) {
    return division > 0;
  }
  const unsigned rate = 256 - (division >> 8);
  return (division & 0xFF) > 0 && (rate == 24 || rate == 25 || rate == 29 || rate == 30);
}

static enum status check_head(const struct reader *reader)
{
  if (left(reader) == 0) {
    return refuse(reader, reader->at, "the file is empty");
  }
  const uint8_t *head = reader->data + reader->at;
  if (left(reader) < CHUNK_HEAD + HEADER_SIZE || memcmp(head, "MThd", 4) != 0) {
    return error_set(reader->error, STATUS_FORMAT,
                     "%s: byte %zu: this is not a Standard MIDI File (it does not begin with an MThd header)%s",
                     reader->name, reader->at,
                     head[0] == '<' ? "; it looks like a web page, download the file itself"
                                    : "; name a file that ends in .mid, or export it again");
  }
  return STATUS_OK;
}

/* The header's length, or 6 where that leads to no chunk and a track follows six bytes. */
static enum status read_header_size(struct reader *reader, size_t *size)
{
  const size_t body = reader->at + CHUNK_HEAD;
  *size = smf_big(reader->data + reader->at + 4, 4);
  const bool fits = *size >= HEADER_SIZE && *size <= reader->file_end - body;
  const bool leads_on = fits && body + *size < reader->file_end && is_chunk_at(reader, body + *size);
  if (is_track_at(reader, body + HEADER_SIZE) && !leads_on) {
    *size = HEADER_SIZE;
    pardon(reader, SMF_FAULT_HEADER, reader->at + 4);
    return STATUS_OK;
  }
  return fits ? STATUS_OK : refuse(reader, reader->at + 4, "the header's length is wrong");
}

static enum status read_header(struct reader *reader, const struct smf_wrapper *wrapper)
{
  const size_t head = reader->at;
  size_t size;
  enum status status = check_head(reader);
  if (status != STATUS_OK) {
    return status;
  }
  const uint32_t format = smf_big(reader->data + head + 8, 2);
  const uint32_t division = smf_big(reader->data + head + 12, 2);
  if (format > 2) {
    return refuse(reader, head + 8, "there is no such format");
  }
  if (!division_is_sound(division)) {
    return refuse(reader, head + 12, "the header's time division means nothing");
  }
  if (smf_builder_begin(&reader->builder, (int)format, (uint16_t)division, 0, reader->file_end) != STATUS_OK) {
    return out_of_memory(reader);
  }
  reader->builder.smf.faults.promised = (int)smf_big(reader->data + head + 10, 2);
  if (wrapper->is_faulty) {
    pardon(reader, SMF_FAULT_WRAPPER, 0);
  }
  status = read_header_size(reader, &size);
  reader->at = head + CHUNK_HEAD + size;
  return status;
}

static enum status read_all(struct reader *reader, const struct smf_wrapper *wrapper)
{
  enum status status = read_header(reader, wrapper);
  if (status == STATUS_OK) {
    status = read_chunks(reader);
  }
  if (status != STATUS_OK) {
    return status;
  }
  struct smf *smf = &reader->builder.smf;
  smf->places = reader->places;
  reader->places = NULL;
  if (smf->track_count != smf->faults.promised) {
    pardon(reader, SMF_FAULT_COUNT, wrapper->begin + 10);
  }
  if (smf->format == 0 && smf->track_count > 1) {
    pardon(reader, SMF_FAULT_FORMAT, wrapper->begin + 8);
    smf->format = 1;
  }
  return STATUS_OK;
}

enum status smf_read(struct smf *smf, const uint8_t *data, size_t size, const char *name, struct error *error)
{
  const struct smf_wrapper wrapper = smf_unwrap(data, size);
  struct reader reader = {.data = data,
                          .at = wrapper.begin,
                          .file_end = wrapper.end,
                          .end = wrapper.end,
                          .name = name,
                          .error = error};
  *smf = (struct smf){0};
  const enum status status = read_all(&reader, &wrapper);
  free(reader.places);
  if (status != STATUS_OK) {
    smf_free(&reader.builder.smf);
    return status;
  }
  return smf_builder_finish(&reader.builder, smf, name, error);
}
