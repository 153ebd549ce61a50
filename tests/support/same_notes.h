/* SPDX-License-Identifier: MIT */
/* Is a changed MIDI file the one that came in, but for removed notes? Read by a reader of its own, that shares
 * nothing with the program's. A failed allocation ends the program. */
#ifndef EMEND_TEST_SAME_NOTES_H
#define EMEND_TEST_SAME_NOTES_H

#include <stddef.h>
#include <stdint.h>

struct same_notes {
  size_t notes;    /* that came in */
  size_t removed;  /* that did not come out */
  size_t bridged;  /* of the kept: those that took the end of a removed one */
  size_t prefixes; /* controllers 88 that did not come out */
};

/* Notes are paired by track, channel and key, the first note-off with the first note-on. A kept note has its
 * on, off, velocity and the bytes of its note-off; a bridged one has the later note-off of a removed one. Other
 * events have their track, tick and bytes; chunks that are no tracks are there. NULL, or what is wrong. */
const char *same_notes(const uint8_t *in, size_t in_size, const uint8_t *out, size_t out_size,
                       struct same_notes *tally);

#endif
