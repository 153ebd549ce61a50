/* SPDX-License-Identifier: MIT */
#include "roll_rules.h"

#include <stdlib.h>
#include <string.h>

#include "channel.h"
#include "dataset.h"
#include "vosp_step.h"

static struct frame frame_of(const uint8_t *cells)
{
  struct frame frame = {{{0}}};
  memcpy(frame.cell[0], cells, PITCHES);
  return frame;
}

void roll_rule_paper(const struct cleaner *cleaner, const uint8_t *noisy, int frames, uint8_t *out)
{
  void *state = cleaner->state[0];
  cleaner->ops->reset(state);
  for (int t = 0; t < frames; t++, noisy += PITCHES, out += PITCHES) {
    const struct frame received = frame_of(noisy);
    float log_odds[PITCHES];
    vosp_step_mode(state, &received, log_odds);
    for (int i = 0; i < PITCHES; i++) {
      out[i] = log_odds[i] > 0;
    }
    cleaner->ops->advance(state, &received, &received);
  }
}

/* One frame as the live engine would hear it: all strokes at once, judged from the lowest up. */
static void gate_frame(const struct cleaner *cleaner, struct channel *channel, float threshold, nanos time,
                       const uint8_t *noisy, uint8_t *out)
{
  void *state = cleaner->state[0];
  const struct gate *gate = cleaner->gate;
  for (int i = 0; i < PITCHES; i++) {
    if (noisy[i]) {
      channel_receive(channel, time, PITCH_LOW + i, ROLL_VELOCITY);
    }
  }
  for (int i = 0; i < PITCHES; i++) {
    float input[GATE_INPUT_MAX];
    out[i] = noisy[i];
    if (noisy[i]) {
      channel_sense(channel, cleaner->ops, state, gate->context_size, time, PITCH_LOW + i, ROLL_VELOCITY,
                    input);
      out[i] = gate_judge(gate, input).log_odds >= threshold;
      channel_settle(channel, PITCH_LOW + i, ROLL_VELOCITY, out[i]);
    }
  }
  for (int i = 0; i < PITCHES; i++) {
    if (noisy[i]) {
      channel_release(channel, PITCH_LOW + i, out[i]);
    }
  }
  channel_tick(channel, cleaner->ops, state);
}

enum status roll_rule_gate(const struct cleaner *cleaner, float strength, const uint8_t *noisy, int frames,
                           uint8_t *out)
{
  if (cleaner->gate == NULL) {
    memcpy(out, noisy, (size_t)frames * PITCHES);
    return STATUS_OK;
  }
  struct channel *channel = malloc(sizeof *channel);
  if (channel == NULL) {
    return STATUS_NO_MEMORY;
  }
  channel_reset(channel);
  cleaner->ops->reset(cleaner->state[0]);
  const nanos duration = frame_duration(&cleaner->frame, TAKE_BPM);
  const float threshold = gate_threshold(cleaner->gate, strength);
  for (int t = 0; t < frames; t++) {
    const size_t at = (size_t)t * PITCHES;
    gate_frame(cleaner, channel, threshold, t * duration, noisy + at, out + at);
  }
  free(channel);
  return STATUS_OK;
}
