/* SPDX-License-Identifier: MIT */
#include "impute.h"

#include <string.h>

#include "score.h"

enum { SURROUNDINGS = 16 };

bool gap_place(struct gap *gap, int length, struct rng *rng)
{
  const int known = gap->frames - length;
  if (known < 2) {
    return false;
  }
  const int margin = known / 2 < SURROUNDINGS ? known / 2 : SURROUNDINGS;
  gap->begin = margin + (int)rng_below(rng, (uint32_t)(known - 2 * margin + 1));
  gap->end = gap->begin + length;
  return true;
}

static const uint8_t *frame_at(const struct gap *gap, int t)
{
  return gap->cells + (size_t)t * PITCHES;
}

void impute_hold(const struct gap *gap, uint8_t *filled)
{
  for (int t = gap->begin; t < gap->end; t++, filled += PITCHES) {
    memcpy(filled, frame_at(gap, gap->begin - 1), PITCHES);
  }
}

void impute_half(const struct gap *gap, uint8_t *filled)
{
  const int middle = (gap->begin + gap->end + 1) / 2;
  for (int t = gap->begin; t < gap->end; t++, filled += PITCHES) {
    memcpy(filled, frame_at(gap, t < middle ? gap->begin - 1 : gap->end), PITCHES);
  }
}

/* The frame, or silence where it is unknown or outside. */
static const uint8_t *known_frame(const struct gap *gap, int t)
{
  static const uint8_t silence[PITCHES];
  const bool known = t >= 0 && t < gap->frames && (t < gap->begin || t >= gap->end);
  return known ? frame_at(gap, t) : silence;
}

/* F1 of the surroundings of the stretch at this offset with those of the gap. */
static double agreement(const struct gap *gap, int offset)
{
  struct score score = {0, 0, 0};
  for (int k = 1; k <= SURROUNDINGS; k++) {
    const int before = gap->begin - k, after = gap->end - 1 + k;
    score_cells(known_frame(gap, before), known_frame(gap, before + offset), PITCHES, &score);
    score_cells(known_frame(gap, after), known_frame(gap, after + offset), PITCHES, &score);
  }
  return score_f1(&score);
}

void impute_copy(const struct gap *gap, uint8_t *filled)
{
  const int length = gap->end - gap->begin;
  double best = -1;
  memset(filled, 0, (size_t)length * PITCHES);
  for (int i = 2 * length; i < 2 * gap->frames; i++) { /* either side in turn, nearest first */
    const int offset = i % 2 ? i / 2 : -(i / 2);
    if (gap->begin + offset < 0 || gap->end + offset > gap->frames) {
      continue;
    }
    const double f1 = agreement(gap, offset);
    if (f1 > best) {
      best = f1;
      memcpy(filled, frame_at(gap, gap->begin + offset), (size_t)length * PITCHES);
    }
  }
}
