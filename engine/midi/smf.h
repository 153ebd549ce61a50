/* SPDX-License-Identifier: MIT */
/* Standard MIDI Files, formats 0, 1 and 2, plain or within RIFF (.rmi) or MacBinary: reader, writer, tempo map.
 *
 * The reader treats its input as hostile: every length is checked against what is there. It also reads
 * files that break the standard in ways that players cope with, and counts how (struct smf_faults). Whatever
 * it accepts, smf_write gives back event for event (SysEx, escapes and meta events included);
 * running status is read and not written. smf_patch.h changes a file and leaves the rest byte for byte. */
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
  SMF_STRAY,   /* bytes: a system message that has no place in a file, 0xF1 to 0xFE */
};

struct smf_event {
  uint64_t tick; /* absolute */
  nanos time;    /* by the tempo map */
  uint16_t track;
  uint8_t kind;         /* enum smf_kind */
  uint32_t size;        /* of bytes; the end-of-track meta event is not stored but written */
  const uint8_t *bytes; /* within the smf's own pool */
};

/* How a file can break the standard and be read nevertheless. */
enum smf_fault {
  SMF_FAULT_WRAPPER,   /* MacBinary, or a RIFF file whose lengths are wrong */
  SMF_FAULT_HEADER,    /* the header's length */
  SMF_FAULT_COUNT,     /* the header's number of tracks */
  SMF_FAULT_FORMAT,    /* format 0 with several tracks: read as format 1 */
  SMF_FAULT_LENGTH,    /* a track's length */
  SMF_FAULT_CUT,       /* a track ends within an event: read up to the last whole one */
  SMF_FAULT_NO_END,    /* a track without end-of-track event */
  SMF_FAULT_AFTER_END, /* bytes of a track after its end-of-track event: not read */
  SMF_FAULT_BETWEEN,   /* bytes between or after chunks that are no chunk: not read */
  SMF_FAULT_DATA_BYTE, /* over 127: read as 127 */
  SMF_FAULT_RUNNING,   /* running status that goes on after a SysEx or meta event */
  SMF_FAULT_STRAY,     /* an event of kind SMF_STRAY */
  SMF_FAULT_END_DATA,  /* an end-of-track event with data */
  SMF_FAULT_TEMPO,     /* 0, too fast to be one, or too short: ignored */
  SMF_FAULTS,
};

struct smf_faults {
  struct smf_fault_place {
    size_t count;
    size_t byte; /* of the file, where the first one is */
  } of[SMF_FAULTS];
  int promised; /* tracks, by the header */
};

struct smf {
  int format;        /* 0, 1 or 2; tracks of format 2 are pieces of their own, each with its tempos */
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
  /* (track_count) which tempos are a track's own, in a file of format 2 with several tracks; else NULL. */
  struct smf_tempo_range {
    size_t begin, count;
  } * own_tempos;
  /* (track_count) where each track lies in the file that was read; NULL in one that was built. An event lies
   * there where its bytes lie in the pool: it ends at the same offset. */
  struct smf_place {
    size_t head;      /* of its chunk */
    size_t end;       /* after the last event that was read */
    size_t chunk_end; /* where its chunk ends, whatever its length says */
    bool has_end;     /* that event is an end-of-track event */
  } * places;
  struct smf_faults faults;
  void *pool; /* owned */
};

/* Read a whole file from memory. Allocates; release with smf_free. On failure *smf is empty and
 * `error` says what and at which byte. `name` is only for messages. */
enum status smf_read(struct smf *smf, const uint8_t *data, size_t size, const char *name,
                     struct error *error) EMEND_CHECK;
void smf_free(struct smf *smf);

/* The bytes of the file: *data is allocated, the caller frees it. Events must be in order by tick. */
enum status smf_write(const struct smf *smf, uint8_t **data, size_t *size, struct error *error) EMEND_CHECK;

/* Was it read in spite of faults? */
bool smf_has_faults(const struct smf *smf);
/* One line on them, without the file's name: "byte 26: ...; byte 90: ... (3 times)". At most four kinds. */
enum { SMF_FAULT_LINE = 400 };
void smf_describe_faults(const struct smf *smf, char line[SMF_FAULT_LINE]);
/* STATUS_FORMAT with that line where there are any. */
enum status smf_refuse_faults(const struct smf *smf, const char *name, struct error *error) EMEND_CHECK;

nanos smf_tick_time(const struct smf *smf, uint64_t tick);
uint64_t smf_time_tick(const struct smf *smf, nanos time); /* the nearest tick */
/* The same by the tempos that hold for `track`, which differ between tracks in format 2 alone. */
nanos smf_track_time(const struct smf *smf, int track, uint64_t tick);
uint64_t smf_track_tick(const struct smf *smf, int track, nanos time);

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
