/* SPDX-License-Identifier: MIT */
/* A small network over one batch with random weights, for tests of what it computes. */
#ifndef EMEND_TEST_NET_RIG_H
#define EMEND_TEST_NET_RIG_H

#include "vosp.h"

struct net_rig {
  struct params params;
  struct vosp_net net;
  struct vosp_batch batch;
  struct rng rng;
};

/* Bind the weights, however they were filled, and make a batch of `steps` x `sequences` in its first state. */
void net_rig_bind(struct net_rig *test, const struct net_config *config, int steps, int sequences);

void net_rig_make(struct net_rig *test, const struct net_config *config, int steps, int sequences,
                  uint64_t seed);

void net_rig_free(struct net_rig *test);

/* The logit that the Bernoulli sees, of element i of batch.logits. */
double net_rig_logit(const struct net_rig *test, size_t i);

/* Every kind of network, one index each; those with a cell that runs live come first. */
enum { NET_LIVE_KINDS = 3 * 3 * 2 * 2 * 2, NET_KINDS = 4 * 3 * 2 * 2 * 2 };

struct net_config net_rig_kind(int kind, enum net_past past);

const char *net_rig_name(const struct net_config *config);

#endif
