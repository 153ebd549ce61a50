/* SPDX-License-Identifier: MIT */
#include "live_private.h"

#define SWAP_PATIENCE (100 * NANOS_PER_MILLISECOND)
#define CLOCKS_PER_QUARTER 24
#define BPM_LOW 20.0
#define BPM_HIGH 400.0

static nanos frame_length(const struct live *live)
{
  return frame_duration(&live->cleaner->frame, live->bpm);
}

EMEND_LIVE void live_start_frames(struct live *live, nanos now)
{
  struct frame unused;
  for (int channel = 0; channel < CHANNELS; channel++) {
    channel_close(&live->channel[channel], &unused, &unused);
    live->step[channel].due = false;
    if (live->cleaner) {
      live->cleaner->ops->reset(live->cleaner->state[channel]);
    }
  }
  live->next_tick = live->cleaner ? now + frame_length(live) : INT64_MAX;
}

EMEND_LIVE void live_step(struct live *live, unsigned channel)
{
  struct live_step *step = &live->step[channel];
  const struct decision *decision = live->cleaner ? live->cleaner->decision : NULL;
  if (step->due && decision && decision_asks(decision)) {
    live->cleaner->ops->advance(live->cleaner->state[channel], &step->received, &step->passed);
  }
  step->due = false;
}

EMEND_LIVE void live_step_some(struct live *live)
{
  if (live->now - live->stepped < LIVE_STEP_PERIOD) {
    return;
  }
  int steps = 0;
  for (unsigned channel = 0; channel < CHANNELS && steps < LIVE_STEPS_MAX; channel++) {
    if (live->step[channel].due) {
      live_step(live, channel);
      live->stepped = live->now;
      steps++;
    }
  }
}

EMEND_LIVE void live_tick(struct live *live)
{
  for (unsigned c = 0; c < CHANNELS; c++) {
    if (!live->active[c]) {
      continue;
    }
    struct live_step *step = &live->step[c];
    live_step(live, c);
    channel_close(&live->channel[c], &step->received, &step->passed);
    step->due = true;
    struct live_frame_record record = {
      .time = live->next_tick, .channel = (uint8_t)c, .received = step->received, .passed = step->passed};
    live_record(live, LIVE_RECORD_FRAME, &record, sizeof record);
  }
  live_count(&live->counters.ticks);
  live->next_tick += frame_length(live);
}

EMEND_LIVE void live_hear_clock(struct live *live, nanos time)
{
  struct live_clock *clock = &live->clock;
  double interval = (double)(time - clock->last);
  double bpm = (double)NANOS_PER_MINUTE / (interval * CLOCKS_PER_QUARTER);
  clock->last = time;
  if (!(bpm >= BPM_LOW && bpm <= BPM_HIGH)) {
    clock->count = 0;
    return;
  }
  if (clock->count < CLOCKS_PER_QUARTER) {
    clock->count++;
  }
  double before = clock->count > 1 ? clock->interval : interval;
  clock->interval = before + (interval - before) / clock->count;
  live->bpm = (double)NANOS_PER_MINUTE / (clock->interval * CLOCKS_PER_QUARTER);
}

EMEND_LIVE void live_take_swap(struct live *live, bool at_tick)
{
  struct ring_header header;
  if (!live->swapping) {
    live->swapping = ring_read(&live->swaps, &header, &live->incoming, sizeof live->incoming);
  }
  bool soon = live->cleaner && live->next_tick - live->now <= SWAP_PATIENCE;
  if (!live->swapping || (soon && !at_tick)) {
    return;
  }
  if (live->cleaner && !ring_write(&live->retired, COMMAND_RETIRED, &live->cleaner, sizeof live->cleaner)) {
    return; /* until the control thread has taken earlier ones back */
  }
  live->cleaner = live->incoming;
  live->swapping = false;
  live_start_frames(live, live->now);
}
