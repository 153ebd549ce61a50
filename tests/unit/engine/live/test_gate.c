/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include <math.h>
#include <string.h>

#include "channel.h"
#include "cmocka_all.h"
#include "fake_predictor.h"
#include "rng.h"

static float uniform(struct rng *rng)
{
  return (float)rng_between(rng, -1, 1);
}

/* The head once more, in double and without tricks. */
static double reference_log_odds(const struct gate *gate, const float *input, int *damage)
{
  double logit[DAMAGE_COUNT];
  for (int d = 0; d < DAMAGE_COUNT; d++) {
    logit[d] = (double)gate->out_bias[d];
  }
  for (int k = 0; k < gate->hidden_size; k++) {
    double sum = (double)gate->hidden_bias[k];
    for (int g = 0; g < gate->input_size; g++) {
      sum += (double)input[g] * (double)gate->hidden[g * gate->hidden_size + k];
    }
    for (int d = 0; d < DAMAGE_COUNT; d++) {
      logit[d] += tanh(sum) * (double)gate->out[k * DAMAGE_COUNT + d];
    }
  }
  double all = 0;
  double none = exp(logit[DAMAGE_NONE]);
  *damage = DAMAGE_NONE + 1;
  for (int d = 0; d < DAMAGE_COUNT; d++) {
    all += exp(logit[d]);
    *damage = d > DAMAGE_NONE && logit[d] > logit[*damage] ? d : *damage;
  }
  double probability = none / all;
  return log(probability / (1 - probability));
}

static void test_judge_against_reference(void **state)
{
  (void)state;
  const uint64_t seed = 7;
  print_message("seed %llu\n", (unsigned long long)seed);
  static float input[GATE_INPUT_MAX];
  static float hidden[GATE_INPUT_MAX * GATE_HIDDEN_MAX], hidden_bias[GATE_HIDDEN_MAX];
  static float out[GATE_HIDDEN_MAX * DAMAGE_COUNT], out_bias[DAMAGE_COUNT];
  struct rng rng;
  rng_seed(&rng, seed);
  for (int trial = 0; trial < 20; trial++) {
    int c = trial * 6;
    struct gate gate = {c, EVIDENCE_SIZE + 2 + c, 3 + trial * 3, 0, hidden, hidden_bias, out, out_bias};
    for (int i = 0; i < GATE_INPUT_MAX; i++) {
      input[i] = i % 3 == 0 ? 0 : uniform(&rng);
    }
    for (int i = 0; i < GATE_INPUT_MAX * GATE_HIDDEN_MAX; i++) {
      hidden[i] = uniform(&rng) / 8;
    }
    for (int i = 0; i < GATE_HIDDEN_MAX * DAMAGE_COUNT; i++) {
      out[i] = uniform(&rng);
    }
    for (int i = 0; i < DAMAGE_COUNT; i++) {
      out_bias[i] = uniform(&rng);
    }
    int damage;
    double wanted = reference_log_odds(&gate, input, &damage);
    struct verdict verdict = gate_judge(&gate, input);
    assert_float_equal(verdict.log_odds, wanted, 1e-3);
    assert_int_equal((int)verdict.damage, damage);
  }
}

static void test_broken_model_lets_through(void **state)
{
  (void)state;
  struct fake_predictor fake;
  float evidence[EVIDENCE_SIZE] = {-1};
  float input[GATE_INPUT_MAX];
  struct belief belief = {0};
  fake_predictor_init(&fake);
  gate_input(evidence, &belief, FAKE_CONTEXT, input);
  assert_true(gate_judge(&fake.gate, input).log_odds < -7);
  belief.prior = NAN;
  gate_input(evidence, &belief, FAKE_CONTEXT, input);
  struct verdict verdict = gate_judge(&fake.gate, input);
  assert_true(isinf(verdict.log_odds) && verdict.log_odds > 0);
  assert_true(verdict.damage > DAMAGE_NONE && verdict.damage < DAMAGE_COUNT);
}

static void test_input_layout(void **state)
{
  (void)state;
  float evidence[EVIDENCE_SIZE];
  float input[GATE_INPUT_MAX];
  struct belief belief = {-1e30F, 3, {5, 6}};
  for (int i = 0; i < EVIDENCE_SIZE; i++) {
    evidence[i] = (float)i;
  }
  gate_input(evidence, &belief, 2, input);
  assert_memory_equal(input, evidence, sizeof evidence);
  assert_float_equal(input[EVIDENCE_SIZE], -20, 0); /* bounded */
  assert_float_equal(input[EVIDENCE_SIZE + 1], 3, 0);
  assert_float_equal(input[EVIDENCE_SIZE + 2], 5, 0);
  assert_float_equal(input[EVIDENCE_SIZE + 3], 6, 0);
}

static void test_threshold_rises_with_strength(void **state)
{
  (void)state;
  struct gate gate = {.threshold = -1.5F};
  assert_true(isinf(gate_threshold(&gate, 0)) && gate_threshold(&gate, 0) < 0);
  assert_true(isinf(gate_threshold(&gate, NAN)));
  assert_float_equal(gate_threshold(&gate, 0.5F), -1.5, 1e-6);
  assert_float_equal(gate_threshold(&gate, 1), 2.5, 1e-6);
  assert_float_equal(gate_threshold(&gate, 9), 2.5, 1e-6);
  for (int percent = 0; percent < 100; percent++) {
    assert_true(gate_threshold(&gate, (float)percent / 100) <
                gate_threshold(&gate, (float)(percent + 1) / 100));
  }
}

static void test_channel_candidate_is_in_both_frames(void **state)
{
  (void)state;
  struct fake_predictor fake;
  struct channel channel;
  float input[GATE_INPUT_MAX];
  fake_predictor_init(&fake);
  channel_reset(&channel);
  channel_receive(&channel, 0, 60, 80);
  channel_settle(&channel, 60, 80, false);
  channel_receive(&channel, 5, 64, 80);
  channel_sense(&channel, &fake_ops, &fake.state[0], FAKE_CONTEXT, 5, 64, 80, input);
  const struct fake_state *seen = &fake.state[0];
  assert_int_equal(seen->asked_pitch, 64 - PITCH_LOW);
  assert_int_equal(seen->asked_received.cell[1][60 - PITCH_LOW], 1);
  assert_int_equal(seen->asked_received.cell[1][64 - PITCH_LOW], 1);
  assert_int_equal(seen->asked_passed.cell[1][60 - PITCH_LOW], 0);
  assert_int_equal(seen->asked_passed.cell[1][64 - PITCH_LOW], 1);
  assert_float_equal(input[EVIDENCE_SIZE + 3], 4, 0);
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
  channel_release(&channel, 60, false); /* the output's note-off is held back */
  channel_tick(&channel, &fake_ops, &fake.state[0]);
  channel_tick(&channel, &fake_ops, &fake.state[0]);
  assert_int_equal(fake.state[0].received.cell[0][60 - PITCH_LOW], 0);
  assert_int_equal(fake.state[0].passed.cell[0][60 - PITCH_LOW], 1);
  channel_release_all(&channel);
  channel_tick(&channel, &fake_ops, &fake.state[0]);
  channel_tick(&channel, &fake_ops, &fake.state[0]);
  assert_int_equal(fake.state[0].passed.cell[0][60 - PITCH_LOW], 0);
  assert_int_equal(fake.state[0].advances, 6);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_judge_against_reference),
    cmocka_unit_test(test_broken_model_lets_through),
    cmocka_unit_test(test_input_layout),
    cmocka_unit_test(test_threshold_rises_with_strength),
    cmocka_unit_test(test_channel_candidate_is_in_both_frames),
    cmocka_unit_test(test_channel_follows_what_passes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
