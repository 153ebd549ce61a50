/* SPDX-License-Identifier: MIT */
#include "frame.h"

#include <string.h>

nanos frame_duration(const struct frame_def *def, double bpm)
{
  double duration = def->unit == FRAME_BEATS ? def->length * (double)NANOS_PER_MINUTE / bpm
                                             : def->length * (double)NANOS_PER_MILLISECOND;
  /* The comparison is also false for NaN, so a broken tempo cannot make ticks without end. */
  if (!(duration > (double)NANOS_PER_MILLISECOND)) {
    return NANOS_PER_MILLISECOND;
  }
  if (duration > (double)NANOS_PER_MINUTE) {
    return NANOS_PER_MINUTE;
  }
  return (nanos)duration;
}

EMEND_LIVE void framer_reset(struct framer *framer)
{
  memset(framer, 0, sizeof *framer);
}

EMEND_LIVE void framer_note_on(struct framer *framer, int pitch)
{
  framer->current.cell[0][pitch] = 1;
  framer->current.cell[1][pitch] = 1;
  if (framer->held[pitch] < UINT8_MAX) {
    framer->held[pitch]++;
  }
}

EMEND_LIVE void framer_note_off(struct framer *framer, int pitch)
{
  if (framer->held[pitch] > 0) {
    framer->held[pitch]--;
  }
}

EMEND_LIVE void framer_release_all(struct framer *framer)
{
  memset(framer->held, 0, sizeof framer->held);
}

EMEND_LIVE void framer_tick(struct framer *framer, struct frame *closed)
{
  *closed = framer->current;
  for (int pitch = 0; pitch < PITCHES; pitch++) {
    framer->current.cell[0][pitch] = framer->held[pitch] > 0;
    framer->current.cell[1][pitch] = 0;
  }
}
