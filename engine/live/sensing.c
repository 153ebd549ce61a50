/* SPDX-License-Identifier: MIT */
#include "sensing.h"

EMEND_LIVE void sensing_reset(struct sensing *sensing, nanos now)
{
  *sensing = (struct sensing){.now = now};
}

EMEND_LIVE void sensing_lost(struct sensing *sensing)
{
  sensing->silent = 0;
}

EMEND_LIVE bool sensing_pass(struct sensing *sensing, nanos now)
{
  const nanos step = now - sensing->now;
  sensing->now = now;
  sensing->silent += step < SENSING_STEP ? step : SENSING_STEP;
  if (!sensing->sent || sensing->silent < SENSING_SILENCE) {
    return false;
  }
  const bool gone = sensing->kept >= SENSING_TRUST;
  sensing_reset(sensing, now);
  return gone;
}

EMEND_LIVE void sensing_hear(struct sensing *sensing, const uint8_t *bytes, size_t size)
{
  sensing->silent = 0;
  if (size == 1 && bytes[0] == MIDI_SENSING) {
    sensing->kept += sensing->sent && sensing->kept < SENSING_TRUST;
    sensing->sent = true;
  }
}
