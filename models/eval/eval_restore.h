/* SPDX-License-Identifier: MIT */
/* Evaluation of fillers on takes: notes and chords are lost at random, the filler is to find which. */
#ifndef EMEND_EVAL_RESTORE_H
#define EMEND_EVAL_RESTORE_H

#include "eval.h"

/* Notes within 50 ms; sums over all takes. The added notes are scored against the lost ones. */
struct eval_restore {
  struct score before;           /* the damaged take */
  struct score fill, fill_added; /* the filler, at `strength` */
  struct score vote, vote_added; /* the matches' votes alone, at the share that serves them best on this data */
  double vote_share;
};

/* What is lost in `emend eval`: 10 % of the notes, and of 3 % of the chords half or more. */
extern const struct corrupt_rates eval_restore_rates;

/* `damage` is what is lost. `watch` may be NULL. Allocates. */
enum status eval_restore(const struct model *model, const struct dataset *data,
                         const struct corrupt_rates *damage, double strength, uint64_t seed,
                         const struct eval_watch *watch, struct eval_restore *result,
                         struct error *error) EMEND_CHECK;

#endif
