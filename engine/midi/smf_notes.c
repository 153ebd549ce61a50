/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "pairing.h"
#include "smf_build.h"

static enum status read_track(struct pairing *pairing, const struct smf *smf, const struct smf_tracks *tracks,
                              int track)
{
  const size_t before = pairing->notes->count;
  for (size_t i = tracks->start[track]; i < tracks->start[track + 1]; i++) {
    const struct smf_event *event = &smf->events[tracks->order[i]];
    if (message_is_note_on(event->bytes, event->size)) {
      const enum status status = pairing_on(pairing, (struct note){.on = event->time,
                                                                   .channel = event->bytes[0] & 0x0Fu,
                                                                   .pitch = event->bytes[1],
                                                                   .velocity = event->bytes[2],
                                                                   .track = event->track});
      if (status != STATUS_OK) {
        return status;
      }
    } else if (message_is_note_off(event->bytes, event->size)) {
      pairing_off(pairing, event->bytes[0] & 0x0Fu, event->bytes[1], event->time);
    }
  }
  if (pairing->notes->count > before) {
    pairing_end(pairing, smf_track_time(smf, track, smf->track_end[track]));
  }
  return STATUS_OK;
}

enum status smf_notes(const struct smf *smf, struct note_list *notes, struct error *error)
{
  struct smf_tracks tracks = {0};
  struct pairing pairing;
  pairing_init(&pairing, notes);
  enum status status = smf_tracks_find(&tracks, smf);
  for (int track = 0; track < smf->track_count && status == STATUS_OK; track++) {
    status = read_track(&pairing, smf, &tracks, track);
  }
  smf_tracks_free(&tracks);
  pairing_free(&pairing);
  if (status != STATUS_OK) {
    notes->count = pairing.base;
    return error_set(error, status, "out of memory while reading the notes of a MIDI file");
  }
  note_list_sort(notes);
  return STATUS_OK;
}

enum { NOTE_BYTES = 3, END_BYTES = 3 };

static bool is_note(const struct smf_event *event)
{
  return message_is_note_on(event->bytes, event->size) || message_is_note_off(event->bytes, event->size);
}

static enum status check_notes(const struct smf *smf, const struct note_list *notes, struct error *error)
{
  for (size_t i = 0; i < notes->count; i++) {
    const struct note *note = &notes->notes[i];
    if (note->channel >= CHANNELS || note->pitch >= KEYS || note->velocity < 1 || note->velocity >= KEYS ||
        note->off < note->on || note->off > SMF_TIME_MAX || note->track >= smf->track_count) {
      return error_set(error, STATUS_USAGE,
                       "note %zu (channel %d, pitch %d, velocity %d, track %d) cannot stand in this MIDI file",
                       i, note->channel, note->pitch, note->velocity, note->track);
    }
  }
  return STATUS_OK;
}

static enum status add_message(struct smf_builder *builder, const struct note *note, uint64_t tick, bool on)
{
  const uint8_t bytes[NOTE_BYTES] = {(uint8_t)((on ? MIDI_NOTE_ON : MIDI_NOTE_OFF) | note->channel),
                                     note->pitch, on ? note->velocity : MIDI_OFF_VELOCITY};
  return smf_builder_copy(
    builder, (struct smf_event){.tick = tick, .track = note->track, .kind = SMF_CHANNEL, .size = NOTE_BYTES},
    bytes);
}

/* The order in which messages of one tick stand is the order in which they are added. */
enum pass { PASS_OFFS, PASS_SHORT, PASS_ONS };

static enum status add_notes(struct smf_builder *builder, const struct smf *smf, const struct note_list *notes,
                             enum pass pass)
{
  enum status status = STATUS_OK;
  for (size_t i = 0; i < notes->count && status == STATUS_OK; i++) {
    const struct note *note = &notes->notes[i];
    const uint64_t on = smf_track_tick(smf, note->track, note->on);
    const uint64_t off = smf_track_tick(smf, note->track, note->off);
    const bool is_short = on == off;
    if (is_short != (pass == PASS_SHORT)) {
      continue;
    }
    if (pass != PASS_OFFS) {
      status = add_message(builder, note, on, true);
    }
    if (pass != PASS_ONS && status == STATUS_OK) {
      status = add_message(builder, note, off, false);
    }
    if (off > builder->smf.track_end[note->track]) {
      builder->smf.track_end[note->track] = off;
    }
  }
  return status;
}

static enum status add_kept(struct smf_builder *builder, const struct smf *smf)
{
  enum status status = STATUS_OK;
  for (size_t i = 0; i < smf->event_count && status == STATUS_OK; i++) {
    if (!is_note(&smf->events[i])) {
      status = smf_builder_copy(builder, smf->events[i], smf->events[i].bytes);
    }
  }
  return status;
}

static enum status add_ends(struct smf_builder *builder)
{
  static const uint8_t end_of_track[END_BYTES] = {0xFF, META_END_OF_TRACK, 0};
  enum status status = STATUS_OK;
  for (int track = 0; track < builder->smf.track_count && status == STATUS_OK; track++) {
    status = smf_builder_copy(
      builder,
      (struct smf_event){
        .tick = builder->smf.track_end[track], .track = (uint16_t)track, .kind = SMF_META, .size = END_BYTES},
      end_of_track);
  }
  return status;
}

static enum status add_all(struct smf_builder *builder, const struct smf *smf, const struct note_list *notes)
{
  size_t pool = notes->count * 2 * NOTE_BYTES + (size_t)smf->track_count * END_BYTES;
  for (size_t i = 0; i < smf->event_count; i++) {
    pool += smf->events[i].size;
  }
  enum status status = smf_builder_begin(builder, smf->format, smf->division, smf->track_count, pool);
  if (status != STATUS_OK) {
    return status;
  }
  memcpy(builder->smf.track_end, smf->track_end, (size_t)smf->track_count * sizeof *smf->track_end);
  status = add_notes(builder, smf, notes, PASS_OFFS);
  if (status == STATUS_OK) {
    status = add_kept(builder, smf);
  }
  if (status == STATUS_OK) {
    status = add_notes(builder, smf, notes, PASS_SHORT);
  }
  if (status == STATUS_OK) {
    status = add_notes(builder, smf, notes, PASS_ONS);
  }
  return status == STATUS_OK ? add_ends(builder) : status;
}

enum status smf_with_notes(const struct smf *smf, const struct note_list *notes, struct smf *out,
                           struct error *error)
{
  *out = (struct smf){0};
  struct smf_builder builder;
  enum status status = check_notes(smf, notes, error);
  if (status != STATUS_OK) {
    return status;
  }
  status = add_all(&builder, smf, notes);
  if (status != STATUS_OK) {
    smf_free(&builder.smf);
    return error_set(error, status, "out of memory while making a MIDI file");
  }
  return smf_builder_finish(&builder, out, "new file", error);
}
