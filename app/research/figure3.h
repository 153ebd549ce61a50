/* SPDX-License-Identifier: MIT */
/* The paper's Figure 3 with our models: (a) a roll with 5 % of its off cells turned on, cleaned by a VOSP from
 * the past alone; (b) a roll with a gap, filled by a VRAE. */
#ifndef EMEND_FIGURE3_H
#define EMEND_FIGURE3_H

#include "eval.h"
#include "model.h"
#include "panels.h"
#include "score.h"

enum { FIGURE3_ROWS = 4, FIGURE3_SEQUENCES = 2, FIGURE3_GAP = 8, FIGURE3_SHOWN = 128, FIGURE3_TRIED = 15 };

/* One sequence and what was made of it. */
struct figure3_part {
  const struct sequence *sequence;
  uint8_t *rolls[FIGURE3_ROWS]; /* (T, D) each, owned: clean, damaged, mended, and the gate's or the errors */
  struct score before, after, gate;
};

struct figure3 {
  struct panels panels;
  int tried; /* sequences, of which those shown are the middle ones by F1 */
  struct figure3_part parts[FIGURE3_SEQUENCES];
};

/* Of up to FIGURE3_TRIED sequences drawn by the seed, the two in the middle by F1, so that what is shown is
 * typical: clean, noisy and denoised by the paper's rule (4.2); where the model has a gate, by that too.
 * Allocates; release with figure3_free in any case. `watch` may be NULL. */
enum status figure3_denoise(struct figure3 *figure, const struct model *model, const struct dataset *data,
                            uint64_t seed, const struct eval_watch *watch, struct error *error) EMEND_CHECK;

/* The one in the middle, likewise: original, without FIGURE3_GAP frames, recovered by the paper's procedure
 * (4.3), or by a filler in its own way, and the errors. Allocates; release with figure3_free in any case. */
enum status figure3_impute(struct figure3 *figure, const struct model *model, const struct dataset *data,
                           uint64_t seed, const struct eval_watch *watch, struct error *error) EMEND_CHECK;

void figure3_free(struct figure3 *figure);

#endif
