/* SPDX-License-Identifier: MIT */
#include "normal.h"

#include "scalar.h"

/* Box and Muller, both values used: pairs come from one radius and one angle. */
void normal_fill(size_t n, struct rng *rng, real *out)
{
  const real two_pi = (real)6.283185307179586;
  for (size_t i = 0; i < n; i++) {
    const uint64_t bits = rng_next(rng);
    /* (0, 1] for the radius, in 32 bits; the other 32 are the angle's. */
    out[i] = ((real)(bits >> 40) + 1) * (real)0x1p-24;
    if (++i < n) {
      out[i] = (real)(bits & 0xFFFFFF) * (real)0x1p-24;
    }
  }
  const size_t pairs = n / 2;
  for (size_t i = 0; i < pairs; i++) {
    const real radius = SQRT(-2 * LOG(out[2 * i]));
    const real angle = two_pi * out[2 * i + 1];
    out[2 * i] = radius * COS(angle);
    out[2 * i + 1] = radius * COS(angle - two_pi / 4);
  }
  if (n % 2 != 0) {
    out[n - 1] = SQRT(-2 * LOG(out[n - 1])) * COS(two_pi * (real)rng_uniform(rng));
  }
}
