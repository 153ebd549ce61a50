/* SPDX-License-Identifier: MIT */
/* What an arriving stroke looks like at the keys: gaps, loudness and neighbours. All of it is causal: from what
 * had been received when the decision is made, which with look-ahead includes strokes after the candidate.
 * One per channel. Live thread or offline; never allocates. `pitch` is 0..127. */
#ifndef EMEND_TOUCH_H
#define EMEND_TOUCH_H

#include "event.h"
#include "rt.h"

enum {
  TOUCH_STROKES = 4,    /* strokes remembered of each key: look-ahead may see some after the candidate */
  TOUCH_RECENT = 32,    /* strokes remembered over all keys; a power of two */
  TOUCH_OWN = 6,        /* values that touch_read gives: about the key itself, */
  TOUCH_SCENE = 15,     /* the level and how much is going on, */
  TOUCH_NEIGHBOURS = 4, /* the keys one and two semitones away, */
  TOUCH_NEIGHBOUR = 5,  /* so many each, */
  TOUCH_BELOW = 8,      /* and those an octave, a twelfth, two octaves and a fifth below */
  TOUCH_SIZE = TOUCH_OWN + TOUCH_SCENE + TOUCH_NEIGHBOURS * TOUCH_NEIGHBOUR + TOUCH_BELOW,
};

struct touch_stroke {
  nanos on, off;    /* off before on: it has not come */
  uint8_t velocity; /* 0: no such stroke yet */
};

struct touch {
  struct touch_stroke stroke[KEYS][TOUCH_STROKES]; /* of each key, newest first */
  struct {
    nanos on;
    uint8_t pitch, velocity;
  } recent[TOUCH_RECENT]; /* a ring of the last strokes */
  uint32_t count;         /* strokes so far */
  float level;            /* slow mean of the log velocity of what was let through: the player's level */
  float spread;           /* and of its absolute deviations */
};

/* Another stroke beside the candidate. */
struct touch_near {
  bool there, held; /* held: still down when the candidate came */
  float dt;         /* ms from it to the candidate; below 0: it came later */
  float ratio;      /* log of the candidate's velocity over its own, within [-3, 3] */
};

EMEND_LIVE void touch_reset(struct touch *touch);
/* A stroke was received. Before touch_read for the same stroke. */
EMEND_LIVE void touch_on(struct touch *touch, nanos time, int pitch, int velocity);
EMEND_LIVE void touch_off(struct touch *touch, nanos time, int pitch);
EMEND_LIVE void touch_release_all(struct touch *touch, nanos time);
/* A stroke was let through: it may move the player's level. */
EMEND_LIVE void touch_accept(struct touch *touch, int velocity);
/* Values for the decision's head, about [-3, 3] each. */
EMEND_LIVE void touch_read(const struct touch *touch, nanos time, int pitch, int velocity,
                           float out[TOUCH_SIZE]);
/* Which kinds of damage the stroke can be at all, by what is physical: a bit for each enum damage. A slip needs
 * a neighbour, a ghost softness, a second stroke a first one. What no bit allows is a true note, whatever
 * music would expect. */
EMEND_LIVE unsigned touch_kinds(const struct touch *touch, nanos time, int pitch, int velocity);

#endif
