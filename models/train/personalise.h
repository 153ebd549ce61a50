/* SPDX-License-Identifier: MIT */
/* Learning a player's own model: a trained model is tuned on that player's takes, gently, and what comes out is
 * taken only where it is no worse on takes that were held back. Offline; one thread; allocates. */
#ifndef EMEND_PERSONALISE_H
#define EMEND_PERSONALISE_H

#include "dataset.h"
#include "learn_result.h"
#include "model.h"

struct learn_options {
  int epochs;       /* over the network; 0: leave it */
  double rate;      /* Adam's for the network, falling to nothing */
  int gate_epochs;  /* over the gate's samples; 0: leave it */
  double gate_rate; /* Adam's for the gate, falling to nothing */
  int rounds;       /* times that every take is damaged anew for the gate */
  double strength;  /* the gate's, at which false suppressions are counted; (0, 1] */
  uint64_t seed;
};

void learn_defaults(struct learn_options *options);

/* Asked every few milliseconds of work; the caller may sleep in it. False stops with STATUS_INTERRUPTED. */
struct learn_watch {
  bool (*going)(void *user, double share); /* `share` of the whole that is done, about, in [0, 1] */
  void *user;
};

/* Less is not learnt from; of more, only the last takes are looked at. */
enum { LEARN_MINUTES_MIN = 2, LEARN_MINUTES_MAX = 60 };

/* What to learn from, and against what. */
struct learn_job {
  const struct model *base;    /* a VOSP with its gate */
  const struct model *current; /* what the result must be no worse than; NULL: the base */
  const struct dataset *takes; /* notes, no rolls, the newest last; cells are not needed. About a fifth is held
                                  back: every fifth take, or of fewer than five each one's end */
};

/* *out is a model of the base's configuration, the caller's, or NULL unless result->better. STATUS_USAGE for
 * takes that are too short in all, STATUS_UNSUPPORTED for a base that has no gate. `watch` may be NULL. */
enum status learn(const struct learn_job *job, const struct learn_options *options,
                  const struct learn_watch *watch, struct model **out, struct learn_result *result,
                  struct error *error) EMEND_CHECK;

#endif
