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
  /* The first evidence is velocity / 64 - 1; belief counts for almost nothing, but NaN spreads. */
  fake->hidden[0] = 16;
  fake->hidden_bias[0] = -16 * ((FAKE_VELOCITY - 0.5F) / 64 - 1);
  fake->hidden[EVIDENCE_SIZE] = 1e-6F;
  fake->out[DAMAGE_NONE] = 8;
  for (int d = DAMAGE_NONE + 1; d < DAMAGE_COUNT; d++) {
    fake->out_bias[d] = d == DAMAGE_GHOST ? 0 : -30;
  }
  fake->gate = (struct gate){.context_size = FAKE_CONTEXT,
                             .input_size = EVIDENCE_SIZE + 2 + FAKE_CONTEXT,
                             .hidden_size = 1,
                             .hidden = fake->hidden,
                             .hidden_bias = fake->hidden_bias,
                             .out = fake->out,
                             .out_bias = fake->out_bias};
  fake->cleaner = (struct cleaner){
    .ops = &fake_ops, .gate = &fake->gate, .frame = {FRAME_MILLISECONDS, 20, 2}, .owner = fake};
  for (int channel = 0; channel < CHANNELS; channel++) {
    fake->cleaner.state[channel] = &fake->state[channel];
  }
}
