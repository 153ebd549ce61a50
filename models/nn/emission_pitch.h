/* SPDX-License-Identifier: MIT */
/* What the notes below a pitch add along the pitch axis (emission_pitch.c), for the batch and for the live
 * step. B's rows after those of the values, each of G = 3K: the number of notes, then whether there is one at
 * each distance within reach, then how many there are of each class of pitches. Any thread; nothing allocates.
 */
#ifndef EMEND_EMISSION_PITCH_H
#define EMEND_EMISSION_PITCH_H

#include "real.h"

enum {
  PITCH_REACH = 12,
  PITCH_CLASSES = 12,
  PITCH_FEATURES = 1 + PITCH_REACH + PITCH_CLASSES,
  PITCH_DISTANCES = PITCH_REACH + PITCH_CLASSES, /* up to the reach each its own; beyond, by class */
};

/* Which of the rows below a note so many semitones below adds. */
static inline size_t pitch_row(size_t distance)
{
  return distance <= PITCH_REACH ? distance - 1 : PITCH_REACH + distance % PITCH_CLASSES;
}

/* The rows (PITCH_DISTANCES, G) from B's features (PITCH_FEATURES, G). */
void emission_pitch_rows(size_t G, const real *features, real *rows);

#endif
