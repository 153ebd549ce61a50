/* SPDX-License-Identifier: MIT */
#include "dropout.h"

#include <stdint.h>

/* Each place hashes its index with one draw (the finaliser is the one of "lowbias32", Wellons 2018), so that
 * the loop vectorises. */
void dropout_apply(size_t n, const real *in, real rate, struct rng *rng, real *mask, real *out)
{
  const uint32_t limit = (uint32_t)((double)rate * 4294967295.0);
  const uint32_t start = (uint32_t)(rng_next(rng) >> 32);
  const real kept = 1 / (1 - rate);
  for (size_t i = 0; i < n; i++) {
    uint32_t x = (uint32_t)i * UINT32_C(0x9E3779B9) + start;
    x ^= x >> 16;
    x *= UINT32_C(0x7FEB352D);
    x ^= x >> 15;
    x *= UINT32_C(0x846CA68B);
    x ^= x >> 16;
    mask[i] = x < limit ? 0 : kept;
    out[i] = in[i] * mask[i];
  }
}
