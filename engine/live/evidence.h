/* SPDX-License-Identifier: MIT */
/* Local, causal evidence about an arriving note: velocity, the time since and the velocity ratio to the last
 * onset of each key within an octave, what is held within two octaves.
 *
 * "Causal" means: from what had been received when the decision is made. With look-ahead that
 * includes strokes after the candidate. One per channel. */
#ifndef EMEND_EVIDENCE_H
#define EMEND_EVIDENCE_H

#include "event.h"
#include "rt.h"

enum {
  EVIDENCE_REACH = 12,      /* semitones either side whose last strokes are looked at */
  EVIDENCE_HELD_REACH = 24, /* semitones either side whose keys' state is looked at */
  EVIDENCE_STROKES = 4,     /* strokes remembered of each key: look-ahead may see some after the candidate */
  EVIDENCE_GLOBAL = 8,      /* see evidence.c */
  EVIDENCE_PER_KEY = 4,     /* decay 30 ms, decay 300 ms, velocity log ratio gated by each */
  EVIDENCE_SIZE = EVIDENCE_GLOBAL + EVIDENCE_PER_KEY * (2 * EVIDENCE_REACH + 1) + (2 * EVIDENCE_HELD_REACH + 1),
};

struct evidence {
  nanos time[KEYS][EVIDENCE_STROKES];       /* received strokes of each key, newest first */
  uint8_t velocity[KEYS][EVIDENCE_STROKES]; /* 0: no such stroke yet */
  uint8_t held[KEYS];                       /* received and not yet released, saturating */
  float mean_log_velocity;   /* slow average over strokes that were let through: the player's level */
  float log_velocity_spread; /* and of its absolute deviations: how wide the player's dynamics are */
};

/* Live thread or offline; never allocate. `pitch` is 0..127. */
EMEND_LIVE void evidence_reset(struct evidence *evidence);
/* A stroke was received. Call before evidence_read for the same stroke. */
EMEND_LIVE void evidence_note_on(struct evidence *evidence, nanos time, int pitch, int velocity);
EMEND_LIVE void evidence_note_off(struct evidence *evidence, int pitch);
/* The gate let a stroke through: it may move the player's level. */
EMEND_LIVE void evidence_accept(struct evidence *evidence, int velocity);
EMEND_LIVE void evidence_release_all(struct evidence *evidence);
/* Fill out (EVIDENCE_SIZE) for the stroke of `pitch` received at `time` with `velocity`. All values
 * lie within about [-3, 3]. */
EMEND_LIVE void evidence_read(const struct evidence *evidence, nanos time, int pitch, int velocity,
                              float out[EVIDENCE_SIZE]);

#endif
