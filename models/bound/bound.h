/* SPDX-License-Identifier: MIT */
/* The bound over whole, unsplit sequences: sums that training's validation and `emend eval` share. */
#ifndef EMEND_BOUND_H
#define EMEND_BOUND_H

#include "batcher.h"
#include "vosp.h"

struct bound_options {
  double noise;      /* probability of corrupted cells in the recognition's input, 0: none */
  size_t frames_max; /* stop after about so many frames (whole sequences, evenly spread); 0: all */
  uint64_t seed;
  int threads;
};

struct bound_sums {
  size_t sequences, frames;
  double reconstruction, kl, surrogate; /* nats over all frames, one draw of z a step */
};

void bound_sums_add(struct bound_sums *sums, const struct bound_sums *part);

/* Put all sequences, or every n-th so that about frames_max frames come together (0: all), into `order` (room
 * for data->count + 1), longest first. Returns how many. */
size_t bound_choose(const struct dataset *data, size_t frames_max, const struct sequence **order);

/* Where a run of steps stands: the worker's index, its group of sequences (0 .. sequences - 1), the group's
 * first frame in the run and the frames of all its sequences in the run. */
struct bound_place {
  int worker;
  size_t group;
  int start;
  size_t frames;
  const struct chunk *chunks; /* (used) each sequence's frames in the run, of some none; NULL for a VRAE */
  int used;
};

/* Called after every run of steps, with everything that vosp_forward left in the batch (rows of sequence
 * b are b * R .. b * R + R - 1; weight 0 marks padding). May be NULL. False stops the run. Called from worker
 * threads. */
typedef bool (*bound_visit)(void *user, const struct bound_place *place, const struct vosp_net *net,
                            const struct vosp_batch *batch, int steps);

/* Rows of a batch at most, N: a group is 8 sequences, or 32 where one row is a frame. */
enum { BOUND_ROWS_MAX = 8 * PITCHES };

/* Sequences are taken in groups of like length and run in segments with the state carried on. The same seed
 * gives the same sums, whatever the number of threads. A predictor with recall is measured with it, its logits
 * changed in the batch, where there is no noise. STATUS_INTERRUPTED when a visit stopped it. Allocates. */
enum status bound_over(const struct vosp_net *net, const struct dataset *data,
                       const struct bound_options *options, bound_visit visit, void *user,
                       struct bound_sums *sums) EMEND_CHECK;

#endif
