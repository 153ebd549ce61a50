/* SPDX-License-Identifier: MIT */
/* The parts of an instance. For emend*.c. */
#ifndef EMEND_EMEND_PRIVATE_H
#define EMEND_EMEND_PRIVATE_H

#include <emend/emend.h>
#include <stdatomic.h>

#include "frame_clock.h"
#include "live_queue.h"
#include "session.h"

enum { HISTORY = 256 }; /* a power of two */

struct emend {
  struct session *session;
  char data_dir[DATAFILE_PATH_MAX]; /* "": the usual places */
  uint32_t look_ahead_max;          /* frames */

  /* Who is inside. */
  atomic_flag audio_inside, main_inside;

  /* The audio thread's. */
  struct frame_clock clock;
  uint32_t ended;        /* frames of the block that was ended and whose output may still be taken; 0: none */
  uint32_t latest;       /* frame of this block's latest event */
  uint32_t given;        /* frame of this block's latest output */
  struct live_queue out; /* what came out and was not taken */
  bool taken;            /* out's first was handed out; it goes at the next call */
  int mode_now;          /* as the engine was told */
  uint32_t look_ahead_now;
  float strength_now;

  /* From any thread to the audio thread. */
  _Atomic int mode;
  _Atomic float strength;
  _Atomic uint32_t look_ahead; /* frames */
  /* And back. */
  _Atomic bool started;
  _Atomic uint64_t refused;

  /* The main thread's. */
  struct emend_decision history[HISTORY]; /* number n at n % HISTORY */
  uint64_t decisions;                     /* so far */
  _Atomic uint64_t taken_back;
};

/* emend_audio.c: what the engine calls to send. */
EMEND_LIVE bool emend_collect(void *instance, nanos time, const uint8_t *bytes, size_t size);

#endif
