/* SPDX-License-Identifier: MIT */
/* A live engine with a fake model, a port that remembers, and shorthand for what tests do with them. */
#ifndef EMEND_LIVE_RIG_H
#define EMEND_LIVE_RIG_H

#include "fake_predictor.h"
#include "live.h"
#include "recording_port.h"

struct live_rig {
  struct live *live;
  struct fake_predictor fake, other; /* the engine starts with `fake` */
  struct recording_port port;
};

extern struct live_rig live_rig;

/* Clean mode, strength 0.5, no look-ahead, no capture. */
struct live_config live_rig_clean(void);
/* A new engine, begun at time 0; a cmocka failure if it cannot be made. */
void live_rig_start(struct live_config config);
/* A cmocka teardown. */
int live_rig_stop(void **state);
void live_rig_send(nanos milliseconds, unsigned status, unsigned first, unsigned second);
/* What was sent since the last call, one line a message: milliseconds, then bytes in hex. */
const char *live_rig_sent(void);
uint64_t live_rig_suppressed(void);

#endif
