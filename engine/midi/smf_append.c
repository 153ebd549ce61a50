/* SPDX-License-Identifier: MIT */
#include "smf_append.h"

#include <stdlib.h>
#include <string.h>

#include "smf_build.h"

enum {
  CHUNK_HEAD = 8,
  HEADER_BYTES = 14,
  TRACKS_MAX = 0xFFFF,
  TEXT_BYTES = 2 + SMF_TEXT_MAX,
  PROGRAM = 0xC0,
  BANK = 0,
  BANK_FINE = 32,
};

/* The tracks of the draft. The first one only lends its tempos: the file has them already. */
enum { TEMPOS, NOTES, MARKERS };

/* An event of the file as one of the draft. */
static enum status copy(struct smf_builder *builder, const struct smf_event *event, int track)
{
  struct smf_event copied = *event;
  copied.track = (uint16_t)track;
  return smf_builder_copy(builder, copied, event->bytes);
}

static bool chooses_sound(const struct smf_event *event, const bool *channels)
{
  if (event->kind != SMF_CHANNEL || !channels[event->bytes[0] & 0x0F]) {
    return false;
  }
  const unsigned type = event->bytes[0] & 0xF0u;
  return type == PROGRAM || (type == MIDI_CONTROL && (event->bytes[1] == BANK || event->bytes[1] == BANK_FINE));
}

static enum status add_copies(struct smf_builder *builder, const struct smf *smf, const struct note_list *notes)
{
  bool channels[CHANNELS] = {false};
  enum status status = STATUS_OK;
  for (size_t i = 0; i < notes->count; i++) {
    channels[notes->notes[i].channel & 0x0F] = true;
  }
  for (size_t i = 0; i < smf->event_count && status == STATUS_OK; i++) {
    const struct smf_event *event = &smf->events[i];
    if (smf_is_tempo(event)) {
      status = copy(builder, event, TEMPOS);
    } else if (chooses_sound(event, channels)) {
      status = copy(builder, event, NOTES);
    }
  }
  return status;
}

static enum status add_markers(struct smf_builder *builder, const struct smf_addition *addition)
{
  enum status status = STATUS_OK;
  if (addition->marker_count > 0) {
    status = smf_builder_text(builder, 0, MARKERS, META_NAME, addition->marker_name);
  }
  for (size_t i = 0; i < addition->marker_count && status == STATUS_OK; i++) {
    status =
      smf_builder_text(builder, addition->markers[i].tick, MARKERS, META_MARKER, addition->markers[i].text);
  }
  return status;
}

/* All of the new tracks but the notes. */
static enum status draft_base(const struct smf *smf, const struct smf_addition *addition, struct smf *base,
                              struct error *error)
{
  struct smf_builder builder;
  size_t pool = (2 + addition->marker_count) * TEXT_BYTES;
  for (size_t i = 0; i < smf->event_count; i++) {
    pool += smf->events[i].size;
  }
  const int tracks = addition->marker_count > 0 ? MARKERS + 1 : NOTES + 1;
  enum status status = smf_builder_begin(&builder, 1, smf->division, tracks, pool);
  if (status == STATUS_OK) {
    status = smf_builder_text(&builder, 0, NOTES, META_NAME, addition->name);
  }
  if (status == STATUS_OK) {
    status = add_copies(&builder, smf, addition->notes);
  }
  if (status == STATUS_OK) {
    status = add_markers(&builder, addition);
  }
  if (status != STATUS_OK) {
    smf_free(&builder.smf);
    return error_set(error, status, "out of memory while adding to a MIDI file");
  }
  return smf_builder_finish(&builder, base, "new track", error);
}

/* The draft as the bytes of a file. */
static enum status draft(const struct smf *smf, const struct smf_addition *addition, uint8_t **data,
                         size_t *size, struct error *error)
{
  struct note_list notes = {0};
  struct smf base = {0}, whole;
  enum status status = STATUS_OK;
  for (size_t i = 0; i < addition->notes->count && status == STATUS_OK; i++) {
    struct note note = addition->notes->notes[i];
    note.track = NOTES;
    status = note_list_add(&notes, note);
  }
  status = status == STATUS_OK ? draft_base(smf, addition, &base, error)
                               : error_set(error, status, "out of memory while adding to a MIDI file");
  if (status == STATUS_OK) {
    status = smf_with_notes(&base, &notes, &whole, error);
  }
  if (status == STATUS_OK) {
    status = smf_write(&whole, data, size, error);
    smf_free(&whole);
  }
  smf_free(&base);
  note_list_free(&notes);
  return status;
}

static size_t chunk_size(const uint8_t *head)
{
  return CHUNK_HEAD + ((size_t)head[4] << 24 | (size_t)head[5] << 16 | (size_t)head[6] << 8 | head[7]);
}

/* Where the last of `tracks` tracks ends: the file has been read, so it has them all. */
static size_t end_of_tracks(const uint8_t *data, int tracks)
{
  size_t at = chunk_size(data);
  while (tracks > 0) {
    tracks -= memcmp(data + at, "MTrk", 4) == 0;
    at += chunk_size(data + at);
  }
  return at;
}

static void put_header(uint8_t *data, int tracks)
{
  data[9] = 1; /* the format */
  data[10] = (uint8_t)(tracks >> 8);
  data[11] = (uint8_t)tracks;
}

enum status smf_append(const struct smf *smf, const uint8_t *data, size_t size,
                       const struct smf_addition *addition, uint8_t **out, size_t *out_size,
                       struct error *error)
{
  uint8_t *added;
  size_t added_size;
  const int tracks = smf->track_count + (addition->marker_count > 0 ? 2 : 1);
  *out = NULL;
  *out_size = 0;
  if (tracks > TRACKS_MAX) {
    return error_set(error, STATUS_UNSUPPORTED, "the file has %d tracks already; it cannot hold more",
                     smf->track_count);
  }
  const enum status status = draft(smf, addition, &added, &added_size, error);
  if (status != STATUS_OK) {
    return status;
  }
  const size_t skipped = HEADER_BYTES + chunk_size(added + HEADER_BYTES);
  const size_t before = end_of_tracks(data, smf->track_count);
  uint8_t *whole = malloc(size + added_size - skipped);
  if (whole != NULL) {
    memcpy(whole, data, before);
    memcpy(whole + before, added + skipped, added_size - skipped);
    memcpy(whole + before + added_size - skipped, data + before, size - before);
    put_header(whole, tracks);
    *out = whole;
    *out_size = size + added_size - skipped;
  }
  free(added);
  return whole != NULL ? STATUS_OK
                       : error_set(error, STATUS_NO_MEMORY, "out of memory while adding to a MIDI file");
}
