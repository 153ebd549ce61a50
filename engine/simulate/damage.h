/* SPDX-License-Identifier: MIT */
/* The noise simulator: the damage that players' gear does, each kind with a named rate, all from one seed. */
#ifndef EMEND_DAMAGE_H
#define EMEND_DAMAGE_H

#include "event.h"
#include "rng.h"

struct corrupt_rates {
  /* Added notes; each carries its enum damage. Per true note unless said. */
  double bounce;    /* same key, 5 to 45 ms after the stroke, mostly softer */
  double release;   /* same key, 0 to 25 ms after a note-off, softer: a short one as the key is let go, or a
                       re-trigger in the middle of the note that carries the rest of it */
  double brush;     /* 1 or 2 semitones away, four in five some 10 to 50 ms later, short; softer, but not all */
  double harmonic;  /* 12, 19, 24, 7 semitones above, 0 to 30 ms later */
  double ghost;     /* a second: velocity under 10, a spike at 1, or some way below the last note; short */
  double crosstalk; /* another key at 7 to 25 % of the velocity, within 10 ms either side */
  int worn_keys;    /* keys that were played whose contacts strike twice in 10 to 50 % of their strokes */
  /* Notes lost. */
  double drop;       /* a note */
  double drop_chord; /* a chord (onsets within 30 ms, two or more) loses half or more of its notes */
  double drop_burst; /* bursts a minute: every note for 50 to 500 ms */
  int dead_keys;     /* fixed keys that never sound */
  /* Protocol damage of true notes. */
  double stuck;     /* a note-off that never comes: the note lasts to the key's next stroke or the end */
  double off_to_on; /* a note-off turned into a note-on of velocity 64, itself (a DAMAGE_STRAY) ended at the
                       key's next stroke */
  /* Velocities. */
  double velocity_band; /* share of keys that cannot reach a band of 20 velocities (moved to its edge) */
};

/* brush 0.05, bounce 0.03, harmonic 0.03, ghosts 0.3 a second; the rest 0. */
extern const struct corrupt_rates corrupt_default_rates;
/* Of each rate the most that makes sense. */
extern const struct corrupt_rates corrupt_most_rates;

/* Append to `out` the damaged form of `notes` (sorted by onset): true notes keep DAMAGE_NONE. Only
 * decidable notes are damaged. A bounce splits the true note as real contacts do: on, off, on, off; in three of
 * ten it lies within the note instead, as where something merges two streams: on, on, off, off.
 * Losses come first: a lost note brings no damage about. STATUS_USAGE for a rate that makes no sense.
 * Allocates. Sorted on return; on failure `out` is as it was. */
enum status corrupt_notes(const struct note_list *notes, const struct corrupt_rates *rates, struct rng *rng,
                          struct note_list *out, struct error *error) EMEND_CHECK;

/* Rolls (paper 4.2): every off cell of `count` is turned on with `probability`. */
void corrupt_cells(uint8_t *cells, size_t count, double probability, struct rng *rng);

#endif
