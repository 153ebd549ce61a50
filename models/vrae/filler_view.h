/* SPDX-License-Identifier: MIT */
/* What a filler sees: the music of one stretch of a take with its gaps hidden, and beside it the stretches of
 * the same take that match best. One row a pitch, as training and filling both use it. */
#ifndef EMEND_FILLER_VIEW_H
#define EMEND_FILLER_VIEW_H

#include "match.h"
#include "view.h"

/* Beyond view_row's a row (filler_view_inputs) holds: 1 for a hidden frame; then for each match the cells at
 * this pitch (V), the same times the match's score (V), the score, and how well the match agrees with the take
 * at this very frame. */

/* Frames begin .. begin + length - 1 of a take. */
struct filler_part {
  const struct net_config *config;
  const struct match_index *index; /* of the whole take, gaps hidden */
  const uint8_t *cells;            /* (T, V, D) of the whole take as it was recorded */
  int begin, length;
  struct match *best; /* (length, K), owned: the matches of each frame */
};

/* Find the matches: of every gap as a whole, and of the known frames block by block. Allocates; release with
 * filler_part_free. */
enum status filler_part_init(struct filler_part *part, const struct net_config *config,
                             const struct match_index *index, const uint8_t *cells, int begin,
                             int length) EMEND_CHECK;
void filler_part_free(struct filler_part *part);

/* out (I): the row of one pitch (0..87) at frame begin + t. Never allocates. */
void filler_view_row(const struct filler_part *part, int t, int pitch, view_value *out);

/* active (D): pitches that sound anywhere in the part or in its matches. Never allocates. */
void filler_active_pitches(const struct filler_part *part, bool active[PITCHES]);

#endif
