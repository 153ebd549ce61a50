/* SPDX-License-Identifier: MIT */
#include "recall.h"

#include <stdbool.h>
#include <stdlib.h>

enum { NEAREST = 2 }; /* one frame back is what the network sees anyway */
static const float decay = 0.85F;

/* A frame as bits. */
struct bits {
  uint64_t half[2];
  int count;
};

/* An offset's record, up to the frame before the one at hand. */
struct past {
  int run;         /* equal frames up to now */
  float agreement; /* averaged */
};

static struct bits pack(const uint8_t *cells)
{
  struct bits bits = {{0, 0}, 0};
  for (int p = 0; p < PITCHES; p++) {
    if (cells[p] != 0) {
      bits.half[p / 64] |= UINT64_C(1) << (p % 64);
      bits.count++;
    }
  }
  return bits;
}

/* Twice the cells they share over the cells of both; 0 where both are empty. */
static float agreement(const struct bits *a, const struct bits *b)
{
  const int shared =
    __builtin_popcountll(a->half[0] & b->half[0]) + __builtin_popcountll(a->half[1] & b->half[1]);
  const int both = a->count + b->count;
  return both > 0 ? (float)(2 * shared) / (float)both : 0;
}

static bool equal(const struct bits *a, const struct bits *b)
{
  return a->half[0] == b->half[0] && a->half[1] == b->half[1];
}

/* Runs by powers of two. */
static uint8_t run_bin(int run)
{
  uint8_t bin = 0;
  for (int length = 1; bin < RECALL_BINS - 1 && run >= length; length = length < 2 ? 2 : 2 * length - 1) {
    bin++;
  }
  return bin;
}

static uint8_t agreement_bin(float value)
{
  static const float ends[RECALL_BINS - 2] = {0.3F, 0.5F, 0.65F, 0.75F, 0.85F, 0.95F};
  uint8_t bin = 1;
  while (bin - 1 < RECALL_BINS - 2 && value >= ends[bin - 1]) {
    bin++;
  }
  return bin;
}

/* Take frame t - 1 into account, and choose among the offsets for frame t. */
static struct recall_frame choose(const struct bits *bits, int t, struct past *past)
{
  struct recall_frame found = {{-1, -1}, {0, 0}};
  int longest = 0;
  float best = 0;
  for (int d = 1; d < t; d++) {
    const struct bits *last = &bits[t - 1], *then = &bits[t - 1 - d];
    past[d].run = equal(last, then) ? past[d].run + 1 : 0;
    past[d].agreement = decay * past[d].agreement + (1 - decay) * agreement(last, then);
    if (d >= NEAREST && past[d].run > longest) {
      longest = past[d].run;
      found.source[0] = t - d;
    }
    if (d >= NEAREST && past[d].agreement > best + 1e-6F) {
      best = past[d].agreement;
      found.source[1] = t - d;
    }
  }
  found.bin[0] = run_bin(longest);
  found.bin[1] = found.source[1] >= 0 ? agreement_bin(best) : 0;
  return found;
}

enum status recall_find(const uint8_t *cells, int frames, struct recall_frame *found)
{
  const size_t count = (size_t)frames;
  struct bits *bits = malloc((count + 1) * sizeof *bits);
  struct past *past = calloc(count + 1, sizeof *past);
  const enum status status = bits != NULL && past != NULL ? STATUS_OK : STATUS_NO_MEMORY;
  for (int t = 0; t < frames && status == STATUS_OK; t++) {
    found[t] = choose(bits, t, past);
    bits[t] = pack(cells + (size_t)t * PITCHES);
  }
  free(past);
  free(bits);
  return status;
}

/* How a source has done below the pitch at hand. */
enum { UNTRIED, RIGHT, WRONG };

static int16_t source_weight(int source, int bin, int trust, bool there, bool before)
{
  return (int16_t)((((source * RECALL_BINS + bin) * RECALL_TRUSTS + trust) * 2 + there) * 2 + before);
}

void recall_cells(const uint8_t *cells, int t, const struct recall_frame *found,
                  struct recall_cell used[PITCHES])
{
  enum { SOURCE_WEIGHTS = RECALL_SOURCES * RECALL_BINS * RECALL_TRUSTS * 4, PAIRS = RECALL_BINS * RECALL_BINS };
  const uint8_t *now = cells + (size_t)t * PITCHES;
  const int pair = found->bin[0] * RECALL_BINS + found->bin[1];
  int trust[RECALL_SOURCES] = {UNTRIED, UNTRIED};
  for (int p = 0; p < PITCHES; p++) {
    const bool before = t > 0 && now[p - PITCHES] != 0;
    used[p].scale = (int16_t)(SOURCE_WEIGHTS + pair);
    used[p].offset = (int16_t)(SOURCE_WEIGHTS + PAIRS + pair);
    for (int k = 0; k < RECALL_SOURCES; k++) {
      if (found->source[k] < 0) {
        used[p].source[k] = -1;
        continue;
      }
      const bool there = cells[(size_t)found->source[k] * PITCHES + (size_t)p] != 0;
      const bool on = now[p] != 0;
      used[p].source[k] = source_weight(k, found->bin[k], trust[k], there, before);
      trust[k] = there != on ? WRONG : on && trust[k] == UNTRIED ? RIGHT : trust[k];
    }
  }
}
