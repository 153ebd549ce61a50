/* SPDX-License-Identifier: MIT */
/* Active sensing: a keyboard that sends FE says so at least every 300 ms for as long as it is there. Once it no
 * longer does, its cable is out, and what it holds will never be let go.
 *
 * Only a keyboard that has kept to it SENSING_TRUST times is held to it. Time in which nobody listened, as over
 * a frozen program or lost input, is no silence.
 *
 * Live thread; never allocates. Times never decrease. */
#ifndef EMEND_SENSING_H
#define EMEND_SENSING_H

#include "event.h"
#include "rt.h"

#define SENSING_SILENCE (330 * NANOS_PER_MILLISECOND)
/* A step of time that is longer counts as this. */
#define SENSING_STEP (200 * NANOS_PER_MILLISECOND)

enum { SENSING_TRUST = 3 };

struct sensing {
  nanos now;
  nanos silent; /* since the last message */
  int kept;     /* how often FE has come in time, up to SENSING_TRUST */
  bool sent;    /* FE has come, and no silence since */
};

EMEND_LIVE void sensing_reset(struct sensing *sensing, nanos now);
/* Input was lost: what was not heard may have come. */
EMEND_LIVE void sensing_lost(struct sensing *sensing);
/* Time passes. True once: the keyboard is gone. */
EMEND_LIVE bool sensing_pass(struct sensing *sensing, nanos now);
/* A message came in. */
EMEND_LIVE void sensing_hear(struct sensing *sensing, const uint8_t *bytes, size_t size);

#endif
