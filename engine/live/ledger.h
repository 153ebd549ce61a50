/* SPDX-License-Identifier: MIT */
/* The ledger of emitted notes: 16 channels x 128 keys. It guarantees that every note-on that was let
 * through gets exactly one note-off, that a suppressed note-on takes its note-off with it, and that a pedal
 * which holds notes does not stay down when all is to end.
 *
 * A note-off ends the note that sounds; once none does, it is swallowed for each suppressed stroke.
 * Two exceptions spare held notes when a bounce was suppressed:
 *  - on off on off, the second stroke suppressed: where the key is known for it, the first note-off is held
 *    back for a while, and cancelled if a suppressed stroke follows in that time; that stroke's note-off then
 *    ends the note;
 *  - on on off off: a note-off within LEDGER_NEST of a suppressed stroke, while another note of the key sounds,
 *    is taken as that stroke's own; should no other come within LEDGER_LIMIT, the note is ended, and from then
 *    on the stream is known to have one note-off for both (on on off).
 * Where the list of held-back note-offs is full, they are sent at once. */
#ifndef EMEND_LEDGER_H
#define EMEND_LEDGER_H

#include "event.h"
#include "rt.h"

#define LEDGER_NEST (100 * NANOS_PER_MILLISECOND)
#define LEDGER_LIMIT (3 * NANOS_PER_SECOND)

enum { LEDGER_PENDING_MAX = 64 };

struct ledger_key {
  uint8_t sounding;   /* emitted note-ons without their note-off */
  uint8_t suppressed; /* suppressed note-ons whose note-off has not come */
  uint8_t owed;       /* note-offs that must still be sent */
  nanos on_time;      /* of the last emitted stroke */
  nanos suppressed_time;
};

struct ledger {
  struct ledger_key key[CHANNELS][KEYS];
  struct {
    nanos due;
    uint8_t channel, pitch, velocity;
    bool guard; /* a release held back, else the limit of a note whose note-off was swallowed */
  } pending[LEDGER_PENDING_MAX];
  int pending_count;
  bool lone_offs[CHANNELS];   /* a stroke within a note has no note-off of its own */
  int sounding, owed;         /* sums over all keys */
  uint8_t down[CHANNELS];     /* pedals that are down: a bit for each controller of ledger.c's list */
  uint8_t controls[CHANNELS]; /* controllers that must still be sent, with the value 0: the same bits */
  int controls_owed;          /* their number */
  int cursor;                 /* where the search for owed note-offs goes on */
};

enum ledger_action {
  LEDGER_EMIT,    /* send this note-off now: it ends a note */
  LEDGER_STRAY,   /* it ends nothing; it may pass */
  LEDGER_SWALLOW, /* its note-on was suppressed */
  LEDGER_HOLD,    /* held back; ledger_due will give it */
};

/* Live thread; never allocate. Times never decrease. */
EMEND_LIVE void ledger_reset(struct ledger *ledger);
/* A stroke was let through. Returns how many note-offs to send first (0 or 1): of a pending release,
 * or of one of 255 notes that already sound on this key. */
EMEND_LIVE int ledger_note_on(struct ledger *ledger, nanos time, unsigned channel, unsigned pitch);
/* A stroke was suppressed. */
EMEND_LIVE void ledger_suppress(struct ledger *ledger, nanos time, unsigned channel, unsigned pitch);
/* Does a note of this key sound? `struck`: when the last one was, long ago where there was none. */
EMEND_LIVE bool ledger_sounds(const struct ledger *ledger, unsigned channel, unsigned pitch, nanos *struck);
/* A note-off arrived. It is held back until `until` where that is later than `time`. */
EMEND_LIVE enum ledger_action ledger_note_off(struct ledger *ledger, nanos time, unsigned channel,
                                              unsigned pitch, unsigned velocity, nanos until);
/* Take one note-off that is due at `now`, the earliest first; false when there is none. */
EMEND_LIVE bool ledger_due(struct ledger *ledger, nanos now, struct message *off);
/* A controller was let through. */
EMEND_LIVE void ledger_control(struct ledger *ledger, unsigned channel, unsigned number, unsigned value);
/* The receiver ended the channel's notes by itself (controllers 120 and 123). */
EMEND_LIVE void ledger_forget(struct ledger *ledger, unsigned channel);

/* A note-off that could not be sent, or that nobody else will send: ledger_drain will give it. */
EMEND_LIVE void ledger_owe(struct ledger *ledger, unsigned channel, unsigned pitch);
/* Queue a note-off for every sounding note and a release for every pedal that is down. For panic, port loss and
 * exit. */
EMEND_LIVE void ledger_end_all(struct ledger *ledger);
/* Also queue All Notes Off on every channel, for notes that the ledger does not know. For panic. */
EMEND_LIVE void ledger_end_unknown(struct ledger *ledger);
/* Is anything still to be sent? */
EMEND_LIVE bool ledger_owes(const struct ledger *ledger);
/* Take one queued message, note-offs first; false when there is none. Its time is `now`. */
EMEND_LIVE bool ledger_drain(struct ledger *ledger, nanos now, struct message *message);
/* What ledger_drain gave could not be sent: it will give it again. */
EMEND_LIVE void ledger_return(struct ledger *ledger, const struct message *message);

#endif
