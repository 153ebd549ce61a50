/* SPDX-License-Identifier: MIT */
/* A histogram of durations on a logarithmic scale (16 bins an octave, so 6.25 % wide at most), written by one
 * thread and read by any. */
#ifndef EMEND_HISTOGRAM_H
#define EMEND_HISTOGRAM_H

#include <stdatomic.h>
#include <stdint.h>

#include "rt.h"

enum { HISTOGRAM_STEPS = 16, HISTOGRAM_OCTAVES = 40, HISTOGRAM_BINS = HISTOGRAM_STEPS * HISTOGRAM_OCTAVES };

struct histogram {
  _Atomic uint64_t bins[HISTOGRAM_BINS];
  _Atomic uint64_t count;
  _Atomic uint64_t max; /* nanoseconds, exact */
};

/* Live thread; never allocates. Nanoseconds; negative ones count as 0. */
EMEND_LIVE void histogram_add(struct histogram *histogram, int64_t duration);

/* The duration in nanoseconds that a `share` in [0, 1] of all does not exceed (the upper edge of its bin, never
 * above the maximum); 0 when empty. Any thread. */
double histogram_percentile(const struct histogram *histogram, double share);

#endif
