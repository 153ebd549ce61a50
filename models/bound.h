/* The bound over whole, unsplit sequences: sums that training's validation and `emend eval` share. */
#ifndef EMEND_BOUND_H
#define EMEND_BOUND_H

#include "dataset.h"
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

/* Called after every run of steps, with everything that vosp_forward left in the batch (rows of chunk
 * b are b * R .. b * R + R - 1; weight 0 marks padding). May be NULL. Called from worker threads. */
typedef void (*bound_visit)(void *user, const struct vosp_net *net, struct vosp_batch *batch, int steps,
                            struct rng *rng);

/* Sequences are taken in groups of like length and run in segments with the state carried on. Allocates. */
enum status bound_over(const struct vosp_net *net, const struct dataset *data,
                       const struct bound_options *options, bound_visit visit, void *user,
                       struct bound_sums *sums) EMEND_CHECK;

#endif
