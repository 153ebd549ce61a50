/* SPDX-License-Identifier: MIT */
#include "smf_append.h"

#include <stdlib.h>
#include <string.h>

#include "smf_private.h"

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

/* What puts the track that plays on one of the channels first on its port. */
static enum status add_port(struct smf_builder *builder, const struct smf *smf, const bool *channels)
{
  int track = -1;
  enum status status = STATUS_OK;
  for (size_t i = 0; i < smf->event_count && track < 0; i++) {
    const struct smf_event *event = &smf->events[i];
    if (message_is_note_on(event->bytes, event->size) && channels[event->bytes[0] & 0x0F]) {
      track = event->track;
    }
  }
  for (size_t i = 0; i < smf->event_count && status == STATUS_OK; i++) {
    const struct smf_event *event = &smf->events[i];
    if (event->track == track && event->kind == SMF_META &&
        (event->bytes[1] == META_PORT || event->bytes[1] == META_DEVICE)) {
      status = copy(builder, event, NOTES);
    }
  }
  return status;
}

static enum status add_copies(struct smf_builder *builder, const struct smf *smf, const struct note_list *notes)
{
  bool channels[CHANNELS] = {false};
  enum status status = STATUS_OK;
  for (size_t i = 0; i < notes->count; i++) {
    channels[notes->notes[i].channel & 0x0F] = true;
  }
  status = add_port(builder, smf, channels);
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
  return CHUNK_HEAD + (size_t)smf_big(head + 4, 4);
}

static void put_big(uint8_t *data, size_t value, int count)
{
  for (int i = count - 1; i >= 0; i--) {
    data[i] = (uint8_t)value;
    value >>= 8;
  }
}

/* In the new file: what the header says, and the last track's length, which could else swallow what follows. */
static void put_lengths(uint8_t *out, const struct smf_wrapper *wrapper, size_t last_track, size_t end,
                        int tracks)
{
  put_big(out + wrapper->begin + 8, 1, 2); /* the format */
  put_big(out + wrapper->begin + 10, (size_t)tracks, 2);
  put_big(out + last_track + 4, end - last_track - CHUNK_HEAD, 4);
}

static enum status check_room(const struct smf *smf, int tracks, struct error *error)
{
  if (smf->places == NULL) {
    return error_set(error, STATUS_USAGE, "only a file that was read can be added to");
  }
  if (smf->own_tempos != NULL) {
    return error_set(error, STATUS_UNSUPPORTED,
                     "the file is of format 2, %d pieces of their own; nothing can be added to it",
                     smf->track_count);
  }
  if (tracks > TRACKS_MAX) {
    return error_set(error, STATUS_UNSUPPORTED, "the file has %d tracks already; it cannot hold more",
                     smf->track_count);
  }
  return STATUS_OK;
}

/* A torn file may be read in another way once something stands behind it: then it is refused, so that nothing
 * is lost. */
static enum status check_whole(const struct smf *smf, const uint8_t *whole, size_t size, int tracks,
                               struct error *error)
{
  struct smf again = {0};
  struct error inner;
  const bool reads = smf_read(&again, whole, size, "again", &inner) == STATUS_OK;
  const bool holds = reads && again.track_count == tracks && again.event_count >= smf->event_count;
  smf_free(&again);
  return holds ? STATUS_OK
               : error_set(error, STATUS_UNSUPPORTED, "the file is too damaged for notes to be added to it");
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
  enum status status = check_room(smf, tracks, error);
  if (status == STATUS_OK) {
    status = draft(smf, addition, &added, &added_size, error);
  }
  if (status != STATUS_OK) {
    return status;
  }
  const size_t skipped = HEADER_BYTES + chunk_size(added + HEADER_BYTES);
  const struct smf_wrapper wrapper = smf_unwrap(data, size);
  const struct smf_place *last = &smf->places[smf->track_count - 1];
  const size_t before = last->chunk_end;
  const size_t more = added_size - skipped;
  uint8_t *whole = malloc(size + more + SMF_PADDING_MAX);
  if (whole != NULL) {
    memcpy(whole, data, before);
    memcpy(whole + before, added + skipped, more);
    memcpy(whole + before + more, data + before, size - before);
    put_lengths(whole, &wrapper, last->head, before, tracks);
    if (smf->faults.of[SMF_FAULT_HEADER].count > 0) {
      put_big(whole + wrapper.begin + 4, 6, 4); /* it could else lead into what was added */
    }
    *out = whole;
    *out_size = smf_rewrap(&wrapper, whole, size + more, wrapper.end - wrapper.begin + more);
    status = check_whole(smf, whole, *out_size, tracks, error);
  }
  free(added);
  if (whole == NULL) {
    return error_set(error, STATUS_NO_MEMORY, "out of memory while adding to a MIDI file");
  }
  if (status != STATUS_OK) {
    free(whole);
    *out = NULL;
    *out_size = 0;
  }
  return status;
}
