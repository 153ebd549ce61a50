/* Inside eval*.c. */
#ifndef EMEND_EVAL_PARTS_H
#define EMEND_EVAL_PARTS_H

#include "eval.h"

enum { EVAL_THREADS = 2 };

/* One thread's share of a denoising run: its own cleaner and sums. */
struct denoise_worker {
  struct cleaner *cleaner;
  struct eval_denoise sums;
  enum status status;
  struct error error;
};

struct denoise_run {
  const struct dataset *data;
  double noise;                       /* rolls */
  const struct corrupt_rates *damage; /* takes */
  const struct rules *rules;          /* takes, tuned */
  float strength;
  uint64_t seed;
};

/* The generator of one piece of work: of the seed and its index alone, whatever thread takes it. */
static inline void eval_seed(struct rng *rng, uint64_t seed, size_t index)
{
  rng_seed(rng, seed + UINT64_C(0x9E3779B97F4A7C15) * (index + 1));
}

/* Add one sequence's scores to the worker's. Allocate. */
enum status denoise_roll(const struct denoise_run *run, struct denoise_worker *worker,
                         size_t index) EMEND_CHECK;
enum status denoise_take(const struct denoise_run *run, struct denoise_worker *worker,
                         size_t index) EMEND_CHECK;

#endif
