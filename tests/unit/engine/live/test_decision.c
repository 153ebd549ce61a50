/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "channel.h"
#include "fake_predictor.h"
#include "rng.h"

/* The ratios once more, in double and without tricks. */
static void test_ratios_against_reference(void **state)
{
  (void)state;
  const uint64_t seed = 7;
  print_message("seed %llu\n", (unsigned long long)seed);
  static float input[DECISION_INPUT_MAX];
  static float hidden[DECISION_INPUT_MAX * DECISION_HIDDEN_MAX], hidden_bias[DECISION_HIDDEN_MAX];
  static float out[DECISION_HIDDEN_MAX * DAMAGE_COUNT], out_bias[DAMAGE_COUNT];
  struct rng rng;
  rng_seed(&rng, seed);
  for (int trial = 0; trial < 20; trial++) {
    const int c = trial * 6;
    const int K = 3 + trial * 3;
    const struct decision decision = {c, TOUCH_SIZE + 2 + c, K, hidden, hidden_bias, out, out_bias};
    for (int i = 0; i < DECISION_INPUT_MAX; i++) {
      input[i] = i % 3 == 0 ? 0 : (float)rng_between(&rng, -1, 1);
    }
    for (int i = 0; i < DECISION_INPUT_MAX * DECISION_HIDDEN_MAX; i++) {
      hidden[i] = (float)rng_between(&rng, -0.2, 0.2);
    }
    for (int i = 0; i < DECISION_HIDDEN_MAX * DAMAGE_COUNT; i++) {
      out[i] = (float)rng_between(&rng, -1, 1);
    }
    double logit[DAMAGE_COUNT] = {0};
    for (int k = 0; k < K; k++) {
      double sum = (double)hidden_bias[k];
      for (int g = 0; g < decision.input_size; g++) {
        sum += (double)input[g] * (double)hidden[g * K + k];
      }
      for (int d = 0; d < DAMAGE_COUNT; d++) {
        logit[d] += tanh(sum) * (double)out[k * DAMAGE_COUNT + d];
      }
    }
    float ratio[DAMAGE_COUNT];
    decision_ratios(&decision, input, ratio);
    for (int d = 0; d < DAMAGE_COUNT; d++) {
      if (d != DAMAGE_DUPLICATE) {
        assert_true(fabs((double)ratio[d] - (logit[d] - logit[DAMAGE_NONE])) < 2e-3);
      }
    }
  }
}

static void test_without_belief_the_network_is_not_asked(void **state)
{
  (void)state;
  struct fake_predictor fake;
  struct channel channel;
  float input[DECISION_INPUT_MAX];
  fake_predictor_init(&fake);
  fake.decision.input_size = TOUCH_SIZE;
  channel_reset(&channel);
  channel_receive(&channel, 5, 64, 80);
  channel_sense(&channel, &fake.decision, &fake_ops, &fake.state[0], 5, 64, 80, input);
  assert_int_equal(fake.state[0].beliefs, 0);
}

static void test_channel_candidate_is_in_both_frames(void **state)
{
  (void)state;
  struct fake_predictor fake;
  struct channel channel;
  float input[DECISION_INPUT_MAX];
  fake_predictor_init(&fake);
  channel_reset(&channel);
  channel_receive(&channel, 0, 60, 80);
  channel_settle(&channel, 60, 80, false);
  channel_receive(&channel, 5, 64, 80);
  channel_sense(&channel, &fake.decision, &fake_ops, &fake.state[0], 5, 64, 80, input);
  const struct fake_state *seen = &fake.state[0];
  assert_int_equal(seen->asked_pitch, 64 - PITCH_LOW);
  assert_int_equal(seen->asked_received.cell[1][60 - PITCH_LOW], 1);
  assert_int_equal(seen->asked_received.cell[1][64 - PITCH_LOW], 1);
  assert_int_equal(seen->asked_passed.cell[1][60 - PITCH_LOW], 0);
  assert_int_equal(seen->asked_passed.cell[1][64 - PITCH_LOW], 1);
  assert_float_equal(input[TOUCH_SIZE + 3], 4, 0);
  channel_settle(&channel, 64, 80, false); /* sensing left no trace */
  channel_tick(&channel, &fake_ops, &fake.state[0]);
  assert_int_equal(seen->received.cell[1][64 - PITCH_LOW], 1);
  assert_int_equal(seen->passed.cell[1][64 - PITCH_LOW], 0);
}

static void test_channel_follows_what_passes(void **state)
{
  (void)state;
  struct fake_predictor fake;
  struct channel channel;
  fake_predictor_init(&fake);
  channel_reset(&channel);
  channel_receive(&channel, 0, 60, 80);
  channel_settle(&channel, 60, 80, true);
  channel_tick(&channel, &fake_ops, &fake.state[0]);
  channel_tick(&channel, &fake_ops, &fake.state[0]);
  assert_int_equal(fake.state[0].passed.cell[0][60 - PITCH_LOW], 1);
  channel_release(&channel, 0, 60, false); /* the output's note-off is held back */
  channel_tick(&channel, &fake_ops, &fake.state[0]);
  channel_tick(&channel, &fake_ops, &fake.state[0]);
  assert_int_equal(fake.state[0].received.cell[0][60 - PITCH_LOW], 0);
  assert_int_equal(fake.state[0].passed.cell[0][60 - PITCH_LOW], 1);
  channel_release_all(&channel, 0);
  channel_tick(&channel, &fake_ops, &fake.state[0]);
  channel_tick(&channel, &fake_ops, &fake.state[0]);
  assert_int_equal(fake.state[0].passed.cell[0][60 - PITCH_LOW], 0);
  assert_int_equal(fake.state[0].advances, 6);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_ratios_against_reference),
    cmocka_unit_test(test_without_belief_the_network_is_not_asked),
    cmocka_unit_test(test_channel_candidate_is_in_both_frames),
    cmocka_unit_test(test_channel_follows_what_passes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
