/* SPDX-License-Identifier: MIT */
/* Standard MIDI Files, formats 0 and 1 (format 2 is refused): reader, writer and tempo map.
 *
 * The reader treats its input as hostile: every length is checked against what is there. Whatever
 * it accepts, smf_write gives back event for event (SysEx, escapes and meta events included);
 * running status is read and not written. */
#ifndef EMEND_SMF_H
#define EMEND_SMF_H

#include "event.h"

/* Longer files are taken for damaged: a lying delta time would else keep the program busy for years. */
#define SMF_TIME_MAX (24 * 3600 * NANOS_PER_SECOND)

enum smf_kind {
  SMF_CHANNEL, /* bytes: status, one or two data bytes */
  SMF_SYSEX,   /* bytes: 0xF0, then the data as stored (normally up to and with 0xF7) */
  SMF_ESCAPE,  /* bytes: 0xF7, then the data as stored */
  SMF_META,    /* bytes: 0xFF, type, then the data (the length is implied by size) */
};

struct smf_event {
  uint64_t tick; /* absolute */
  nanos time;    /* by the tempo map */
  uint16_t track;
  uint8_t kind;         /* enum smf_kind */
  uint32_t size;        /* of bytes; the end-of-track meta event is not stored but written */
  const uint8_t *bytes; /* within the smf's own pool */
};

struct smf {
  int format;        /* 0 or 1 */
  uint16_t division; /* as in the header: ticks a quarter, or SMPTE */
  int track_count;
  uint64_t *track_end;      /* (track_count) tick of each track's end */
  struct smf_event *events; /* by tick, then track, then order in the track */
  size_t event_count;
  struct smf_tempo {
    uint64_t tick;
    nanos time;
    uint32_t microseconds_per_quarter;
  } * tempos;
  size_t tempo_count; /* at least 1: tick 0 */
  void *pool;         /* owned */
};

/* Read a whole file from memory. Allocates; release with smf_free. On failure *smf is empty and
 * `error` says what and at which byte. `name` is only for messages. */
enum status smf_read(struct smf *smf, const uint8_t *data, size_t size, const char *name,
                     struct error *error) EMEND_CHECK;
void smf_free(struct smf *smf);

/* The bytes of the file: *data is allocated, the caller frees it. Events must be in order by tick. */
enum status smf_write(const struct smf *smf, uint8_t **data, size_t *size, struct error *error) EMEND_CHECK;

nanos smf_tick_time(const struct smf *smf, uint64_t tick);
uint64_t smf_time_tick(const struct smf *smf, nanos time); /* the nearest tick */

/* Notes by track, channel and pitch, first note-off to first note-on; a note without its end lasts to
 * the end of its track. Appends to `notes` and sorts them as
 * note_list_sort; on failure the list is as it was. Allocates. */
enum status smf_notes(const struct smf *smf, struct note_list *notes, struct error *error) EMEND_CHECK;

/* Build `out` from `smf` with its note-ons and note-offs replaced by `notes`, each in its own track, at
 * the nearest ticks; all other events are kept. At one tick of a track: note-offs, kept events,
 * note-ons. A note too short for a tick is still on before it is off. Allocates; release with smf_free. */
enum status smf_with_notes(const struct smf *smf, const struct note_list *notes, struct smf *out,
                           struct error *error) EMEND_CHECK;

#endif
