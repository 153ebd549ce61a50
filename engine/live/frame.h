/* SPDX-License-Identifier: MIT */
/* Frames: what a network sees of the music, one row of values per tick.
 *
 * The frames that train a model are made by this very code, so that live and training agree. */
#ifndef EMEND_FRAME_H
#define EMEND_FRAME_H

#include "event.h"
#include "rt.h"

enum frame_unit {
  FRAME_MILLISECONDS, /* `length` ms a frame */
  FRAME_BEATS,        /* `length` quarter notes a frame */
};

enum { FRAME_VALUES_MAX = 2 }; /* V: sounding; sounding and onset */

/* A frame definition. It belongs to the model and is stored in its file. */
struct frame_def {
  enum frame_unit unit;
  double length;
  int values; /* V, 1: sounding; 2: sounding, onset */
};

/* The length of one frame at `bpm` quarter notes a minute, in nanoseconds (at least 1 ms). */
nanos frame_duration(const struct frame_def *def, double bpm);

/* One frame: (V, D) flags, value-major. Sounding: the note was on at any time within the frame.
 * Onset: it was struck within the frame. */
struct frame {
  uint8_t cell[FRAME_VALUES_MAX][PITCHES];
};

/* The frame in the making for one channel. Two are kept side by side: what was received, and what
 * was let through; a model says which one is its past. */
struct framer {
  struct frame current;  /* so far in this frame */
  uint8_t held[PITCHES]; /* keys down now (a count, saturating at 255) */
};

/* All functions below: live thread or offline; never allocate. `pitch` is 0..87 (D). */
EMEND_LIVE void framer_reset(struct framer *framer);
EMEND_LIVE void framer_note_on(struct framer *framer, int pitch);
EMEND_LIVE void framer_note_off(struct framer *framer, int pitch);
/* All keys up, as after a panic; what sounded in this frame stays marked. */
EMEND_LIVE void framer_release_all(struct framer *framer);
/* Copy the closed frame to `closed` and begin the next one with the keys that are down. */
EMEND_LIVE void framer_tick(struct framer *framer, struct frame *closed);

#endif
