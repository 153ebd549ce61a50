/* SPDX-License-Identifier: MIT */
/* What a take's own past says of its next frame, for a predictor whose likelihood is exact. Music repeats, and
 * a network's state does not remember where.
 *
 * Frame t has up to two sources, earlier frames that came after what sounds like the frames just before t: one
 * by the longest run of equal frames, one by the best agreement, averaged over the last frames. How good the
 * match was is its bin. Sources depend on frames 0 .. t - 1 alone. From the lowest pitch up, the logit l of a
 * cell becomes
 *
 *   (1 + a) l + b + sum over sources of c,   a, b by both bins; c by the source, its bin, what its cell is,
 * whether this pitch was on a frame ago, and whether the source has been right below this pitch in this frame
 *
 * so each cell stays a Bernoulli variable given the past and the lower pitches, and the product over cells a
 * probability of frames. All weights 0: the network's own logits. */
#ifndef EMEND_RECALL_H
#define EMEND_RECALL_H

#include <stdint.h>

#include "frame.h"
#include "real.h"
#include "shapes.h"
#include "status.h"

struct recall_frame {
  int source[RECALL_SOURCES]; /* a frame; negative: none */
  uint8_t bin[RECALL_SOURCES];
};

/* The sources of every frame of a take: cells (T, D) -> found (T). The time is in proportion to the square of
 * T. Allocates for a while. Any thread. */
enum status recall_find(const uint8_t *cells, int frames, struct recall_frame *found) EMEND_CHECK;

/* The weights that one cell uses; negative: none. */
struct recall_cell {
  int16_t scale, offset, source[RECALL_SOURCES];
};

/* Those of frame t, (D). Never allocates. Any thread. */
void recall_cells(const uint8_t *cells, int t, const struct recall_frame *found,
                  struct recall_cell used[PITCHES]);

static inline real recall_logit(const real *weights, const struct recall_cell *used, real logit)
{
  real sum = (1 + weights[used->scale]) * logit + weights[used->offset];
  for (int k = 0; k < RECALL_SOURCES; k++) {
    sum += used->source[k] >= 0 ? weights[used->source[k]] : 0;
  }
  return sum;
}

#endif
