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
    pairing_end(pairing, smf_tick_time(smf, smf->track_end[track]));
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
