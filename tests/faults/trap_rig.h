/* SPDX-License-Identifier: MIT */
/* A live engine behind its stream, with a model and a port that misbehave when they are told to: shorthand for
 * what test_trap_paths.c does in its children. */
#ifndef EMEND_TRAP_RIG_H
#define EMEND_TRAP_RIG_H

#include "counting_port.h"
#include "fake_predictor.h"
#include "stream_port.h"

#define MS NANOS_PER_MILLISECOND

enum act { ACT_NONE, ACT_MALLOC, ACT_LOCK, ACT_WRITE, ACTS };

struct trap_rig {
  struct live *live;
  struct stream stream;
  struct port_stream to;
  struct counting_port port;
  struct fake_predictor fake, other; /* the engine starts with `fake` */
  nanos now;
  enum act act; /* what port and model do from rig_watch on */
  bool watched;
  uint64_t heard; /* how often they were called since then */
};

extern struct trap_rig rig;

/* What the trap calls it. */
extern const char *const act_names[ACTS];

/* In a child: cmocka's way to fail would not reach the parent. */
void rig_need(bool holds, const char *what);
#define NEED(condition) rig_need(condition, #condition)

/* A new engine, begun at 0, in clean mode and with a capture ring that nobody drains. */
void rig_begin(nanos look_ahead);
/* The case's own path begins. */
void rig_watch(void);
/* Let time pass, a millisecond at a time. */
void rig_pass(nanos milliseconds);
void rig_send(unsigned status, unsigned first, unsigned second);
void rig_hold_chord(void);
void rig_release_chord(void);
/* Strokes, ghosts, bounces, a pedal, drums, a clock, a short SysEx. */
void rig_play(void);
/* Silence; all that sounded must be ended by it, and port or model have been called since rig_watch. */
void rig_end(void);

#endif
