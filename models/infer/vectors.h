/* SPDX-License-Identifier: MIT */
/* Sums and products of vectors of n numbers. Any thread. */
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

/* array = by array, of each its own or one for all. */
static inline void multiply(size_t n, const real *by, real *array)
{
  for (size_t i = 0; i < n; i++) {
    array[i] *= by[i];
  }
}

static inline void scale_by(size_t n, real by, real *array)
{
  for (size_t i = 0; i < n; i++) {
    array[i] *= by;
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
