/* The ledger of emitted notes: 16 channels x 128 keys. It guarantees that every note-on that was let
 * through gets exactly one note-off, and that a suppressed note-on takes its note-off with it.
 *
 * Per key the strokes are a queue, oldest first: the first note-off belongs to the first stroke.
 * Two exceptions spare held notes when a bounce was suppressed:
 *  - on off on off, the second stroke suppressed: the first note-off is held back for RELEASE_GUARD
 *    after its stroke (clean mode only), and cancelled if a suppressed bounce follows in that time;
 *  - on on off off, the second suppressed: a note-off within LEDGER_NEST of the suppressed stroke is
 *    taken as the bounce's own; should no other come within LEDGER_LIMIT, the note is ended. */
#ifndef EMEND_LEDGER_H
#define EMEND_LEDGER_H

#include "event.h"
#include "realtime.h"

#define LEDGER_RELEASE_GUARD (30 * NANOS_PER_MILLISECOND)
#define LEDGER_NEST (100 * NANOS_PER_MILLISECOND)
#define LEDGER_LIMIT (3 * NANOS_PER_SECOND)

enum { LEDGER_PENDING_MAX = 64 };

struct ledger_key {
  uint8_t sounding;   /* emitted note-ons without their note-off */
  uint8_t suppressed; /* suppressed note-ons whose note-off has not come */
  bool pending;       /* a note-off waits in the list below */
  nanos on_time;      /* of the last emitted stroke */
  nanos suppressed_time;
};

struct ledger {
  struct ledger_key key[CHANNELS][KEYS];
  struct {
    nanos due;
    uint8_t channel, pitch, velocity;
  } pending[LEDGER_PENDING_MAX];
  int pending_count;
};

enum ledger_action {
  LEDGER_EMIT,    /* send this note-off now */
  LEDGER_SWALLOW, /* its note-on was suppressed */
  LEDGER_HOLD,    /* held back; ledger_due will give it */
};

/* Live thread; never allocate. */
EMEND_LIVE void ledger_reset(struct ledger *ledger);
/* A stroke was let through. Returns how many note-offs of a pending release to send first (0 or 1). */
EMEND_LIVE int ledger_note_on(struct ledger *ledger, nanos time, unsigned channel, unsigned pitch);
/* A stroke was suppressed. */
EMEND_LIVE void ledger_suppress(struct ledger *ledger, nanos time, unsigned channel, unsigned pitch);
/* A note-off arrived. `guard` is true when held notes are to be spared (clean mode). */
EMEND_LIVE enum ledger_action ledger_note_off(struct ledger *ledger, nanos time, unsigned channel,
                                              unsigned pitch, unsigned velocity, bool guard);
/* Take one note-off that is due at `now`; false when there is none. */
EMEND_LIVE bool ledger_due(struct ledger *ledger, nanos now, struct message *off);
/* Take one note-off for a note that still sounds, whatever its state; false when none sounds. For
 * panic, bypass, port loss, swap and exit: call until false (at most 16 x 128 x 255 times). */
EMEND_LIVE bool ledger_drain(struct ledger *ledger, nanos now, struct message *off);

#endif
