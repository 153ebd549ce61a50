/* SPDX-License-Identifier: MIT */
/* What a user wants left alone: keys and channels whose notes always pass, by --keep and --drums. */
#ifndef EMEND_SPARE_H
#define EMEND_SPARE_H

#include "event.h"

struct spare {
  bool key[CHANNELS][KEYS]; /* never removed */
  uint16_t drums;           /* a bit for each channel that plays drums */
};

/* Add what `text` names: items with commas between them, each a key ("C4"), a range of keys ("C0:B0"), a
 * channel
 * ("ch3") or keys of a channel ("ch3/C0:B0"). C4 is key 60; # and b are as usual; numbers are keys too.
 * STATUS_USAGE with one line. Any thread; never allocates. */
enum status spare_keep(struct spare *spare, const char *text, struct error *error) EMEND_CHECK;
/* Channels that play drums: "11" or "11,12". */
enum status spare_drums(struct spare *spare, const char *text, struct error *error) EMEND_CHECK;

static inline bool spare_has(const struct spare *spare, unsigned channel, unsigned pitch)
{
  return spare->key[channel][pitch] || (spare->drums >> channel & 1) != 0;
}

#endif
