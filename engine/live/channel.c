/* SPDX-License-Identifier: MIT */
#include "channel.h"

static int key_of(int pitch)
{
  return pitch - PITCH_LOW;
}

EMEND_LIVE void channel_reset(struct channel *channel)
{
  framer_reset(&channel->received);
  framer_reset(&channel->passed);
  touch_reset(&channel->touch);
}

EMEND_LIVE void channel_receive(struct channel *channel, nanos time, int pitch, int velocity)
{
  framer_note_on(&channel->received, key_of(pitch));
  touch_on(&channel->touch, time, pitch, velocity);
}

static struct frame with_candidate(const struct framer *framer, int key)
{
  struct frame frame = framer->current;
  for (int value = 0; value < FRAME_VALUES_MAX; value++) {
    frame.cell[value][key] = 1;
  }
  return frame;
}

EMEND_LIVE void channel_believe(const struct channel *channel, const struct predictor_ops *ops, void *state,
                                int pitch, struct belief *belief)
{
  int key = key_of(pitch);
  struct frame received = with_candidate(&channel->received, key);
  struct frame passed = with_candidate(&channel->passed, key);
  ops->believe(state, &received, &passed, key, belief);
}

EMEND_LIVE void channel_sense(const struct channel *channel, const struct decision *decision,
                              const struct predictor_ops *ops, void *state, nanos time, int pitch, int velocity,
                              float *input)
{
  struct belief belief = {0};
  float touch[TOUCH_SIZE];
  if (decision_asks(decision)) {
    channel_believe(channel, ops, state, pitch, &belief);
  }
  touch_read(&channel->touch, time, pitch, velocity, touch);
  decision_input(decision, touch, &belief, input);
}

EMEND_LIVE void channel_settle(struct channel *channel, int pitch, int velocity, bool passed)
{
  if (passed) {
    framer_note_on(&channel->passed, key_of(pitch));
    touch_accept(&channel->touch, velocity);
  }
}

EMEND_LIVE void channel_release(struct channel *channel, nanos time, int pitch, bool passed)
{
  framer_note_off(&channel->received, key_of(pitch));
  touch_off(&channel->touch, time, pitch);
  if (passed) {
    framer_note_off(&channel->passed, key_of(pitch));
  }
}

EMEND_LIVE void channel_release_all(struct channel *channel, nanos time)
{
  framer_release_all(&channel->received);
  framer_release_all(&channel->passed);
  touch_release_all(&channel->touch, time);
}

EMEND_LIVE void channel_close(struct channel *channel, struct frame *received, struct frame *passed)
{
  framer_tick(&channel->received, received);
  framer_tick(&channel->passed, passed);
}

EMEND_LIVE void channel_tick(struct channel *channel, const struct predictor_ops *ops, void *state)
{
  struct frame received, passed;
  channel_close(channel, &received, &passed);
  ops->advance(state, &received, &passed);
}
