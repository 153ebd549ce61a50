/* SPDX-License-Identifier: MIT */
/* What a filler is trained on: takes with simulated losses, whole frames hidden, and the clean take as the
 * target. Private to trainable_vrae.c and filler_calibrate.c. */
#ifndef EMEND_FILLER_TRAIN_H
#define EMEND_FILLER_TRAIN_H

#include "batcher.h"
#include "bound.h"
#include "dataset.h"
#include "vrae.h"

/* How data is cut up for what is no training: the frames of a part at most, and parts in a batch. */
enum { FILLER_CUT_FRAMES = 96, FILLER_CUT_PARTS = 6 };

/* Lose notes of every take anew (single notes, chords, bursts, dead keys); rolls lose theirs chunk by chunk.
 * Before each epoch. Allocates. */
enum status filler_epoch(struct dataset *data, const struct net_config *config, uint64_t seed,
                         struct error *error) EMEND_CHECK;

/* The data in parts, in an order of the seed's; free(list->chunks). Allocates. */
enum status filler_cut(struct chunk_list *list, const struct dataset *data, uint64_t seed) EMEND_CHECK;

/* N: the rows that a worker needs for so many chunks. */
int filler_batch_rows(int sequences);

/* One part a chunk, the pitches that sound in it or in its matches as rows. Sets *rows and *frames, what the
 * loss is of; returns T, or -1 if out of memory. Allocates for a while. */
int filler_batch_fill(struct vrae_batch *batch, const struct vrae_net *net, const struct chunk *chunks,
                      int used, struct rng *rng, int *rows, double *frames) EMEND_CHECK;

/* The loss of training, with the mode of q, over parts spread over the data; the same seed gives the same parts
 * and losses. Allocates. */
enum status filler_validate(const struct vrae_net *net, const struct dataset *data, int threads, uint64_t seed,
                            struct bound_sums *sums) EMEND_CHECK;

/* Making a filler's probabilities mean what they say. */

/* Fit logit' = a logit + b, and another b for hidden frames (Platt 1999), to cells that the filler did not see,
 * of parts as filler_validate has them, and fold the three numbers of each value into the weights. `net` is
 * bound to `params` and bound anew on return. STATUS_NO_MEMORY leaves the weights as they were. Allocates. */
enum status filler_calibrate(struct vrae_net *net, struct params *params, const struct dataset *data,
                             uint64_t seed) EMEND_CHECK;

#endif
