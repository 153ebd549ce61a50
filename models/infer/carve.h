/* SPDX-License-Identifier: MIT */
/* A network's work space: one block, arrays carved out of it, each from an aligned place. Carving is done
 * twice by the same code: first with no block, to count, then from the block that carver_allocate made. */
#ifndef EMEND_CARVE_H
#define EMEND_CARVE_H

#include <stdlib.h>
#include <string.h>

#include <stdbool.h>

#include "real.h"

enum { CARVE_ALIGN = 16 }; /* in reals: 64 bytes or more */

struct carver {
  real *base;
  size_t used; /* in reals */
};

static inline real *carve(struct carver *carver, size_t count)
{
  real *part = carver->base != NULL ? carver->base + carver->used : NULL;
  carver->used += (count + CARVE_ALIGN - 1) / CARVE_ALIGN * CARVE_ALIGN;
  return part;
}

static inline struct moments carve_moments(struct carver *carver, size_t count, bool moments)
{
  struct moments part = {carve(carver, count), NULL};
  if (moments) {
    part.v = carve(carver, count);
  }
  return part;
}

/* Memory for what was counted, zeroed; the carver starts again in it. The caller frees the result; NULL when
 * there is not enough. */
static inline real *carver_allocate(struct carver *carver)
{
  void *block = NULL;
  if (posix_memalign(&block, 64, carver->used * sizeof(real)) != 0) {
    return NULL;
  }
  memset(block, 0, carver->used * sizeof(real));
  *carver = (struct carver){block, 0};
  return block;
}

#endif
