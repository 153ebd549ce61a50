/* SPDX-License-Identifier: MIT */
/* The live engine: bytes -> event -> (note-on?) tentative frame -> predictor -> gate -> ledger -> port;
 * at a frame tick: frame closed -> predictor advanced -> frame and decisions to the capture ring.
 *
 * Everything the live thread may touch is in one struct live, allocated by live_setup.c before the
 * stream starts. Time is an argument: the same code runs under JACK, ALSA, a file or a test.
 *
 * Functions are grouped by the thread that may call them. */
#ifndef EMEND_LIVE_H
#define EMEND_LIVE_H

#include "decision.h"
#include "gate.h"
#include "ledger.h"
#include "ring.h"

enum live_mode { LIVE_BYPASS, LIVE_MONITOR, LIVE_CLEAN };

/* A note-off is held back so long at most, on a key that is known to strike twice. */
#define LIVE_HOLD_MAX (60 * NANOS_PER_MILLISECOND)

#define LIVE_LOOK_AHEAD_MAX (200 * NANOS_PER_MILLISECOND)

/* After a tick the channels' models take the closed frames at most so many in one live_advance, and not again
 * for LIVE_STEP_PERIOD: a note that comes just then waits for no more than these and its own channel's. */
enum { LIVE_STEPS_MAX = 2 };
#define LIVE_STEP_PERIOD NANOS_PER_MILLISECOND

/* A model as the engine sees it: predictor states for each channel and what decides. Made by the models
 * library off the live thread; handed back through the retired ring. */
struct cleaner {
  const struct predictor_ops *ops;
  void *state[CHANNELS];
  const struct decision *decision; /* about played music; NULL: nothing is ever suppressed */
  const struct gate *gate;         /* about rolls, or NULL; not looked at live */
  struct frame_def frame;
  void *owner; /* whoever made it; the engine never looks inside */
};

/* Where cleaned messages go. Returns false when the port has no room now; the engine then keeps the
 * message in a bounded queue, in order, and tries again at the next call. Live thread. */
typedef bool (*live_emit)(void *port, nanos time, const uint8_t *bytes, size_t size);

struct live_config {
  enum live_mode mode;
  float strength;            /* [0, 1] */
  nanos look_ahead;          /* >= 0, at most LIVE_LOOK_AHEAD_MAX; the same delay for everything */
  double bpm;                /* for beat frames until a MIDI clock or a tempo says otherwise; 120 */
  bool keep_warm;            /* dummy decision every millisecond, so that the next one finds its data in
                                the cache; for real time, a waste elsewhere */
  uint32_t capture_capacity; /* bytes of the capture ring; 0: no capture */
  const struct instrument *instrument; /* what is known of it, copied; NULL: a keyboard, nothing known */
};

/* Counters, readable from any thread at any time (relaxed atomics). */
struct live_counters {
  _Atomic uint64_t events_in, events_out;
  _Atomic uint64_t notes_in, notes_out;
  _Atomic uint64_t suppressed[DAMAGE_COUNT]; /* by reason; in monitor mode: would have been */
  _Atomic uint64_t dropped;                  /* messages lost because a bounded queue was full; must stay 0 */
  _Atomic uint64_t capture_lost;             /* capture records that found the ring full */
  _Atomic uint64_t ended_unheard; /* keys taken for up because input was lost and nothing was heard of them */
  _Atomic uint64_t unplugged;     /* how often a keyboard's active sensing stopped */
  _Atomic uint64_t ticks;
  _Atomic uint64_t sounding; /* notes now on at the output */
};

/* Records in the capture ring. */
enum live_record_type {
  LIVE_RECORD_EVENT = 1,    /* struct live_event_record */
  LIVE_RECORD_DECISION = 2, /* struct live_decision_record */
  LIVE_RECORD_FRAME = 3,    /* struct live_frame_record */
  LIVE_RECORD_LONG = 4,     /* struct live_long_record */
};
struct live_event_record { /* a short message as received, or as sent */
  nanos time;
  uint8_t sent; /* 0: received, 1: sent */
  uint8_t size;
  uint8_t bytes[3];
};
struct live_decision_record {
  nanos time;
  uint8_t channel, pitch, velocity;
  uint8_t passed;
  uint8_t damage; /* enum damage the gate thinks likeliest if it is not a true note */
  uint8_t mode;
  float log_odds;
  float threshold;
};
struct live_frame_record {
  nanos time;
  uint8_t channel;
  struct frame received, passed;
};
struct live_long_record { /* a SysEx or a piece of one was received; its bytes are not recorded */
  nanos time;
  uint32_t size;
};
union live_record { /* room for any of them */
  struct live_event_record event;
  struct live_decision_record decision;
  struct live_frame_record frame;
  struct live_long_record sysex;
};

struct live; /* opaque; see live_state.h for its parts */

/* --- Set-up thread, stream not running. Allocates. --- */

/* `cleaner` may be NULL: everything passes. It stays the caller's until it comes back retired. */
enum status live_new(struct live **live, const struct live_config *config, struct cleaner *cleaner,
                     live_emit emit, void *port, struct error *error) EMEND_CHECK;
void live_free(struct live *live);

/* --- Live thread. Never allocate, lock, block, log or call BLAS. Times never decrease. --- */

/* Begin at `now`: frames are counted from here. */
EMEND_LIVE void live_begin(struct live *live, nanos now);
/* One received message: complete, or a piece of a SysEx. With look-ahead it waits like all others; where the
 * bounded queue has no room for it, all that waits and it pass at once, in order. */
EMEND_LIVE void live_receive(struct live *live, nanos time, const uint8_t *bytes, size_t size);
/* Let time pass: commands taken, ticks closed, due note-offs and look-ahead released. Call at least
 * once a period; a file's player steps through its rests likewise, since time that leaps by more than
 * 64 frames in one call is taken for a jump of the clock and makes the model forget. */
EMEND_LIVE void live_advance(struct live *live, nanos now);
/* Note-offs for all that sounds, pedals up; forgets held keys. Exit, port loss. */
EMEND_LIVE void live_silence(struct live *live, nanos now);
/* Input was lost up to `now`: keys that are down may have been let go (doubt.h). */
EMEND_LIVE void live_lost(struct live *live, nanos now);
/* Somebody who hears the output left or came, or may have missed some of it (both); `id` is not 0
 * (listeners.h).
 */
EMEND_LIVE void live_listener(struct live *live, nanos now, uint64_t id, bool here);
/* Beats a minute from now on, for beat frames (a file's tempo map). */
EMEND_LIVE void live_tempo(struct live *live, double bpm);

/* --- One controlling thread, at any time. Never block; false when the command ring is full. --- */

bool live_set_mode(struct live *live, enum live_mode mode);
bool live_set_strength(struct live *live, float strength);
/* Within [0, 200 ms], else the nearest. What waits stays in order: with less of it, what is overdue goes at
 * once. */
bool live_set_look_ahead(struct live *live, nanos look_ahead);
/* Beats a minute, as live_tempo. */
bool live_set_tempo(struct live *live, double bpm);
/* The same, and on every channel pedals up, all notes off and all sound off, for notes that are not the
 * engine's. */
bool live_panic(struct live *live);
/* The player's answer to a decision about a stroke of a key; see instrument_teach. */
bool live_teach(struct live *live, unsigned pitch, enum damage kind, bool meant);
/* What kinds of damage there are from now on. */
bool live_set_gear(struct live *live, enum gear gear);
/* Leave the keys from low to high alone from now on, or no longer. */
bool live_set_keep(struct live *live, unsigned low, unsigned high, bool keep);
/* Ask for a copy of the instrument's profile as learned so far. The live thread makes it at its next call. */
bool live_ask_instrument(struct live *live);
/* The copy last asked for: true once it is there, `out` filled. */
bool live_take_instrument(struct live *live, struct instrument *out);
/* A note-off for a note that another program left on at the receiver, unless the key sounds by this engine. */
bool live_end_note(struct live *live, unsigned channel, unsigned pitch);
/* Hand over a new model (NULL: none, everything passes); the live thread takes it up at its next tick. */
bool live_swap(struct live *live, struct cleaner *cleaner);
/* A model that the live thread has let go of, or NULL. The caller frees it. */
struct cleaner *live_retired(struct live *live);
/* The reader's end of the capture ring; one reading thread. NULL when there is none. */
struct ring *live_capture(struct live *live);

/* --- Any thread. --- */

const struct live_counters *live_counters(const struct live *live);
/* After the stream, or on the live thread: what is known of the instrument. */
const struct instrument *live_instrument(const struct live *live);
enum live_mode live_current_mode(const struct live *live);
float live_current_strength(const struct live *live);
nanos live_current_look_ahead(const struct live *live);

#endif
