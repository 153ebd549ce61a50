/* SPDX-License-Identifier: MIT */
/* A gap in a roll, and ways to fill it. For measuring and drawing; the product fills with fill.h. */
#ifndef EMEND_IMPUTE_H
#define EMEND_IMPUTE_H

#include <stdint.h>

#include "filler.h"
#include "vrae_rows.h"

enum { IMPUTE_ROUNDS = 30 };

/* Frames begin .. end - 1 of a roll (T, D) are unknown: nothing below looks at what it holds there. */
struct gap {
  const uint8_t *cells; /* (T, D) */
  int frames, begin, end;
};

/* One random place for `length` frames, at least 16 frames from either end where there is room, else in the
 * middle. False where a frame either side is too much. */
bool gap_place(struct gap *gap, int length, struct rng *rng);

/* filled (end - begin, D) each. */
void impute_hold(const struct gap *gap, uint8_t *filled);
void impute_half(const struct gap *gap, uint8_t *filled);
/* The stretch at any offset, apart from the gap, whose 16 frames either side have the best F1 with the gap's;
 * what is unknown or outside counts as empty; of equals the nearest. */
void impute_copy(const struct gap *gap, uint8_t *filled);

/* The paper's procedure with a plain VRAE, for some gaps at once: rolls (T, D) are copies of the gaps' own, in
 * which the gap is filled; `steps` is the longest one's T, `rows` the batch's N at most. Allocates for a while.
 */
enum status impute_paper(const struct vrae_net *net, const struct gap *gaps, uint8_t *const *rolls, int count,
                         int steps, int rows, struct rng *rng) EMEND_CHECK;

/* The same with a filler: nothing is masked, and the matches are those found with the gap unknown. Allocates
 * for a while. */
enum status impute_paper_filler(struct filler *filler, const struct gap *gap, uint8_t *roll,
                                struct rng *rng) EMEND_CHECK;

#endif
