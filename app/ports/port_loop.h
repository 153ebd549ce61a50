/* SPDX-License-Identifier: MIT */
/* The live thread of the drivers whose library has none: RtMidi's and PortMidi's.
 *
 * One thread owns the stream. Input reaches it through a ring, stamped on arrival by the monotonic
 * clock. It wakes when the bell rings and at least every millisecond, and it writes what the stream
 * sent only after the stream's functions have returned: a library that blocks or fails cannot hold
 * up a decision. */
#ifndef EMEND_PORT_LOOP_H
#define EMEND_PORT_LOOP_H

#include <pthread.h>

#include "alsa_seq.h"
#include "port_private.h"
#include "ring.h"
#include "rt_thread.h"
#include "sysex_pieces.h"

enum {
  LOOP_PIECE = 256,        /* bytes of a SysEx in one message of the rings */
  LOOP_RING = 1 << 18,     /* bytes: some 10,000 notes */
  LOOP_SYSEX_MAX = 1 << 16 /* where a SysEx must be written whole */
};

struct port_loop;

struct port_loop_ops {
  /* Each turn, loop thread: move the library along and post what arrived. May be NULL. */
  void (*gather)(struct port_loop *loop, nanos now);
  /* Loop thread. False: not now, the same piece will come again. */
  bool (*write)(struct port_loop *loop, const uint8_t *bytes, size_t size);
};

struct port_loop {
  struct port head;
  const struct port_loop_ops *ops;
  /* Between threads. */
  struct ring input;     /* written by one thread, read by the loop */
  struct ring listeners; /* written by the control thread: ids; the type says whether it came */
  struct realtime_bell bell;
  _Atomic bool stop;
  _Atomic bool drained;     /* nothing is left to write */
  _Atomic int raise_result; /* of realtime_raise in the loop's thread */
  _Atomic bool lost;        /* input was: what is held is not known */
  /* Loop thread only. */
  pthread_t thread;
  struct ring output;
  struct sysex_pieces pieces;
  struct sysex_piece ready; /* of size 0: none */
  uint8_t message[LOOP_PIECE];
  size_t message_size, message_at;
  nanos time; /* the last told to the stream */
  uint8_t sysex[LOOP_SYSEX_MAX];
};

/* Set-up thread. port_setup first. `whole`: the library knows only whole SysEx. Allocates. */
enum status port_loop_init(struct port_loop *loop, const struct port_loop_ops *ops, bool whole,
                           struct error *error) EMEND_CHECK;
enum status port_loop_start(struct port_loop *loop, struct error *error) EMEND_CHECK;
/* Silence, write what is left for a moment, end the thread. */
void port_loop_stop(struct port_loop *loop);
void port_loop_free(struct port_loop *loop);

/* The input's thread (the loop's own from gather). A message or a piece of SysEx; longer ones are cut
 * into pieces. Where the ring stays full, the rest is lost and counted. */
void port_loop_post(struct port_loop *loop, nanos time, const uint8_t *bytes, size_t size);
/* Control thread: somebody who hears the output came or left; see port.h. */
void port_loop_listener(struct port_loop *loop, uint64_t id, bool here);
/* Control thread, after alsa_watch_exits: the same for those whom the sequencer announced. */
void port_loop_hear_listeners(struct port_loop *loop, struct alsa_watch *watch);
/* Any thread: the library lost input. */
void port_loop_overflowed(struct port_loop *loop);

/* port_driver.send and .counters. */
EMEND_LIVE bool port_loop_send(void *port, nanos time, const uint8_t *bytes, size_t size);
const struct port_counters *port_loop_counters(const struct port *port);
/* Any thread: how the loop runs, after `what`. */
void port_loop_describe(const struct port_loop *loop, const char *what, char *line, size_t size);

#endif
