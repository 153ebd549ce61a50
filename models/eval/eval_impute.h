/* SPDX-License-Identifier: MIT */
/* Evaluation of filling on rolls (paper 4.3): some whole steps are removed from every sequence and scored by
 * the cells of the gap. */
#ifndef EMEND_EVAL_IMPUTE_H
#define EMEND_EVAL_IMPUTE_H

#include "eval.h"

struct eval_impute {
  size_t sequences, skipped; /* measured; too short for such a gap and a frame either side */
  struct score before;       /* the gap left empty */
  struct score paper;        /* random values, then 30 rounds of mode of z, mode of x, refill (paper 4.3) */
  bool fills;                /* the model is a filler: */
  struct score fill;         /* the product's filling at `strength` */
  struct score hold;         /* the last frame before, held */
  struct score half;         /* ... for the first half, the next frame after for the second */
  struct score copy;         /* the stretch of the same sequence whose surroundings match best */
};

/* `gap` frames, 1 to EVAL_GAP_MAX, at one random place a sequence, 16 frames or more from either end where it
 * is long enough. `watch` may be NULL. Allocates. */
enum { EVAL_GAP_MAX = 200 };
enum status eval_impute(const struct model *model, const struct dataset *data, int gap, double strength,
                        uint64_t seed, const struct eval_watch *watch, struct eval_impute *result,
                        struct error *error) EMEND_CHECK;

#endif
