/* SPDX-License-Identifier: MIT */
/* Which channels of a port play drums, by what the port has said: General MIDI's channel 10 to begin with, and
 * where GS, XG or GM2 messages put them. One for each port; any thread; never allocates.
 * Sources: Roland GS (use for rhythm part, 40 1x 15; receive channel, 40 1x 02), Yamaha XG (part mode, 08 pp
 * 07; receive channel, 08 pp 04; bank 126 and 127), MMA GM2 (bank 120 and 121). */
#ifndef EMEND_DRUMS_H
#define EMEND_DRUMS_H

#include "event.h"
#include "rt.h"

struct drums {
  uint16_t by_part;               /* a bit for each channel that a part of drums listens to */
  uint16_t by_bank;               /* likewise, whose bank is one of drums */
  uint16_t parts;                 /* a bit for each part that is one of drums */
  uint8_t part_channel[CHANNELS]; /* what each part listens to; CHANNELS: nothing */
  bool is_gs;                     /* where bank 127 holds another instrument's sounds */
};

EMEND_LIVE void drums_reset(struct drums *drums);
/* A message was heard: a short one, or a whole SysEx with its 0xF0; its 0xF7 may be missing. */
EMEND_LIVE void drums_hear(struct drums *drums, const uint8_t *bytes, size_t size);

static inline bool drums_are_on(const struct drums *drums, unsigned channel)
{
  return channel == DRUM_CHANNEL || ((drums->by_part | drums->by_bank) >> channel & 1) != 0;
}

#endif
