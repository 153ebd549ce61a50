/* SPDX-License-Identifier: MIT */
#include "histogram.h"

#include <math.h>

/* Below 32 ns a bin each; above, the octave and the four bits after the leading one. */
static int bin_of(uint64_t duration)
{
  int octave = 0;

  while (duration >> octave >= 2 * HISTOGRAM_STEPS && octave < HISTOGRAM_OCTAVES - 2) {
    octave++;
  }
  uint64_t step = duration >> octave;
  if (step >= 2 * HISTOGRAM_STEPS) {
    step = 2 * HISTOGRAM_STEPS - 1;
  }
  return octave * HISTOGRAM_STEPS + (int)step;
}

static double upper_edge(int bin)
{
  if (bin < 2 * HISTOGRAM_STEPS) {
    return bin;
  }
  int octave = bin / HISTOGRAM_STEPS - 1;
  return ldexp(bin % HISTOGRAM_STEPS + HISTOGRAM_STEPS + 1, octave) - 1;
}

EMEND_LIVE void histogram_add(struct histogram *histogram, int64_t duration)
{
  uint64_t value = duration > 0 ? (uint64_t)duration : 0;

  atomic_fetch_add_explicit(&histogram->bins[bin_of(value)], 1, memory_order_relaxed);
  atomic_fetch_add_explicit(&histogram->count, 1, memory_order_relaxed);
  if (value > atomic_load_explicit(&histogram->max, memory_order_relaxed)) {
    atomic_store_explicit(&histogram->max, value, memory_order_relaxed);
  }
}

double histogram_percentile(const struct histogram *histogram, double share)
{
  uint64_t count = atomic_load_explicit(&histogram->count, memory_order_relaxed);
  double max = (double)atomic_load_explicit(&histogram->max, memory_order_relaxed);
  double rank = ceil(share * (double)count);
  double seen = 0;

  for (int bin = 0; bin < HISTOGRAM_BINS && count > 0; bin++) {
    seen += (double)atomic_load_explicit(&histogram->bins[bin], memory_order_relaxed);
    if (seen >= rank && seen > 0) {
      return fmin(upper_edge(bin), max);
    }
  }
  return count > 0 ? max : 0;
}
