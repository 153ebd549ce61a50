/* SPDX-License-Identifier: MIT */
/* What the live engine knows of a network: a small table of functions. A fake one drives the tests.
 *
 * One state per channel, weights shared and const. All functions below run on the live thread and
 * keep its rules; they never see the clock. */
#ifndef EMEND_PREDICTOR_H
#define EMEND_PREDICTOR_H

#include "frame.h"

enum { CONTEXT_MAX = 128 }; /* C at most */

/* What a model believes of one arriving note. */
struct belief {
  float prior;                /* log-odds that the note sounds, from the past alone */
  float posterior;            /* the same at the mode of q(z | past, the frame so far) */
  float context[CONTEXT_MAX]; /* (C) what else the gate may look at; C is the table's context_size */
};

struct predictor_ops {
  /* Forget the past. */
  void (*reset)(void *state);
  /* A frame has closed: `received` as played, `passed` as let through. */
  void (*advance)(void *state, const struct frame *received, const struct frame *passed);
  /* Belief in `pitch` (0..87) being struck now; the frames are those in the making, the
   * candidate included in both. */
  void (*believe)(void *state, const struct frame *received, const struct frame *passed, int pitch,
                  struct belief *belief);
};

#endif
