/* Inside eval*.c. */
#ifndef EMEND_EVAL_PARTS_H
#define EMEND_EVAL_PARTS_H

#include <stdatomic.h>

#include "eval.h"

enum { EVAL_THREADS = 2 };

/* How far the threads have come together. */
struct eval_pace {
  const struct eval_watch *watch; /* may be NULL */
  size_t total;                   /* pieces of work */
  atomic_size_t done;
  atomic_flag telling;
  atomic_bool stopped;
};

void eval_pace_init(struct eval_pace *pace, const struct eval_watch *watch, size_t total);
/* So many pieces more are done. False: stop. Any thread. */
bool eval_pace_go_on(struct eval_pace *pace, size_t done);
/* STATUS_INTERRUPTED, in words. */
enum status eval_stopped(struct error *error);

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
  struct eval_pace *pace;
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
