/* SPDX-License-Identifier: MIT */
/* A roll as somebody would play it: notes with uneven timing and touch, so that a gate whose model knows
 * only rolls learns what played strokes look like. */
#ifndef EMEND_PERFORM_H
#define EMEND_PERFORM_H

#include "dataset.h"

/* Append to `notes` one note for each run of on cells of a pitch in a roll (V = 1), frames `frame` long.
 * Onsets waver by some 12 ms, chords are spread a little, velocities follow a slow swell. Sorted on return.
 * Allocates. */
enum status perform_roll(const struct sequence *roll, nanos frame, struct rng *rng,
                         struct note_list *notes) EMEND_CHECK;

#endif
