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
  double logit[GATE_OUTPUTS];
  for (int d = 0; d < GATE_OUTPUTS; d++) {
    logit[d] = (double)gate->out_bias[d];
  }
  for (int k = 0; k < gate->hidden_size; k++) {
    double sum = (double)gate->hidden_bias[k];
    for (int g = 0; g < gate->input_size; g++) {
      sum += (double)input[g] * (double)gate->hidden[g * gate->hidden_size + k];
    }
    for (int d = 0; d < GATE_OUTPUTS; d++) {
      logit[d] += tanh(sum) * (double)gate->out[k * GATE_OUTPUTS + d];
    }
  }
  double all = 0;
  double none = exp(logit[DAMAGE_NONE]);
  *damage = DAMAGE_NONE + 1;
  for (int d = 0; d < GATE_OUTPUTS; d++) {
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
  static float out[GATE_HIDDEN_MAX * GATE_OUTPUTS], out_bias[GATE_OUTPUTS];
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
    for (int i = 0; i < GATE_HIDDEN_MAX * GATE_OUTPUTS; i++) {
      out[i] = uniform(&rng);
    }
    for (int i = 0; i < GATE_OUTPUTS; i++) {
      out_bias[i] = uniform(&rng);
    }
    int damage;
    double wanted = reference_log_odds(&gate, input, &damage);
    struct verdict verdict = gate_judge(&gate, input);
    assert_float_equal(verdict.log_odds, wanted, 1e-3);
    assert_int_equal((int)verdict.damage, damage);
  }
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

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_judge_against_reference),
    cmocka_unit_test(test_input_layout),
    cmocka_unit_test(test_threshold_rises_with_strength),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
