/* SPDX-License-Identifier: MIT */
/* The damage rates of engine/corrupt.h as options. */
#ifndef EMEND_RATES_H
#define EMEND_RATES_H

#include "damage.h"
#include "options.h"

enum { RATES_COUNT = 14 };

/* One option a rate; `given` (may be NULL) is set when any of them is given. */
void rates_options(struct corrupt_rates *rates, bool *given, struct option_spec specs[RATES_COUNT]);

#endif
