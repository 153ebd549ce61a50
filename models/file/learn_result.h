/* SPDX-License-Identifier: MIT */
/* What came of learning a personal model: kept beside it, and shown to its player. */
#ifndef EMEND_LEARN_RESULT_H
#define EMEND_LEARN_RESULT_H

#include <stdbool.h>
#include <stddef.h>

/* What a model does on the held-back takes with simulated damage. */
struct learn_figures {
  double nats;           /* the network's training loss, a frame */
  double gate_nats;      /* a stroke, of telling true strokes from damage */
  size_t strokes, lost;  /* true ones; of them suppressed */
  size_t damage, passed; /* added ones; of them let through */
};

/* F1 of strokes. */
double learn_f1(const struct learn_figures *figures);

enum { LEARN_REASON = 160 };

struct learn_result {
  double minutes, held_minutes; /* of music learnt from and held back */
  double share;                 /* of the way from the base to the tuned weights that was best */
  struct learn_figures before, after;
  bool better;               /* else the base is to stay */
  char reason[LEARN_REASON]; /* where it is not: why, for a person */
};

#endif
