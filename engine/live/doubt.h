/* SPDX-License-Identifier: MIT */
/* Keys that may have been let go unheard: where input was lost, it cannot be told which.
 *
 * Nothing is ended at once, since most keys are still held, and a true note must not be cut. A key that is on
 * is in doubt from then on, until something is heard of it: its note-off, a new stroke (which ends the one
 * before, as its end was lost) or its own pressure. Where nothing is, it is ended: once it has been in doubt
 * for DOUBT_PATIENCE and for as long as it was held before the loss, and has been held longer than any key of
 * the channel was of late, or after DOUBT_LONGEST.
 *
 * Live thread; never allocates. Times never decrease. */
#ifndef EMEND_DOUBT_H
#define EMEND_DOUBT_H

#include "event.h"
#include "rt.h"

#define DOUBT_PATIENCE (500 * NANOS_PER_MILLISECOND)
#define DOUBT_LONGEST (10 * NANOS_PER_SECOND)

struct doubt {
  nanos struck[CHANNELS][KEYS]; /* when last; of a key that is down */
  nanos due[CHANNELS][KEYS];    /* INT64_MAX: not in doubt */
  bool down[CHANNELS][KEYS];    /* at the keyboard, as far as is heard */
  nanos longest[CHANNELS];      /* hold of late: it sinks slowly towards shorter ones */
  int count;                    /* keys in doubt */
  nanos next;                   /* none is due before */
};

EMEND_LIVE void doubt_reset(struct doubt *doubt);
/* Input was lost between `since` and now: all keys that are down are in doubt. */
EMEND_LIVE void doubt_begin(struct doubt *doubt, nanos since, nanos now);
/* A message was heard. True where it is a stroke of a key that was in doubt: the key had been let go. */
EMEND_LIVE bool doubt_hear(struct doubt *doubt, nanos time, const uint8_t *bytes, size_t size);
/* A key that nothing was heard of in time; false when there is none. It is taken for up from here on. */
EMEND_LIVE bool doubt_due(struct doubt *doubt, nanos now, unsigned *channel, unsigned *pitch);
/* All keys are taken for up. */
EMEND_LIVE void doubt_release_all(struct doubt *doubt);

#endif
