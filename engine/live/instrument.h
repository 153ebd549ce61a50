/* SPDX-License-Identifier: MIT */
/* What is known of the instrument that is played: how often each kind of fault has been seen on it, and for
 * contacts on which key. Rates begin near zero and move with counts of what was clear in itself; counts are
 * bounded and forget. A plain struct: it may be copied, kept in a file and set before the stream starts.
 *
 * The odds of damage against a true note, for kind k on a key:
 *     ratio_k = P(what is seen | k) / P(what is seen | a true note)      from the decision's head
 *     rate_k  = (rate_k0 * INSTRUMENT_WEIGHT + faults) / (INSTRUMENT_WEIGHT + strokes)
 *     odds    = sum over k of ratio_k * rate_k * e^taught_k
 * A stroke is removed where the odds exceed the price of a true note; see instrument_price. */
#ifndef EMEND_INSTRUMENT_H
#define EMEND_INSTRUMENT_H

#include "event.h"
#include "rt.h"

/* Sets which kinds of damage there are: a keyboard has no false octaves, only pitch-to-MIDI makes them. */
enum gear { GEAR_KEYBOARD, GEAR_PADS, GEAR_GUITAR, GEAR_TRANSCRIPTION, GEAR_COUNT };

/* Strokes that the starting rate counts for, and after how many strokes of a key its counts have faded to a
 * third. */
#define INSTRUMENT_WEIGHT 20.0F
#define INSTRUMENT_MEMORY 4000.0F
#define INSTRUMENT_SURE 30.0F       /* nats: the log-odds of a true note that nothing speaks against */
#define INSTRUMENT_TAUGHT_MOST 8.0F /* nats */

/* Counts of strokes, of one key or of all. */
struct instrument_key {
  float strokes;              /* judged, forgetting: at most INSTRUMENT_MEMORY */
  float faults[DAMAGE_COUNT]; /* of them clear ones, of kinds that are counted there; 0 for the others */
  float taught[DAMAGE_COUNT]; /* nats, what the player has said of this kind on this key; does not fade */
};

struct instrument {
  int gear;                  /* enum gear */
  bool keep[KEYS];           /* left alone: key switches */
  struct instrument_key all; /* kinds that belong to no key: messages sent twice */
  struct instrument_key key[KEYS];
};

/* What a stroke's ratios come to on this instrument. */
struct verdict {
  float log_odds;     /* of a true note */
  enum damage damage; /* the likeliest kind if it is none: the reason that is reported */
};

/* "keyboard", "pads", "guitar", "transcription"; NULL at the end. */
extern const char *const gear_names[];

/* An instrument of which nothing is known yet. */
void instrument_init(struct instrument *instrument, enum gear gear);
/* Is all of it what an instrument can be: finite counts within their bounds, a known gear? For what comes from
 * a file. */
bool instrument_is_sound(const struct instrument *instrument);

/* Live thread or offline; never allocate. `pitch` is 0..127; `ratio` (DAMAGE_COUNT) are logs, `kinds` a bit
 * for each kind that the stroke can be (touch_kinds). */

/* The rate of a kind on a key now. */
EMEND_LIVE float instrument_rate(const struct instrument *instrument, int pitch, enum damage kind);
/* What is not finite, or is of a kind that cannot be, counts as no evidence: the note is a true one. */
EMEND_LIVE struct verdict instrument_judge(const struct instrument *instrument, int pitch, const float *ratio,
                                           unsigned kinds);
/* Count the stroke. Only a stroke that is clear by itself, whatever else is known, counts as a fault. */
EMEND_LIVE void instrument_count(struct instrument *instrument, int pitch, const float *ratio, unsigned kinds);
/* Has this key shown that kind of fault, so that its note-offs are worth holding back? */
EMEND_LIVE bool instrument_shows(const struct instrument *instrument, int pitch, enum damage kind);
/* The player says that a removed stroke was meant (lowers the kind on the key at once), or that one which
 * passed was not (raises it). */
EMEND_LIVE void instrument_teach(struct instrument *instrument, int pitch, enum damage kind, bool meant);
/* The log-odds of a true note below which a stroke is removed, at `strength` in [0, 1]: minus the log of how
 * many false notes passed one true note is worth. -INFINITY at 0 (all passes), -log 10 at 0.5, 0 at 1. */
EMEND_LIVE float instrument_price(float strength);

#endif
