/* SPDX-License-Identifier: MIT */
/* The number type of the networks. They are built in single precision; the gradient tests build the
 * same files again with EMEND_DOUBLE to compare with central differences. */
#ifndef EMEND_REAL_H
#define EMEND_REAL_H

#include <stddef.h>

#ifdef EMEND_DOUBLE
typedef double real;
#else
typedef float real;
#endif

/* Activations: v is NULL on plain paths. */
struct moments {
  real *m, *v;
};

static inline struct moments moments_at(struct moments array, size_t offset)
{
  return (struct moments){array.m + offset, array.v != NULL ? array.v + offset : NULL};
}

#endif
