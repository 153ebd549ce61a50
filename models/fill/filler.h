/* SPDX-License-Identifier: MIT */
/* A filler at work: the probability of every cell of a stretch of a take. */
#ifndef EMEND_FILLER_H
#define EMEND_FILLER_H

#include "filler_view.h"
#include "vrae.h"

/* A trained network with room to work in; one thread each. */
struct filler {
  struct vrae_net net;
  struct vrae_batch batch;
};

enum {
  FILLER_PART_MAX = 320,    /* frames of a part at most */
  FILLER_SURROUNDINGS = 40, /* frames either side of a gap that are looked at */
};

/* `params` and its weights must outlive it. STATUS_UNSUPPORTED for a model without matches. Allocates; release
 * with filler_free. */
enum status filler_init(struct filler *filler, const struct net_config *config, const struct params *params,
                        struct error *error) EMEND_CHECK;
void filler_free(struct filler *filler);

/* p (length, V, D): the probability that a cell is on. At the mode of q, or with z drawn from q where `rng` is
 * given. Pitches that sound neither in the part nor in its matches get 0. Never allocates. */
void filler_run(struct filler *filler, const struct filler_part *part, struct rng *rng, float *p);

/* The same without a network, as a baseline: the share of the matches, by score, that hold the cell. */
void filler_vote(const struct filler_part *part, float *p);

/* The probability from which on a gap's cells are taken at `strength`, in [0, 1]. At 0.5 it is the one that
 * makes the expected F1 of what is taken largest (half of that F1): near 0.5 where the music is sure, lower
 * where it is not, since a gap left empty is no filling. Sorts p (count). */
float filler_threshold(float *p, size_t count, double strength);

/* Fill frames begin .. end - 1 of a roll of cells (T, D): filled (end - begin, D), a cell where its probability
 * is at least filler_threshold's at `strength`. What the roll holds there is not looked at. STATUS_USAGE for a
 * gap that is too long and for a network of more than one value a pitch. Allocates. */
enum status fill_roll(struct filler *filler, const uint8_t *cells, int frames, int begin, int end,
                      double strength, uint8_t *filled) EMEND_CHECK;

#endif
