/* SPDX-License-Identifier: MIT */
/* Frames of an audio server as nanoseconds, and exactly back again.
 *
 * A frame's time is rounded down and a time's frame is rounded up, so frame -> time -> frame is the
 * identity at any rate below 1 GHz. Seconds and the rest are kept apart: the product of a day of
 * frames and 1e9 would overflow 64 bits. Pure; never allocates. */
#ifndef EMEND_FRAME_CLOCK_H
#define EMEND_FRAME_CLOCK_H

#include <stdint.h>

#include "event.h"

struct frame_clock {
  nanos base;      /* the time of frame 0 */
  uint64_t frame;  /* first frame of this cycle, since base */
  uint32_t rate;   /* frames a second; 0: not started */
  uint32_t length; /* frames in this cycle */
  uint32_t server; /* the server's own 32-bit count at this cycle's start; it wraps */
};

/* The time of a frame within this cycle. */
static inline nanos frame_clock_time(const struct frame_clock *clock, uint32_t offset)
{
  uint64_t frame = clock->frame + offset;
  uint64_t rest = frame % clock->rate * (uint64_t)NANOS_PER_SECOND / clock->rate;
  return clock->base + (nanos)(frame / clock->rate) * NANOS_PER_SECOND + (nanos)rest;
}

/* The offset in this cycle of the first frame at or after `time`; negative before the cycle. */
static inline int64_t frame_clock_offset(const struct frame_clock *clock, nanos time)
{
  if (time < clock->base) {
    return -1;
  }
  uint64_t since = (uint64_t)(time - clock->base);
  uint64_t second = (uint64_t)NANOS_PER_SECOND;
  uint64_t rest = (since % second * clock->rate + second - 1) / second;
  return (int64_t)(since / second * clock->rate + rest) - (int64_t)clock->frame;
}

/* Begin counting at `base`. */
static inline void frame_clock_start(struct frame_clock *clock, nanos base, uint32_t rate, uint32_t server)
{
  *clock = (struct frame_clock){.base = base, .rate = rate, .server = server};
}

/* A new cycle. Frames that the server skipped (xruns) count; time never goes back, whatever the
 * server says. */
static inline void frame_clock_cycle(struct frame_clock *clock, uint32_t server, uint32_t length)
{
  uint32_t step = server - clock->server;
  if (step < clock->length || step > UINT32_MAX / 2) {
    step = clock->length;
  }
  clock->frame += step;
  clock->server = server;
  clock->length = length;
}

#endif
