/* SPDX-License-Identifier: MIT */
#include "learn_result.h"

#include <math.h>

double learn_f1(const struct learn_figures *figures)
{
  const double kept = (double)(figures->strokes - figures->lost);
  return 2 * kept / fmax(kept + (double)(figures->passed + figures->strokes), 1);
}
