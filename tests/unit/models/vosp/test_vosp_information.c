/* SPDX-License-Identifier: MIT */
/* What the generator may know (paper 3.2): h_{t-1} and z_t, and of x_t nothing but through z_t. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "net_rig.h"

enum { STEPS = 6, MOVED = 3, SEED = 88 };

static void fill(struct net_rig *test)
{
  struct vosp_batch *batch = &test->batch;
  const struct vosp_net *net = &test->net;
  for (int i = 0; i < STEPS * batch->rows * net->inputs; i++) {
    batch->u[i] = rng_below(&test->rng, 6) == 0;
  }
  for (int i = 0; i < STEPS * batch->rows * net->outputs; i++) {
    batch->target[i] = rng_below(&test->rng, 6) == 0;
  }
  for (int i = 0; i < STEPS * batch->rows * net->config.latent; i++) {
    batch->noise[i] = (real)rng_normal(&test->rng);
  }
}

/* Turn over some cells of x_t, of every row. */
static void perturb(struct net_rig *test, int t)
{
  const int row = test->batch.rows * test->net.inputs;
  for (int i = 0; i < row; i += 3) {
    test->batch.u[t * row + i] = 1 - test->batch.u[t * row + i];
  }
}

/* Logits of one step before and after: equal to the bit? */
static bool same(const struct net_rig *test, const double *before, int t)
{
  const size_t step = (size_t)(test->batch.rows * test->net.outputs);
  for (size_t i = (size_t)t * step; i < (size_t)(t + 1) * step; i++) {
    if (net_rig_logit(test, i) != before[i]) {
      return false;
    }
  }
  return true;
}

/* Forward, change x_t, forward again: steps before `first_to_change` stay, that one does not. */
static void check(struct net_rig *test, bool draw, int first_to_change)
{
  const size_t count = (size_t)(STEPS * test->batch.rows * test->net.outputs);
  double *before = malloc(count * sizeof *before);
  assert_non_null(before);
  fill(test);
  vosp_forward(&test->net, &test->batch, STEPS, draw, NULL);
  for (size_t i = 0; i < count; i++) {
    before[i] = net_rig_logit(test, i);
  }
  perturb(test, MOVED);
  vosp_forward(&test->net, &test->batch, STEPS, draw, NULL);
  for (int t = 0; t <= first_to_change; t++) {
    if (same(test, before, t) != (t < first_to_change)) {
      fail_msg("%s, draw %d: x at step %d changed, logits of step %d %s, seed %d",
               net_rig_name(&test->net.config), draw, (int)MOVED, t,
               t < first_to_change ? "changed" : "did not", (int)SEED);
    }
  }
  free(before);
}

static void generator_knows_x_through_z_alone(void **state)
{
  (void)state;
  for (int kind = 0; kind < NET_KINDS; kind++) {
    const struct net_config config = net_rig_kind(kind, PAST_RECEIVED);
    struct net_rig test;
    net_rig_make(&test, &config, STEPS, 2, SEED);
    check(&test, false, MOVED); /* through z_t; nothing before */
    check(&test, true, MOVED);
    const struct param *head = params_find(&test.params, "head.w");
    memset(params_get(&test.params, "head.w"), 0, (size_t)(head->rows * head->cols) * sizeof(float));
    vosp_net_refresh(&test.net, &test.params, test.params.block);
    check(&test, false, MOVED + 1); /* through h_t only */
    check(&test, true, MOVED + 1);
    net_rig_free(&test);
  }
}

/* Without latents nothing of x_t reaches p(x_t), whatever stands between the past and it. */
static void rnn_knows_the_past_alone(void **state)
{
  (void)state;
  for (int i = 0; i < 4 * 2 * 2 * 2 * 2; i++) {
    const bool emits = i / 8 % 2 != 0;
    struct net_config config = net_rig_kind(0, PAST_RECEIVED);
    config.kind = NET_RNN;
    config.latent = 0;
    config.generator = i % 2 == 0 ? 0 : 10;
    config.layers = 1 + i / 2 % 2;
    config.tie = (enum net_tie)(i / 4 % 2);
    config.cell = (enum net_cell)(i / 16);
    config.emission = !emits ? EMISSION_BERNOULLI : config.tie == TIE_NONE ? EMISSION_NADE : EMISSION_PITCH;
    config.emission_units = emits ? 4 : 0;
    struct net_rig test;
    net_rig_make(&test, &config, STEPS, 2, SEED);
    check(&test, true, MOVED + 1);
    assert_true(test.batch.kl == 0 && test.batch.surrogate == 0);
    net_rig_free(&test);
  }
}

/* The batch's likelihood of x_t again from h_{t-1} and z_t alone. */
static void likelihood_is_of_the_past_and_z(void **state)
{
  (void)state;
  for (int kind = 0; kind < NET_KINDS; kind++) {
    const struct net_config config = net_rig_kind(kind, PAST_RECEIVED);
    struct net_rig test;
    net_rig_make(&test, &config, STEPS, 2, SEED);
    fill(&test);
    struct vosp_batch *batch = &test.batch;
    vosp_forward(&test.net, batch, STEPS, true, NULL);
    const int rows = STEPS * batch->rows; /* row t of h is h_{t-1} */
    real *scratch = malloc(vosp_generate_scratch(&test.net, rows) * sizeof *scratch);
    double *log_p = malloc((size_t)rows * sizeof *log_p);
    assert_non_null(scratch);
    assert_non_null(log_p);
    memset(batch->u, 0, (size_t)(rows * test.net.inputs) * sizeof *batch->u);
    vosp_generate(&test.net, rows, batch->h, batch->fed, batch->target, scratch, log_p);
    double sum = 0;
    for (int i = 0; i < rows; i++) {
      sum -= log_p[i];
    }
    if (!(fabs(sum / batch->reconstruction - 1) < 1e-5)) {
      fail_msg("%s: %.9g, forward %.9g", net_rig_name(&config), sum, batch->reconstruction);
    }
    free(scratch);
    free(log_p);
    net_rig_free(&test);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(generator_knows_x_through_z_alone),
    cmocka_unit_test(rnn_knows_the_past_alone),
    cmocka_unit_test(likelihood_is_of_the_past_and_z),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
