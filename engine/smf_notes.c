#include "smf_build.h"

#include <stdlib.h>

#define NO_NOTE SIZE_MAX

/* The notes of one track that still sound, a queue for each channel and pitch. */
struct pairing {
  size_t first[CHANNELS][KEYS];
  size_t last[CHANNELS][KEYS];
  size_t *next; /* of the same key, for each note of the list from `base` on */
  size_t base;
};

static void forget(struct pairing *pairing)
{
  for (int channel = 0; channel < CHANNELS; channel++) {
    for (int pitch = 0; pitch < KEYS; pitch++) {
      pairing->first[channel][pitch] = NO_NOTE;
    }
  }
}

static enum status begin_note(struct pairing *pairing, struct note_list *notes, const struct smf_event *event)
{
  const unsigned channel = event->bytes[0] & 0x0Fu;
  const uint8_t pitch = event->bytes[1];
  const enum status status = note_list_add(notes, (struct note){.on = event->time,
                                                                .off = event->time,
                                                                .channel = (uint8_t)channel,
                                                                .pitch = pitch,
                                                                .velocity = event->bytes[2],
                                                                .track = event->track});
  if (status != STATUS_OK) {
    return status;
  }
  const size_t note = notes->count - 1 - pairing->base;
  pairing->next[note] = NO_NOTE;
  if (pairing->first[channel][pitch] == NO_NOTE) {
    pairing->first[channel][pitch] = note;
  } else {
    pairing->next[pairing->last[channel][pitch]] = note;
  }
  pairing->last[channel][pitch] = note;
  return STATUS_OK;
}

static void end_note(struct pairing *pairing, struct note_list *notes, unsigned channel, unsigned pitch,
                     nanos time)
{
  const size_t note = pairing->first[channel][pitch];
  if (note != NO_NOTE) {
    notes->notes[pairing->base + note].off = time;
    pairing->first[channel][pitch] = pairing->next[note];
  }
}

static void end_all(struct pairing *pairing, struct note_list *notes, nanos time)
{
  for (unsigned channel = 0; channel < CHANNELS; channel++) {
    for (unsigned pitch = 0; pitch < KEYS; pitch++) {
      while (pairing->first[channel][pitch] != NO_NOTE) {
        end_note(pairing, notes, channel, pitch, time);
      }
    }
  }
}

static enum status read_track(struct pairing *pairing, const struct smf *smf, const struct smf_tracks *tracks,
                              int track, struct note_list *notes)
{
  const size_t before = notes->count;
  for (size_t i = tracks->start[track]; i < tracks->start[track + 1]; i++) {
    const struct smf_event *event = &smf->events[tracks->order[i]];
    if (message_is_note_on(event->bytes, event->size)) {
      const enum status status = begin_note(pairing, notes, event);
      if (status != STATUS_OK) {
        return status;
      }
    } else if (message_is_note_off(event->bytes, event->size)) {
      end_note(pairing, notes, event->bytes[0] & 0x0Fu, event->bytes[1], event->time);
    }
  }
  if (notes->count > before) {
    end_all(pairing, notes, smf_tick_time(smf, smf->track_end[track]));
  }
  return STATUS_OK;
}

enum status smf_notes(const struct smf *smf, struct note_list *notes, struct error *error)
{
  struct smf_tracks tracks = {0};
  const size_t before = notes->count;
  struct pairing *pairing = malloc(sizeof *pairing);
  enum status status = pairing == NULL ? STATUS_NO_MEMORY : smf_tracks_find(&tracks, smf);
  if (status == STATUS_OK) {
    pairing->base = before;
    pairing->next = malloc((smf->event_count + 1) * sizeof *pairing->next);
    status = pairing->next == NULL ? STATUS_NO_MEMORY : STATUS_OK;
    forget(pairing);
    for (int track = 0; track < smf->track_count && status == STATUS_OK; track++) {
      status = read_track(pairing, smf, &tracks, track, notes);
    }
    free(pairing->next);
  }
  smf_tracks_free(&tracks);
  free(pairing);
  if (status != STATUS_OK) {
    notes->count = before;
    return error_set(error, status, "out of memory while reading the notes of a MIDI file");
  }
  note_list_sort(notes);
  return STATUS_OK;
}
