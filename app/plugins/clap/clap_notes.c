/* SPDX-License-Identifier: MIT */
#include "clap_notes.h"

#include <math.h>
#include <string.h>

enum { NOTE_OFF = 0x80, NOTE_ON = 0x90, SYSEX = 0xF0 };

static uint8_t velocity_of(const clap_event_note_t *note, uint8_t least)
{
  const double velocity = isfinite(note->velocity) ? note->velocity * 127 : 0;
  return velocity >= 127 ? 127 : velocity <= least ? least : (uint8_t)lround(velocity);
}

bool clap_notes_take(struct clap_notes *notes, const clap_event_note_t *note, uint8_t bytes[3])
{
  if (note->channel < 0 || note->channel > 15 || note->key < 0 || note->key > 127) {
    return false;
  }
  const bool on = note->header.type == CLAP_EVENT_NOTE_ON;
  bytes[0] = (uint8_t)((on ? NOTE_ON : NOTE_OFF) | note->channel);
  bytes[1] = (uint8_t)note->key;
  bytes[2] = velocity_of(note, on);
  if (on) {
    if (notes->waits == CLAP_NOTES_WAITING) { /* the oldest was removed long ago */
      notes->waits--;
      memmove(notes->waiting, notes->waiting + 1, notes->waits * sizeof *notes->waiting);
    }
    notes->waiting[notes->waits++] = *note;
  }
  return true;
}

void clap_notes_pass(struct clap_notes *notes, const clap_event_header_t *event)
{
  if (notes->passes < CLAP_NOTES_PASSED) {
    notes->passed[notes->passes++] = event;
  }
}

void clap_notes_give_passed(struct clap_notes *notes, uint32_t time, const clap_output_events_t *out)
{
  while (notes->given < notes->passes && notes->passed[notes->given]->time <= time) {
    (void)out->try_push(out, notes->passed[notes->given++]);
  }
}

/* The note-on that waits for this message; NULL where it came as MIDI. */
static const clap_event_note_t *find(const struct clap_notes *notes, const uint8_t *bytes)
{
  for (size_t i = 0; i < notes->waits; i++) {
    const clap_event_note_t *note = &notes->waiting[i];
    if (note->channel == (bytes[0] & 15) && note->key == bytes[1] && velocity_of(note, 1) == bytes[2]) {
      return note;
    }
  }
  return NULL;
}

/* It and older ones of its key, which were removed, wait no more. */
static void forget(struct clap_notes *notes, const clap_event_note_t *found)
{
  const clap_event_note_t last = *found;
  const size_t until = (size_t)(found - notes->waiting);
  size_t kept = 0;
  for (size_t i = 0; i < notes->waits; i++) {
    const clap_event_note_t *note = &notes->waiting[i];
    if (i > until || note->channel != last.channel || note->key != last.key) {
      notes->waiting[kept++] = *note;
    }
  }
  notes->waits = kept;
}

static bool give_on(struct clap_notes *notes, uint32_t time, const uint8_t *bytes,
                    const clap_output_events_t *out)
{
  const clap_event_note_t *found = find(notes, bytes);
  const int channel = bytes[0] & 15;
  notes->sounding[channel][bytes[1]].clap = found != NULL;
  if (found == NULL) {
    return false;
  }
  clap_event_note_t note = *found;
  forget(notes, found);
  notes->sounding[channel][bytes[1]].id = note.note_id;
  notes->sounding[channel][bytes[1]].port = note.port_index;
  note.header.time = time;
  (void)out->try_push(out, &note.header);
  return true;
}

static bool give_off(struct clap_notes *notes, uint32_t time, const uint8_t *bytes,
                     const clap_output_events_t *out)
{
  const int channel = bytes[0] & 15;
  if (!notes->sounding[channel][bytes[1]].clap) {
    return false;
  }
  const clap_event_note_t note = {
    .header = {sizeof note, time, CLAP_CORE_EVENT_SPACE_ID, CLAP_EVENT_NOTE_OFF, 0},
    .note_id = notes->sounding[channel][bytes[1]].id,
    .port_index = notes->sounding[channel][bytes[1]].port,
    .channel = (int16_t)channel,
    .key = bytes[1],
    .velocity = bytes[2] / 127.0,
  };
  notes->sounding[channel][bytes[1]].clap = false;
  (void)out->try_push(out, &note.header);
  return true;
}

void clap_notes_give(struct clap_notes *notes, uint32_t time, const uint8_t *bytes, size_t size,
                     const clap_output_events_t *out)
{
  const bool on = size == 3 && (bytes[0] & 0xF0) == NOTE_ON && bytes[2] > 0;
  const bool off =
    size == 3 && ((bytes[0] & 0xF0) == NOTE_OFF || ((bytes[0] & 0xF0) == NOTE_ON && bytes[2] == 0));
  if ((on && give_on(notes, time, bytes, out)) || (off && give_off(notes, time, bytes, out))) {
    return;
  }
  if (bytes[0] == SYSEX) {
    const clap_event_midi_sysex_t event = {
      {sizeof event, time, CLAP_CORE_EVENT_SPACE_ID, CLAP_EVENT_MIDI_SYSEX, 0}, 0, bytes, (uint32_t)size};
    (void)out->try_push(out, &event.header);
    return;
  }
  clap_event_midi_t event = {{sizeof event, time, CLAP_CORE_EVENT_SPACE_ID, CLAP_EVENT_MIDI, 0}, 0, {0}};
  memcpy(event.data, bytes, size < 3 ? size : 3);
  (void)out->try_push(out, &event.header);
}

void clap_notes_end_block(struct clap_notes *notes)
{
  notes->passes = 0;
  notes->given = 0;
}
