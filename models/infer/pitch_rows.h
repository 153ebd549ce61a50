/* SPDX-License-Identifier: MIT */
/* What the notes below a pitch add along the pitch axis, for the batch (emission_pitch.c) and for the live
 * step. B's rows after those of the values, each of G = 3K: the number of notes, then whether there is one at
 * each distance within reach, then how many there are of each class of pitches. Any thread; nothing allocates.
 */
#ifndef EMEND_PITCH_ROWS_H
#define EMEND_PITCH_ROWS_H

#include <stddef.h>

#include "real.h"
#include "shapes.h"

enum { PITCH_DISTANCES = PITCH_REACH + PITCH_CLASSES /* up to the reach each its own; beyond, by class */ };

/* Which of the rows below a note so many semitones below adds. */
static inline size_t pitch_row(size_t distance)
{
  return distance <= PITCH_REACH ? distance - 1 : PITCH_REACH + distance % PITCH_CLASSES;
}

/* The rows (PITCH_DISTANCES, G) from B's features (PITCH_FEATURES, G). */
void pitch_rows(size_t G, const real *features, real *rows);
/* The gradients of the rows, added to those of the features. */
void pitch_rows_backward(size_t G, const real *to_rows, real *to_features);

#endif
