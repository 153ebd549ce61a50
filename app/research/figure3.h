/* SPDX-License-Identifier: MIT */
/* The paper's Figure 3 with our models: (a) a roll with 5 % of its off cells turned on, cleaned by a VOSP from
 * the past alone; (b) a roll with a gap, filled by a VRAE. */
#ifndef EMEND_FIGURE3_H
#define EMEND_FIGURE3_H

#include "dataset.h"
#include "model.h"
#include "panels.h"
#include "score.h"

enum { FIGURE3_ROWS = 4, FIGURE3_SEQUENCES = 2, FIGURE3_GAP = 8, FIGURE3_SHOWN = 128 };

/* One sequence and what was made of it. */
struct figure3_part {
  const struct sequence *sequence;
  uint8_t *rolls[FIGURE3_ROWS]; /* (T, D) each, owned: clean, damaged, mended, and the gate's or the errors */
  struct score before, after, gate;
};

struct figure3 {
  struct panels panels;
  struct figure3_part parts[FIGURE3_SEQUENCES];
};

/* Two sequences of the data, chosen by the seed, clean, noisy and denoised by the paper's rule (4.2); where the
 * model has a gate, by that too. Allocates; release with figure3_free in any case. */
enum status figure3_denoise(struct figure3 *figure, const struct model *model, const struct dataset *data,
                            uint64_t seed, struct error *error) EMEND_CHECK;

/* One sequence, chosen by the seed: original, without FIGURE3_GAP frames, recovered by the paper's procedure
 * (4.3), or by a filler in its own way, and the errors. Allocates; release with figure3_free in any case. */
enum status figure3_impute(struct figure3 *figure, const struct model *model, const struct dataset *data,
                           uint64_t seed, struct error *error) EMEND_CHECK;

void figure3_free(struct figure3 *figure);

#endif
