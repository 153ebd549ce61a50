/* SPDX-License-Identifier: MIT */
/* Ordinary dropout, as the networks with plain cells are trained with. */
#ifndef EMEND_DROPOUT_H
#define EMEND_DROPOUT_H

#include <stddef.h>

#include "real.h"
#include "rng.h"

struct dropout {
  real input, hidden; /* rates; fast dropout has its keep probabilities instead */
  struct rng *rng;
};

/* mask (n) = 0 with probability `rate`, else 1 / (1 - rate); out = in * mask. out may be in. Never allocates.
 */
void dropout_apply(size_t n, const real *in, real rate, struct rng *rng, real *mask, real *out);

#endif
