/* SPDX-License-Identifier: MIT */
#include "smf_build.h"

#include <stdio.h>
#include <string.h>

enum {
  CHUNK_HEAD = 8,
  HEADER_SIZE = 6,
  TRACK_MIN = CHUNK_HEAD + 4, /* a delta time and the end-of-track event */
  VARLEN_MAX = 4,
};

/* Where the reader stands in the bytes. An event's bytes go to the same place of the pool where they
 * end in the file (its stored form is never longer), so a place in the pool names a byte of the file. */
struct reader {
  const uint8_t *data;
  size_t at;
  size_t end; /* of the file or of the track's chunk: nothing is read beyond */
  const char *name;
  struct error *error;
  struct smf_builder builder;
};

/* What one track is made of so far. */
struct track {
  int index;
  uint64_t tick;
  uint8_t running; /* status; 0: none */
  bool ended;
};

static enum status refuse(const struct reader *reader, size_t at, const char *what)
{
  return error_set(reader->error, STATUS_FORMAT, "%s: byte %zu: %s; the file is damaged, export it again",
                   reader->name, at, what);
}

static size_t left(const struct reader *reader)
{
  return reader->end - reader->at;
}

static uint32_t read_big(const uint8_t *bytes, int count)
{
  uint32_t value = 0;
  for (int i = 0; i < count; i++) {
    value = value << 8 | bytes[i];
  }
  return value;
}

static enum status read_varlen(struct reader *reader, uint32_t *value)
{
  const size_t begin = reader->at;
  *value = 0;
  for (int i = 0; i < VARLEN_MAX; i++) {
    if (left(reader) == 0) {
      return refuse(reader, begin, "the track ends within a number");
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
    return error_set(reader->error, STATUS_NO_MEMORY, "%s: out of memory", reader->name);
  }
  memcpy(bytes, head, head_size);
  memcpy(bytes + head_size, data, size);
  return STATUS_OK;
}

static enum status read_channel_message(struct reader *reader, struct track *track)
{
  if (reader->data[reader->at] >= 0x80) {
    track->running = reader->data[reader->at++];
  } else if (track->running == 0) {
    return refuse(reader, reader->at, "a data byte stands where a status byte must");
  }
  const size_t size = message_size(track->running) - 1;
  if (left(reader) < size) {
    return refuse(reader, reader->at, "the track ends within an event");
  }
  for (size_t i = 0; i < size; i++) {
    if (reader->data[reader->at + i] > 127) {
      return refuse(reader, reader->at + i, "a data byte is over 127");
    }
  }
  return store(reader, track, SMF_CHANNEL, &track->running, 1, size);
}

/* The length and data of a SysEx, escape or meta event, whose head has been read. */
static enum status read_data(struct reader *reader, struct track *track, enum smf_kind kind,
                             const uint8_t *head, size_t head_size)
{
  const size_t begin = reader->at;
  uint32_t size;
  const enum status status = read_varlen(reader, &size);
  if (status != STATUS_OK) {
    return status;
  }
  if (size > left(reader)) {
    return refuse(reader, begin, "an event is longer than what is left of its track");
  }
  if (kind == SMF_META && head[1] == META_END_OF_TRACK) {
    if (size != 0) {
      return refuse(reader, begin, "an end-of-track event carries data");
    }
    track->ended = true;
  }
  return store(reader, track, kind, head, head_size, size);
}

static enum status read_event(struct reader *reader, struct track *track)
{
  uint32_t delta;
  const enum status status = read_varlen(reader, &delta);
  if (status != STATUS_OK) {
    return status;
  }
  track->tick += delta;
  if (left(reader) == 0) {
    return refuse(reader, reader->at, "the track ends within an event");
  }
  const uint8_t *head = reader->data + reader->at;
  if (head[0] < 0xF0) {
    return read_channel_message(reader, track);
  }
  if (head[0] == 0xF0 || head[0] == 0xF7) {
    track->running = 0;
    reader->at++;
    return read_data(reader, track, head[0] == 0xF0 ? SMF_SYSEX : SMF_ESCAPE, head, 1);
  }
  if (head[0] != 0xFF) {
    return refuse(reader, reader->at, "this status byte has no place in a file");
  }
  if (left(reader) < 2) {
    return refuse(reader, reader->at, "the track ends within an event");
  }
  reader->at += 2; /* running status goes on after a meta event: some programs rely on it */
  return read_data(reader, track, SMF_META, head, 2);
}

static enum status read_track(struct reader *reader, int index, size_t end)
{
  const size_t file_end = reader->end;
  struct track track = {.index = index};
  reader->end = end;
  while (!track.ended) {
    if (left(reader) == 0) {
      return refuse(reader, reader->at, "the track has no end-of-track event");
    }
    const enum status status = read_event(reader, &track);
    if (status != STATUS_OK) {
      return status;
    }
  }
  reader->end = file_end;
  return STATUS_OK;
}

static enum status refuse_count(const struct reader *reader, int found)
{
  char line[96];
  snprintf(line, sizeof line, "the header promises %d tracks, but the file has %s%d",
           reader->builder.smf.track_count, found > reader->builder.smf.track_count ? "at least " : "", found);
  return refuse(reader, reader->at, line);
}

/* Bytes after the last track that are no chunk are let pass: some programs pad their files. */
static enum status read_chunks(struct reader *reader)
{
  const int promised = reader->builder.smf.track_count;
  int found = 0;
  while (left(reader) >= CHUNK_HEAD) {
    const uint8_t *head = reader->data + reader->at;
    const bool is_track = memcmp(head, "MTrk", 4) == 0;
    const size_t size = read_big(head + 4, 4);
    if (found == promised && is_track) {
      return refuse_count(reader, found + 1);
    }
    if (size > left(reader) - CHUNK_HEAD) {
      return found == promised ? STATUS_OK : refuse(reader, reader->at + 4, "a chunk is longer than the file");
    }
    reader->at += CHUNK_HEAD;
    const size_t end = reader->at + size;
    const enum status status = is_track ? read_track(reader, found++, end) : STATUS_OK;
    if (status != STATUS_OK) {
      return status;
    }
    reader->at = end;
  }
  return found == promised ? STATUS_OK : refuse_count(reader, found);
}

static bool division_is_sound(unsigned division)
{
  if (division < 0x8000) {
    return division > 0;
  }
  const unsigned rate = 256 - (division >> 8);
  return (division & 0xFF) > 0 && (rate == 24 || rate == 25 || rate == 29 || rate == 30);
}

static enum status read_header(struct reader *reader)
{
  if (left(reader) == 0) {
    return refuse(reader, 0, "the file is empty");
  }
  if (left(reader) < CHUNK_HEAD + HEADER_SIZE || memcmp(reader->data, "MThd", 4) != 0) {
    return error_set(reader->error, STATUS_FORMAT,
                     "%s: byte 0: this is not a Standard MIDI File (it does not begin with an MThd header)%s",
                     reader->name,
                     reader->data[0] == '<' ? "; it looks like a web page, download the file itself"
                                            : "; name a file that ends in .mid, or export it again");
  }
  const size_t size = read_big(reader->data + 4, 4);
  if (size < HEADER_SIZE || size > left(reader) - CHUNK_HEAD) {
    return refuse(reader, 4, "the header's length is wrong");
  }
  const uint32_t format = read_big(reader->data + 8, 2);
  const int tracks = (int)read_big(reader->data + 10, 2);
  const uint32_t division = read_big(reader->data + 12, 2);
  if (format == 2) {
    return error_set(
      reader->error, STATUS_UNSUPPORTED,
      "%s: byte 8: format 2 (independent patterns) is not supported; export the file as format 0 or 1",
      reader->name);
  }
  if (format > 2) {
    return refuse(reader, 8, "there is no such format");
  }
  if (tracks == 0 || (format == 0 && tracks != 1) || (size_t)tracks > left(reader) / TRACK_MIN) {
    return refuse(reader, 10, "the header's number of tracks cannot be right");
  }
  if (!division_is_sound(division)) {
    return refuse(reader, 12, "the header's time division means nothing");
  }
  reader->at = CHUNK_HEAD + size;
  if (smf_builder_begin(&reader->builder, (int)format, (uint16_t)division, tracks, reader->end) != STATUS_OK) {
    return error_set(reader->error, STATUS_NO_MEMORY, "%s: out of memory", reader->name);
  }
  return STATUS_OK;
}

enum status smf_read(struct smf *smf, const uint8_t *data, size_t size, const char *name, struct error *error)
{
  struct reader reader = {.data = data, .end = size, .name = name, .error = error};
  *smf = (struct smf){0};
  enum status status = read_header(&reader);
  if (status == STATUS_OK) {
    status = read_chunks(&reader);
  }
  if (status != STATUS_OK) {
    smf_free(&reader.builder.smf);
    return status;
  }
  return smf_builder_finish(&reader.builder, smf, name, error);
}
