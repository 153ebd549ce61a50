/* SPDX-License-Identifier: MIT */
/* A small seeded random generator (SplitMix64 seeding xoshiro256**, Blackman & Vigna 2018), so that a
 * seed means the same stream on every machine. Not for secrets. Never allocates; one thread each. */
#ifndef EMEND_RNG_H
#define EMEND_RNG_H

#include <stddef.h>
#include <stdint.h>

struct rng {
  uint64_t word[4];
};

void rng_seed(struct rng *rng, uint64_t seed);
uint64_t rng_next(struct rng *rng);
/* Uniform in [0, 1). */
double rng_uniform(struct rng *rng);
/* Uniform in [low, high). */
double rng_between(struct rng *rng, double low, double high);
/* Uniform in 0..count-1; count > 0. */
uint32_t rng_below(struct rng *rng, uint32_t count);
/* Put `order` (count) into any order, each as likely. */
void rng_shuffle(struct rng *rng, uint32_t *order, size_t count);
/* Standard normal. */
double rng_normal(struct rng *rng);

#endif
