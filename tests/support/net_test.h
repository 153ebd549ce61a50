/* SPDX-License-Identifier: MIT */
/* A small network over one batch with random weights, for tests of what it computes. */
#ifndef EMEND_NET_TEST_H
#define EMEND_NET_TEST_H

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "vosp.h"

struct net_test {
  struct params params;
  struct vosp_net net;
  struct vosp_batch batch;
  struct rng rng;
};

/* Bind the weights, however they were filled, and make a batch of `steps` x `sequences` in its first state. */
static inline void net_test_bind(struct net_test *test, const struct net_config *config, int steps,
                                 int sequences)
{
  assert_int_equal(vosp_net_init(&test->net, config, &test->params, test->params.block), STATUS_OK);
  assert_int_equal(vosp_batch_init(&test->batch, &test->net, steps, sequences * test->net.rows, false),
                   STATUS_OK);
  vosp_batch_restart(&test->batch, &test->net);
  for (int i = 0; i < steps * test->batch.rows; i++) {
    test->batch.weight[i] = 1;
  }
}

static inline void net_test_make(struct net_test *test, const struct net_config *config, int steps,
                                 int sequences, uint64_t seed)
{
  struct error error;
  memset(test, 0, sizeof *test);
  rng_seed(&test->rng, seed);
  assert_int_equal(vosp_layout(config, &test->params, &error), STATUS_OK);
  assert_int_equal(params_alloc(&test->params), STATUS_OK);
  for (int p = 0; p < test->params.count; p++) {
    const struct param *param = &test->params.list[p];
    const double scale = param->rows > 1 ? 1 / sqrt(param->rows) : 0.5;
    for (int i = 0; i < param->rows * param->cols; i++) {
      test->params.block[param->offset + (size_t)i] = (float)(scale * rng_normal(&test->rng));
    }
  }
  net_test_bind(test, config, steps, sequences);
}

static inline void net_test_free(struct net_test *test)
{
  vosp_batch_free(&test->batch);
  vosp_net_free(&test->net);
  params_free(&test->params);
}

/* The logit that the Bernoulli sees, of element i of batch.logits. */
static inline double net_test_logit(const struct net_test *test, size_t i)
{
  const double pi_8 = 0.39269908169872414;
  const double mean = (double)test->batch.logits.m[i];
  return test->net.facts->moments ? mean / sqrt(1 + pi_8 * (double)test->batch.logits.v[i]) : mean;
}

/* Every kind of network, one index each; those with a cell that runs live come first. */
enum { NET_LIVE_KINDS = 3 * 3 * 2 * 2 * 2, NET_KINDS = 4 * 3 * 2 * 2 * 2 };

static inline struct net_config net_test_kind(int kind, enum net_past past)
{
  return (struct net_config){
    .frame = {FRAME_BEATS, 0.25, 1 + kind % 2},
    .tie = (enum net_tie)(kind / 2 % 2),
    .feed = (enum net_feed)(kind / 4 % 2),
    .posterior = (enum net_posterior)(kind / 8 % 3),
    .cell = (enum net_cell)(kind / 24),
    .past = past,
    .hidden = 12,
    .latent = 3,
    .generator = 10,
  };
}

static inline const char *net_test_name(const struct net_config *config)
{
  static char name[120];
  snprintf(name, sizeof name, "cell %d, posterior %d, feed %d, tie %d, values %d", (int)config->cell,
           (int)config->posterior, (int)config->feed, (int)config->tie, config->frame.values);
  return name;
}

#endif
