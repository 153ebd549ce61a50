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

struct listener {
  struct channel channel;
  struct evidence evidence;
};

/* One frame as the live engine would hear it: all strokes at once, judged from the lowest up. */
static void gate_frame(const struct cleaner *cleaner, struct listener *listener, float threshold, nanos time,
                       const uint8_t *noisy, uint8_t *out)
{
  struct channel *channel = &listener->channel;
  struct evidence *evidence = &listener->evidence;
  void *state = cleaner->state[0];
  const struct gate *gate = cleaner->gate;
  for (int i = 0; i < PITCHES; i++) {
    if (noisy[i]) {
      channel_receive(channel, time, PITCH_LOW + i, ROLL_VELOCITY);
      evidence_note_on(evidence, time, PITCH_LOW + i, ROLL_VELOCITY);
    }
  }
  for (int i = 0; i < PITCHES; i++) {
    float input[GATE_INPUT_MAX];
    float values[EVIDENCE_SIZE];
    struct belief belief = {0};
    out[i] = noisy[i];
    if (noisy[i]) {
      channel_believe(channel, cleaner->ops, state, PITCH_LOW + i, &belief);
      evidence_read(evidence, time, PITCH_LOW + i, ROLL_VELOCITY, values);
      gate_input(values, &belief, gate->context_size, input);
      out[i] = gate_judge(gate, input).log_odds >= threshold;
      channel_settle(channel, PITCH_LOW + i, ROLL_VELOCITY, out[i]);
      if (out[i]) {
        evidence_accept(evidence, ROLL_VELOCITY);
      }
    }
  }
  for (int i = 0; i < PITCHES; i++) {
    if (noisy[i]) {
      channel_release(channel, time, PITCH_LOW + i, out[i]);
      evidence_note_off(evidence, PITCH_LOW + i);
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
  struct listener *listener = malloc(sizeof *listener);
  if (listener == NULL) {
    return STATUS_NO_MEMORY;
  }
  channel_reset(&listener->channel);
  evidence_reset(&listener->evidence);
  cleaner->ops->reset(cleaner->state[0]);
  const nanos duration = frame_duration(&cleaner->frame, TAKE_BPM);
  const float threshold = gate_threshold(cleaner->gate, strength);
  for (int t = 0; t < frames; t++) {
    const size_t at = (size_t)t * PITCHES;
    gate_frame(cleaner, listener, threshold, t * duration, noisy + at, out + at);
  }
  free(listener);
  return STATUS_OK;
}
