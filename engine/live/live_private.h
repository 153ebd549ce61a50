/* SPDX-License-Identifier: MIT */
/* The parts of struct live: everything that the live thread may touch, in one place.
 * For the files live*.c and nobody else. */
#ifndef EMEND_LIVE_PRIVATE_H
#define EMEND_LIVE_PRIVATE_H

#include "channel.h"
#include "doubt.h"
#include "listeners.h"
#include "live.h"
#include "live_queue.h"
#include "sensing.h"

enum {
  LIVE_UNSENT_MAX = 1024,          /* messages that wait for room in the port */
  LIVE_UNSENT_STORE = 256 * 1024,  /* bytes of long ones among them */
  LIVE_DELAYED_MAX = 4096,         /* messages in the look-ahead */
  LIVE_DELAYED_STORE = 256 * 1024, /* bytes of long ones among them */
  LIVE_TICKS_MAX = 64,             /* in one advance; beyond that time has jumped */
  LIVE_COMMANDS_MAX = 32,          /* taken in one advance */
};

enum live_command {
  COMMAND_MODE = 1,
  COMMAND_STRENGTH,
  COMMAND_LOOK_AHEAD,
  COMMAND_TEMPO,
  COMMAND_PANIC,
  COMMAND_END_NOTE,
  COMMAND_SWAP,
  COMMAND_RETIRED,
  COMMAND_TEACH,
  COMMAND_GEAR,
  COMMAND_KEEP,
  COMMAND_INSTRUMENT,
};

/* What a command carries, by its kind. */
union live_value {
  int mode, gear;
  float strength;
  nanos look_ahead;
  double bpm;
  uint8_t key[2]; /* channel, pitch */
  struct {
    uint8_t pitch, kind, meant;
  } lesson;
  struct {
    uint8_t low, high, keep;
  } keys;
};

/* MIDI clock, 24 a quarter note. */
struct live_clock {
  nanos last;
  double interval; /* mean, ns */
  int count;       /* intervals in the mean, at most one quarter note's */
};

/* A frame that is closed and that the channel's predictor takes when there is time, at the latest before its
 * next decision or frame. */
struct live_step {
  bool due;
  struct frame received, passed;
};

struct live {
  /* Set once. */
  live_emit emit;
  void *port;

  /* The live thread's. */
  nanos look_ahead;
  enum live_mode mode;
  float strength;
  struct cleaner *cleaner;  /* NULL: everything passes */
  struct cleaner *incoming; /* waits for the next tick */
  bool swapping;
  bool keep_warm;
  nanos warmed; /* when last; see live_config.keep_warm */
  int warm_key;
  nanos now;
  nanos next_tick;
  nanos sysex_until; /* until then a SysEx is being sent: nothing of our own goes between its pieces */
  bool sysex_lost;   /* a piece was dropped, so its later pieces go too */
  double bpm;
  struct live_clock clock;
  bool active[CHANNELS]; /* had a decidable note */
  struct channel channel[CHANNELS];
  struct live_step step[CHANNELS];
  nanos stepped; /* when steps were last taken for want of anything else to do */
  struct instrument instrument;
  struct ledger ledger;
  struct doubt doubt;         /* of the input */
  struct sensing sensing;     /* likewise */
  struct listeners listeners; /* of the output */
  struct live_queue delayed;  /* the look-ahead */
  struct live_queue unsent;
  float input[DECISION_INPUT_MAX];

  /* Shared with other threads. */
  struct live_counters counters;
  _Atomic int shown_mode;
  _Atomic float shown_strength;
  _Atomic nanos shown_look_ahead;
  struct instrument asked; /* a copy for the control thread, its while asked_ready */
  _Atomic bool asked_ready;
  struct ring commands; /* control -> live */
  struct ring swaps;    /* control -> live; apart, since a swap may have to wait */
  struct ring retired;  /* live -> control */
  struct ring capture;  /* live -> recorder; no bytes when there is none */
};

/* live_out.c: what leaves the engine. */

/* Messages that the port had no room for go out, then owed note-offs. True when there is room for two
 * more messages. */
EMEND_LIVE bool live_pump(struct live *live);
/* Send, or keep for later. False when it had to be dropped (counted). */
EMEND_LIVE bool live_send(struct live *live, nanos time, const uint8_t *bytes, size_t size);
/* Send a note-off that ends a note of the ledger, or what else it owes; never lost. */
EMEND_LIVE void live_send_off(struct live *live, const struct message *off);
/* Send what listeners have missed, as long as there is room. */
EMEND_LIVE void live_end_missed(struct live *live);
EMEND_LIVE void live_pass_long(struct live *live, nanos time, const uint8_t *bytes, size_t size);
EMEND_LIVE void live_show_sounding(struct live *live);
EMEND_LIVE void live_record(struct live *live, enum live_record_type type, const void *record, uint32_t size);
EMEND_LIVE void live_record_event(struct live *live, nanos time, bool sent, const uint8_t *bytes, size_t size);

/* live_notes.c: messages are heard when they come and handled when they are decided. */

EMEND_LIVE void live_hear(struct live *live, nanos time, const uint8_t *bytes, size_t size);
/* A dummy decision; see live_config.keep_warm. */
EMEND_LIVE void live_warm(struct live *live);
/* `heard`: when it came; `time`: now, when it is decided and goes out. */
EMEND_LIVE void live_handle(struct live *live, nanos heard, nanos time, const uint8_t *bytes, size_t size);
/* Send held-back note-offs that are due. */
EMEND_LIVE void live_end_due(struct live *live, nanos now);
/* Note-offs for all that sounds, and pedals up; held keys are forgotten. */
EMEND_LIVE void live_end_all(struct live *live);

/* live_time.c: ticks, steps, tempo, swaps. */

/* Count frames from here: predictors forget, keys that are down stay down. */
EMEND_LIVE void live_start_frames(struct live *live, nanos now);
/* Close the frames that are due at next_tick. Predictors take them by live_step and live_step_some. */
EMEND_LIVE void live_tick(struct live *live);
/* The channel's predictor knows all frames that were closed. */
EMEND_LIVE void live_step(struct live *live, unsigned channel);
/* A few channels' steps, now and then. */
EMEND_LIVE void live_step_some(struct live *live);
EMEND_LIVE void live_hear_clock(struct live *live, nanos time);
/* Take up a new model if there is one: at a tick, or when none is near. */
EMEND_LIVE void live_take_swap(struct live *live, bool at_tick);

static inline void live_count(_Atomic uint64_t *counter)
{
  /* One writer: no need for an atomic addition. */
  atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + 1, memory_order_relaxed);
}

#endif
