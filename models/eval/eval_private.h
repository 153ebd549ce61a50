/* SPDX-License-Identifier: MIT */
/* Inside eval*.c. */
#ifndef EMEND_EVAL_PRIVATE_H
#define EMEND_EVAL_PRIVATE_H

#include <stdatomic.h>

#include "bound.h"
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

static inline void eval_add_score(struct score *sum, const struct score *part)
{
  sum->hits += part->hits;
  sum->wanted += part->wanted;
  sum->given += part->given;
}

/* A run of eval_nll; a kind of network each: the sums of its bound and the logarithm of its importance estimate
 * (0 without particles). Allocate. */
struct nll_run {
  const struct model *model;
  const struct dataset *data;
  int particles;
  uint64_t seed;
  struct eval_pace *pace;
};

enum status nll_vosp(const struct nll_run *run, struct bound_sums *sums, double *log_p) EMEND_CHECK;
enum status nll_vrae(const struct nll_run *run, struct bound_sums *sums, double *log_p) EMEND_CHECK;

/* Particle draws are apart from the bound's, which does not change with the number of particles. */
static inline void nll_seed(struct rng *rng, const struct nll_run *run, const struct bound_place *place)
{
  const uint64_t apart = UINT64_C(0x5041525449434C45) ^ (uint64_t)place->group << 32;
  eval_seed(rng, run->seed ^ apart, (size_t)place->start);
}

/* Add one sequence's scores to the worker's. Allocate. */
enum status denoise_roll(const struct denoise_run *run, struct denoise_worker *worker,
                         size_t index) EMEND_CHECK;
enum status denoise_take(const struct denoise_run *run, struct denoise_worker *worker,
                         size_t index) EMEND_CHECK;

#endif
