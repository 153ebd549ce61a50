/* SPDX-License-Identifier: MIT */
/* Notes from note-ons and note-offs: by channel and pitch, the first note-off ends the first note that sounds.
 */
#ifndef EMEND_PAIRING_H
#define EMEND_PAIRING_H

#include "event.h"

/* The notes of `notes` that still sound, a queue for each key. */
struct pairing {
  struct note_list *notes; /* the caller's; others may add nothing to it meanwhile */
  size_t base;             /* notes before are none of ours */
  size_t first[CHANNELS][KEYS];
  size_t last[CHANNELS][KEYS];
  size_t *next; /* of the same key, for each note from `base` on */
  size_t capacity;
};

/* Notes will be appended to `notes`. Any thread; one pairing each. Release with pairing_free. */
void pairing_init(struct pairing *pairing, struct note_list *notes);
void pairing_free(struct pairing *pairing);

/* A note begins at note.on. Allocates. */
enum status pairing_on(struct pairing *pairing, struct note note) EMEND_CHECK;
/* One ends, if one sounds; never before it began. */
void pairing_off(struct pairing *pairing, unsigned channel, unsigned pitch, nanos time);
/* All notes of a channel end. */
void pairing_off_channel(struct pairing *pairing, unsigned channel, nanos time);
/* All notes end. */
void pairing_end(struct pairing *pairing, nanos time);

#endif
