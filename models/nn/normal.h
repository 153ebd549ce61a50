/* SPDX-License-Identifier: MIT */
/* Standard normal draws for batches. Any thread, one generator each; never allocates. */
#ifndef EMEND_NORMAL_H
#define EMEND_NORMAL_H

#include <stddef.h>

#include "real.h"
#include "rng.h"

void normal_fill(size_t n, struct rng *rng, real *out);

#endif
