/* SPDX-License-Identifier: MIT */
/* Where a take repeats itself: for a block of frames, the stretches of the same take whose surroundings agree
 * best with the block's. Songs repeat, and a network's state does not remember where.
 *
 * Offsets d are in frames: frame t of the block stands beside frame t + d of the match. The agreement of two
 * frames is twice the cells they share over the cells of both; onsets (V = 2) may be a frame apart, as played
 * music is never quite in time. */
#ifndef EMEND_MATCH_H
#define EMEND_MATCH_H

#include "shapes.h"
#include "status.h"

/* score is the agreement over the block and its surroundings, in [0, 1]; 0: there is no match. */
struct match {
  int offset;
  float score;
};

/* A take as packed bits. Read by any number of threads once its gaps are hidden. */
struct match_index {
  int frames, values;
  struct match_frame *frame; /* (T), owned */
};

/* From cells (T, V, D). Allocates; release with match_index_free. */
enum status match_index_init(struct match_index *index, const uint8_t *cells, int frames,
                             int values) EMEND_CHECK;
/* Frames begin .. end - 1 are unknown: they agree with nothing and are no match for anything. */
void match_index_hide(struct match_index *index, int begin, int end);
/* Frames begin .. end - 1, which lie within the take, are known (again): cells (T, V, D) of the whole take. */
void match_index_show(struct match_index *index, const uint8_t *cells, int begin, int end);
void match_index_free(struct match_index *index);
bool match_index_known(const struct match_index *index, int frame);

struct match_block {
  int begin, end;               /* frames */
  struct match best[MATCH_MAX]; /* (count), best first, at least two frames apart from each other */
};

struct match_options {
  int count;    /* K, at most MATCH_MAX */
  int context;  /* frames either side of a block that are compared */
  int nearest;  /* no match is nearer than this, nor nearer than the block is long */
  int farthest; /* ... or farther */
};

/* How the music is best matched in frames of this definition. */
struct match_options match_options_for(const struct net_config *config);

/* Fill in the best matches of `count` blocks that lie one after another. The time is in proportion to
 * the frames from the first to the last times the offsets. Allocates for a while. */
enum status match_blocks(const struct match_index *index, const struct match_options *options,
                         struct match_block *blocks, int count) EMEND_CHECK;

/* The agreement of frames t and t + offset, in [0, 1]; 0 where either is unknown, outside or empty. */
float match_agreement(const struct match_index *index, int t, int offset);

#endif
