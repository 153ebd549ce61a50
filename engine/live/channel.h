/* SPDX-License-Identifier: MIT */
/* One channel's senses: what was received and let through in the frame in the making, and the touch. The live
 * engine and the training of what decides both drive a channel by these functions, so what trains is what runs.
 *
 * The life of a stroke: channel_receive when it arrives; channel_sense when it is decided (at once,
 * or after the look-ahead); channel_settle with the outcome; channel_release at its note-off.
 * Live thread or offline; never allocate. `pitch` is a MIDI pitch that note_is_decidable. */
#ifndef EMEND_CHANNEL_H
#define EMEND_CHANNEL_H

#include "decision.h"

struct channel {
  struct framer received;
  struct framer passed;
  struct touch touch;
};

EMEND_LIVE void channel_reset(struct channel *channel);
EMEND_LIVE void channel_receive(struct channel *channel, nanos time, int pitch, int velocity);
/* The predictor's belief in the stroke. The candidate counts as part of both frames while it is judged. */
EMEND_LIVE void channel_believe(const struct channel *channel, const struct predictor_ops *ops, void *state,
                                int pitch, struct belief *belief);
/* Fill `input` (decision->input_size) for the stroke, asking the predictor where its belief counts. */
EMEND_LIVE void channel_sense(const struct channel *channel, const struct decision *decision,
                              const struct predictor_ops *ops, void *state, nanos time, int pitch, int velocity,
                              float *input);
EMEND_LIVE void channel_settle(struct channel *channel, int pitch, int velocity, bool passed);
/* A note-off was received. `passed`: its note-on had been let through and it now ends. */
EMEND_LIVE void channel_release(struct channel *channel, nanos time, int pitch, bool passed);
EMEND_LIVE void channel_release_all(struct channel *channel, nanos time);
/* Close the frame: what the predictor is to be advanced by. */
EMEND_LIVE void channel_close(struct channel *channel, struct frame *received, struct frame *passed);
/* Close the frame and advance the predictor. */
EMEND_LIVE void channel_tick(struct channel *channel, const struct predictor_ops *ops, void *state);

#endif
