/* SPDX-License-Identifier: MIT */
/* Changing a Standard MIDI File in place: events go, note-ons change their velocity, short messages are put in.
 * All else stays byte for byte: other events and their order, delta times and running status where nothing
 * next to them changed, chunks that are no tracks, long headers, bytes after a track's last event, RIFF and
 * MacBinary around the file. The length of a track that changed is right afterwards. Any thread. */
#ifndef EMEND_SMF_PATCH_H
#define EMEND_SMF_PATCH_H

#include "smf.h"

struct smf_insertion {
  uint64_t tick;
  uint16_t track;
  bool before;      /* ahead of the events that the track has at this tick, else after them */
  uint8_t bytes[3]; /* a channel message of three bytes */
};

struct smf_patch {
  const uint8_t *removed;  /* (event_count) not 0: the event goes */
  const uint8_t *velocity; /* (event_count) not 0: a note-on's new velocity; NULL: none changes */
  /* By track, then tick, then as they shall stand there; those `before` first. */
  const struct smf_insertion *insertions;
  size_t insertion_count;
  uint64_t last_tick; /* later events go and tracks end here at the latest; UINT64_MAX: never */
};

/* `data` is the whole file that `smf` was read from. *out is allocated, the caller frees it.
 * STATUS_UNSUPPORTED where a removal leaves a silence too long for a delta time. */
enum status smf_patch(const struct smf *smf, const uint8_t *data, size_t size, const struct smf_patch *patch,
                      uint8_t **out, size_t *out_size, struct error *error) EMEND_CHECK;

/* The end of a note that was kept and takes that of a removed one, in the same key and track. */
struct smf_handed {
  size_t note_on;  /* index of the kept note's event */
  size_t was, now; /* of its note-off */
};

/* `removed` (event_count) has a mark at each note-on that shall go. Mark what goes with them: their note-offs
 * (by track, channel and key the first note-off ends the first note that sounds) and the high-resolution
 * velocity prefixes (controller 88, CA-031) that belong to either. Where the removed stroke began before its
 * key had been up for SMF_HAND_ON, or as a bounce within SMF_BOUNCE of the kept note's stroke, and is the
 * longer one, its note-off stays and the kept note's goes. `handed` may be NULL; else *handed is a list of
 * these, allocated, the caller frees it. */
#define SMF_HAND_ON (15 * NANOS_PER_MILLISECOND)
#define SMF_BOUNCE (60 * NANOS_PER_MILLISECOND) /* a hand repeats a key at most every 77 ms */
enum status smf_remove_notes(const struct smf *smf, uint8_t *removed, struct smf_handed **handed,
                             size_t *handed_count, struct error *error) EMEND_CHECK;

/* Which note-off ends each note-on, by track, channel and key, the first the first: `off` (event_count) of a
 * note-on is the index of its note-off, of a note-off that of its note-on; SMF_NO_EVENT where there is none.
 * Other entries mean nothing. Allocates meanwhile. */
#define SMF_NO_EVENT UINT32_MAX
enum status smf_pair_notes(const struct smf *smf, uint32_t *off, struct error *error) EMEND_CHECK;
/* Mark the velocity prefixes of removed note messages. Allocates meanwhile. */
enum status smf_remove_prefixes(const struct smf *smf, uint8_t *removed) EMEND_CHECK;

/* The file with the notes of smf_notes changed into `notes`, which need not be in order: a note of the same
 * track, channel, key and onset stays, perhaps with another velocity or end; others go or come. What did not
 * change stays as it is, byte for byte, and a note-off that moves keeps its velocity. *out is allocated, the
 * caller frees it. */
enum status smf_change_notes(const struct smf *smf, const uint8_t *data, size_t size,
                             const struct note_list *notes, uint8_t **out, size_t *out_size,
                             struct error *error) EMEND_CHECK;

#endif
