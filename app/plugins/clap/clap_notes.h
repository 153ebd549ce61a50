/* SPDX-License-Identifier: MIT */
/* CLAP's own notes on their way through emend, which speaks MIDI: what MIDI cannot say of a note (its id, its
 * velocity to the last bit) waits here until the note comes out. Audio thread; never allocates. */
#ifndef EMEND_CLAP_NOTES_H
#define EMEND_CLAP_NOTES_H

#include <stddef.h>

#include "clap_abi.h"

enum { CLAP_NOTES_WAITING = 256, CLAP_NOTES_PASSED = 256 };

struct clap_notes {
  clap_event_note_t waiting[CLAP_NOTES_WAITING]; /* note-ons that emend has, the oldest first */
  size_t waits;
  struct {
    int32_t id;
    int16_t port;
    bool clap; /* the note came as CLAP's own */
  } sounding[16][128];
  /* What goes past emend in this block: expressions, chokes. */
  const clap_event_header_t *passed[CLAP_NOTES_PASSED];
  size_t passes, given;
};

/* A note of CLAP's as MIDI: false where it is none (a wildcard, a key out of range), and is to go past emend.
 */
bool clap_notes_take(struct clap_notes *notes, const clap_event_note_t *note, uint8_t bytes[3]);
/* An event that goes past emend; in order of time. */
void clap_notes_pass(struct clap_notes *notes, const clap_event_header_t *event);
/* Put out all that goes past up to and with this time. */
void clap_notes_give_passed(struct clap_notes *notes, uint32_t time, const clap_output_events_t *out);
/* Put out a message of emend's, as CLAP's own note if it came as one. */
void clap_notes_give(struct clap_notes *notes, uint32_t time, const uint8_t *bytes, size_t size,
                     const clap_output_events_t *out);
/* The block is over. */
void clap_notes_end_block(struct clap_notes *notes);

#endif
