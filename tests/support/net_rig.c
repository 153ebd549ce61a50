/* SPDX-License-Identifier: MIT */
#include "net_rig.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cmocka_all.h"

void net_rig_bind(struct net_rig *test, const struct net_config *config, int steps, int sequences)
{
  assert_int_equal(vosp_net_init(&test->net, config, &test->params, test->params.block), STATUS_OK);
  assert_int_equal(vosp_batch_init(&test->batch, &test->net, steps, sequences * test->net.rows, false),
                   STATUS_OK);
  vosp_batch_restart(&test->batch, &test->net);
  for (int i = 0; i < steps * test->batch.rows; i++) {
    test->batch.weight[i] = 1;
  }
}

void net_rig_make(struct net_rig *test, const struct net_config *config, int steps, int sequences,
                  uint64_t seed)
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
  net_rig_bind(test, config, steps, sequences);
}

void net_rig_free(struct net_rig *test)
{
  vosp_batch_free(&test->batch);
  vosp_net_free(&test->net);
  params_free(&test->params);
}

double net_rig_logit(const struct net_rig *test, size_t i)
{
  const double pi_8 = 0.39269908169872414;
  const double mean = (double)test->batch.logits.m[i];
  return test->net.facts->moments ? mean / sqrt(1 + pi_8 * (double)test->batch.logits.v[i]) : mean;
}

struct net_config net_rig_kind(int kind, enum net_past past)
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

const char *net_rig_name(const struct net_config *config)
{
  static char name[120];
  snprintf(name, sizeof name, "cell %d, posterior %d, feed %d, tie %d, values %d", (int)config->cell,
           (int)config->posterior, (int)config->feed, (int)config->tie, config->frame.values);
  return name;
}
