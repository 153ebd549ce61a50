/* SPDX-License-Identifier: MIT */
/* Sequences as rows of a VRAE's batch, and whole sequences in groups of like length whose work space stays
 * bounded. For networks that are no fillers; with weights tied across pitch every pitch is a row. */
#ifndef EMEND_VRAE_ROWS_H
#define EMEND_VRAE_ROWS_H

#include "batcher.h"
#include "vrae.h"

struct vrae_row {
  const uint8_t *cells, *seen; /* (frames, V, D) the target, and what the recognition sees */
  int start, frames;           /* the first one's place in its sequence */
  int pitch;                   /* 0..87 where weights are tied, else 0 */
};

/* The R rows of one chunk; `seen` from its first frame. Returns the place after them. */
struct vrae_row *vrae_rows_of(const struct vrae_net *net, const struct chunk *chunk, const uint8_t *seen,
                              struct vrae_row *rows);

/* Fill length, u, target, weight, cell_weight and noise from `count` rows, of which every frame counts. Returns
 * T, the longest one's frames. Never allocates. */
int vrae_rows_fill(struct vrae_batch *batch, const struct vrae_net *net, const struct vrae_row *rows, int count,
                   struct rng *rng);

/* Some sequences that are run side by side, and how many of their rows at a time. */
struct vrae_group {
  const struct sequence **sequences;
  int count, steps, rows; /* T of the longest, N at most, a multiple of vrae_joint_rows */
  size_t index;
};

/* Called from worker threads. Anything but STATUS_OK ends the run. */
typedef enum status (*vrae_group_work)(void *user, int worker, const struct vrae_group *group);

/* Take every sequence (or as many, evenly spread, as make about frames_max frames; 0: all) in groups, longest
 * first, on so many threads. Groups are the same whatever the number of threads; their indices run from 0 and
 * are below the number of sequences. Allocates for a while. */
enum status vrae_groups_run(const struct vrae_net *net, const struct dataset *data, size_t frames_max,
                            int threads, vrae_group_work work, void *user) EMEND_CHECK;

#endif
