/* Sums over vectors of n numbers. Any thread. */
#ifndef EMEND_VECTORS_H
#define EMEND_VECTORS_H

#include <stddef.h>

#include "real.h"

/* to += by from. */
static inline void add_scaled(size_t n, real by, const real *restrict from, real *restrict to)
{
  for (size_t i = 0; i < n; i++) {
    to[i] += by * from[i];
  }
}

/* The sum of a b. */
static inline real dot(size_t n, const real *a, const real *b)
{
  real sum = 0;
#pragma omp simd reduction(+ : sum)
  for (size_t i = 0; i < n; i++) {
    sum += a[i] * b[i];
  }
  return sum;
}

#endif
