/* SPDX-License-Identifier: MIT */
/* What sounds at a receiver, from the messages that it was sent. Not for the live path, which has its ledger.
 */
#ifndef EMEND_SOUNDING_H
#define EMEND_SOUNDING_H

#include "event.h"

/* All zero at first. */
struct sounding {
  uint8_t on[CHANNELS][KEYS]; /* strokes without their note-off, saturating */
  int count;                  /* their sum */
};

/* Any thread; never allocate. `size` is at least 1. */
void sounding_hear(struct sounding *sounding, const uint8_t *bytes, size_t size);
/* A key is up: none of its strokes sounds. */
void sounding_release(struct sounding *sounding, unsigned channel, unsigned pitch);

#endif
