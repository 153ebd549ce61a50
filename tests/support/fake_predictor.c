/* SPDX-License-Identifier: MIT */
#include "fake_predictor.h"

#include <math.h>
#include <string.h>

static void fake_reset(void *state)
{
  struct fake_state *fake = state;
  fake->resets++;
  fake->advances = 0;
}

static void fake_advance(void *state, const struct frame *received, const struct frame *passed)
{
  struct fake_state *fake = state;
  fake->advances++;
  fake->received = *received;
  fake->passed = *passed;
}

static void fake_believe(void *state, const struct frame *received, const struct frame *passed, int pitch,
                         struct belief *belief)
{
  struct fake_state *fake = state;
  fake->beliefs++;
  fake->asked_received = *received;
  fake->asked_passed = *passed;
  fake->asked_pitch = pitch;
  belief->prior = fake->broken ? NAN : 1;
  belief->posterior = 2;
  for (int c = 0; c < FAKE_CONTEXT; c++) {
    belief->context[c] = (float)(c + 3);
  }
}

const struct predictor_ops fake_ops = {fake_reset, fake_advance, fake_believe};

void fake_predictor_init(struct fake_predictor *fake)
{
  memset(fake, 0, sizeof *fake);
  /* Of the touch the first value about the scene is the log of the velocity less 3; belief counts for almost
   * nothing, but NaN spreads. A soft stroke's ratio makes up for the rate and the price. */
  fake->hidden[TOUCH_OWN] = 2;
  fake->hidden_bias[0] = -2 * (logf(FAKE_VELOCITY - 0.5F) - 3);
  fake->hidden[TOUCH_SIZE] = 1e-6F;
  fake->out[DAMAGE_NONE] = 8;
  struct instrument instrument;
  instrument_init(&instrument, GEAR_KEYBOARD);
  const float rate = instrument_rate(&instrument, PITCH_LOW, DAMAGE_GHOST);
  for (int d = DAMAGE_NONE + 1; d < DAMAGE_COUNT; d++) {
    fake->out_bias[d] = d == DAMAGE_GHOST ? -instrument_price(0.5F) - logf(rate) : -30;
  }
  fake->decision = (struct decision){.context_size = FAKE_CONTEXT,
                                     .input_size = TOUCH_SIZE + 2 + FAKE_CONTEXT,
                                     .hidden_size = 1,
                                     .hidden = fake->hidden,
                                     .hidden_bias = fake->hidden_bias,
                                     .out = fake->out,
                                     .out_bias = fake->out_bias};
  fake->cleaner = (struct cleaner){
    .ops = &fake_ops, .decision = &fake->decision, .frame = {FRAME_MILLISECONDS, 20, 2}, .owner = fake};
  for (int channel = 0; channel < CHANNELS; channel++) {
    fake->cleaner.state[channel] = &fake->state[channel];
  }
}
