/* SPDX-License-Identifier: MIT */
#include "trap_rig.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { CAPTURE = 1 << 12 };

const char *const act_names[ACTS] = {
  [ACT_MALLOC] = "malloc", [ACT_LOCK] = "pthread_mutex_lock", [ACT_WRITE] = "write"};

struct trap_rig rig;

static void *volatile block; /* volatile: the compiler may not drop an allocation */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

/* What is put in to see whether it is caught. */
static void misbehave(void)
{
  if (!rig.watched) {
    return;
  }
  rig.heard++;
  if (rig.act == ACT_MALLOC) {
    block = malloc(16);
  } else if (rig.act == ACT_LOCK) {
    pthread_mutex_lock(&mutex);
  } else if (rig.act == ACT_WRITE && write(STDOUT_FILENO, "", 0) != 0) {
    abort();
  }
}

static bool port_send(void *port, nanos time, const uint8_t *bytes, size_t size)
{
  misbehave();
  return counting_emit(port, time, bytes, size);
}

static void reset(void *state)
{
  misbehave();
  fake_ops.reset(state);
}

static void advance(void *state, const struct frame *received, const struct frame *passed)
{
  misbehave();
  fake_ops.advance(state, received, passed);
}

static void believe(void *state, const struct frame *received, const struct frame *passed, int pitch,
                    struct belief *belief)
{
  misbehave();
  fake_ops.believe(state, received, passed, pitch, belief);
}

static const struct predictor_ops watched_ops = {reset, advance, believe};

void rig_need(bool holds, const char *what)
{
  if (!holds) {
    fprintf(stderr, "not so: %s\n", what);
    _exit(3);
  }
}

void rig_begin(nanos look_ahead)
{
  const struct live_config config = {.mode = LIVE_CLEAN,
                                     .strength = 0.5F,
                                     .look_ahead = look_ahead,
                                     .bpm = 120,
                                     .keep_warm = true,
                                     .capture_capacity = CAPTURE};
  fake_predictor_init(&rig.fake);
  fake_predictor_init(&rig.other);
  rig.fake.cleaner.ops = &watched_ops;
  rig.other.cleaner.ops = &watched_ops;
  rig.port.room = UINT64_MAX;
  NEED(live_new(&rig.live, &config, &rig.fake.cleaner, stream_emit, &rig.stream, NULL) == STATUS_OK);
  stream_init(&rig.stream, rig.live);
  rig.to = stream_port(&rig.stream);
  stream_connect(&rig.stream, port_send, &rig.port);
  rig.to.begin(rig.to.user, 0);
}

void rig_watch(void)
{
  rig.watched = true;
}

void rig_pass(nanos milliseconds)
{
  for (nanos until = rig.now + milliseconds * MS; rig.now < until;) {
    rig.now += MS;
    rig.to.advance(rig.to.user, rig.now);
  }
}

void rig_send(unsigned status, unsigned first, unsigned second)
{
  const uint8_t bytes[] = {(uint8_t)status, (uint8_t)first, (uint8_t)second};
  rig.to.receive(rig.to.user, rig.now, bytes, sizeof bytes);
}

void rig_hold_chord(void)
{
  rig_send(0x90, 60, 80);
  rig_send(0x93, 64, 80);
  rig_send(0x90, 67, 80);
  rig_pass(30);
}

void rig_release_chord(void)
{
  rig_send(0x80, 60, 0);
  rig_send(0x83, 64, 0);
  rig_send(0x80, 67, 0);
  rig_pass(300);
}

void rig_play(void)
{
  static const uint8_t sysex[] = {MIDI_SYSEX, 0x7E, 0x7F, 0x06, 0x01, 0xF7};
  static const uint8_t clock[] = {MIDI_CLOCK};
  for (unsigned i = 0; i < 40; i++) {
    rig_send(0x90, 40 + i, i % 3 == 0 ? 5 : 90);
    rig_send(0x99, 38, 100);
    rig_pass(3);
    rig_send(0x80, 40 + i, 0);
    rig_send(0x90, 40 + i, 4);
    rig_send(0x99, 38, 0);
    rig_send(0xB0, 64, i % 2 ? 127 : 0);
    rig_pass(2);
    rig_send(0x90, 40 + i, 0);
    rig.to.receive(rig.to.user, rig.now, clock, sizeof clock);
    rig.to.receive(rig.to.user, rig.now, sysex, sizeof sysex);
  }
}

void rig_end(void)
{
  rig.port.room = UINT64_MAX;
  rig_pass(300);
  rig.to.silence(rig.to.user, rig.now);
  rig_pass(300);
  NEED(rig.port.sounding == 0);
  NEED(live_counters(rig.live)->sounding == 0);
  NEED(rig.heard > 0);
  live_free(rig.live);
}
