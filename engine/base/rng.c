/* SPDX-License-Identifier: MIT */
#include "rng.h"

#include <math.h>

static uint64_t rotate_left(uint64_t x, int count)
{
  return (x << count) | (x >> (64 - count));
}

void rng_seed(struct rng *rng, uint64_t seed)
{
  for (int i = 0; i < 4; i++) {
    seed += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t z = seed;
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    rng->word[i] = z ^ (z >> 31);
  }
}

uint64_t rng_next(struct rng *rng)
{
  uint64_t *w = rng->word;
  const uint64_t result = rotate_left(w[1] * 5, 7) * 9;
  const uint64_t t = w[1] << 17;
  w[2] ^= w[0];
  w[3] ^= w[1];
  w[1] ^= w[2];
  w[0] ^= w[3];
  w[2] ^= t;
  w[3] = rotate_left(w[3], 45);
  return result;
}

double rng_uniform(struct rng *rng)
{
  return (double)(rng_next(rng) >> 11) * 0x1p-53;
}

double rng_between(struct rng *rng, double low, double high)
{
  return low + (high - low) * rng_uniform(rng);
}

uint32_t rng_below(struct rng *rng, uint32_t count)
{
  return (uint32_t)(((rng_next(rng) >> 32) * count) >> 32);
}

void rng_shuffle(struct rng *rng, uint32_t *order, size_t count)
{
  for (size_t i = count; i > 1; i--) {
    const size_t j = rng_below(rng, (uint32_t)i);
    const uint32_t kept = order[i - 1];
    order[i - 1] = order[j];
    order[j] = kept;
  }
}

double rng_normal(struct rng *rng)
{
  const double radius = sqrt(-2.0 * log(1.0 - rng_uniform(rng)));
  return radius * cos(6.283185307179586 * rng_uniform(rng));
}
