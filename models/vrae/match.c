/* SPDX-License-Identifier: MIT */
#include "match.h"

#include <stdlib.h>
#include <string.h>

enum { WORDS = 2, APART = 2 };

/* Cells of one frame: sounding; onsets; onsets of this frame and its neighbours. */
struct match_frame {
  uint64_t sounding[WORDS], onset[WORDS], near_onset[WORDS];
  uint16_t sounding_count, onset_count;
  bool known;
};

static void pack(const uint8_t *cells, uint64_t bits[WORDS])
{
  for (int i = 0; i < PITCHES; i++) {
    bits[i / 64] |= (uint64_t)(cells[i] != 0) << (i % 64);
  }
}

static int bits_count(const uint64_t bits[WORDS])
{
  return __builtin_popcountll(bits[0]) + __builtin_popcountll(bits[1]);
}

static int shared_count(const uint64_t a[WORDS], const uint64_t b[WORDS])
{
  return __builtin_popcountll(a[0] & b[0]) + __builtin_popcountll(a[1] & b[1]);
}

/* Onsets near frames begin .. end - 1 anew. */
static void spread_onsets(struct match_index *index, int begin, int end)
{
  for (int t = begin < 0 ? 0 : begin; t < end && t < index->frames; t++) {
    for (int w = 0; w < WORDS; w++) {
      uint64_t bits = index->frame[t].onset[w];
      bits |= t > 0 ? index->frame[t - 1].onset[w] : 0;
      bits |= t + 1 < index->frames ? index->frame[t + 1].onset[w] : 0;
      index->frame[t].near_onset[w] = index->frame[t].known ? bits : 0;
    }
  }
}

void match_index_show(struct match_index *index, const uint8_t *cells, int begin, int end)
{
  for (int t = begin; t < end; t++) {
    struct match_frame *frame = &index->frame[t];
    const uint8_t *cell = cells + (size_t)t * (size_t)index->values * PITCHES;
    *frame = (struct match_frame){.known = true};
    pack(cell, frame->sounding);
    if (index->values > 1) {
      pack(cell + PITCHES, frame->onset);
    }
    frame->sounding_count = (uint16_t)bits_count(frame->sounding);
    frame->onset_count = (uint16_t)bits_count(frame->onset);
  }
  spread_onsets(index, begin - 1, end + 1);
}

enum status match_index_init(struct match_index *index, const uint8_t *cells, int frames, int values)
{
  *index = (struct match_index){.frames = frames, .values = values};
  index->frame = calloc((size_t)frames + 1, sizeof *index->frame);
  if (index->frame == NULL) {
    return STATUS_NO_MEMORY;
  }
  match_index_show(index, cells, 0, frames);
  return STATUS_OK;
}

void match_index_hide(struct match_index *index, int begin, int end)
{
  for (int t = begin < 0 ? 0 : begin; t < end && t < index->frames; t++) {
    memset(&index->frame[t], 0, sizeof index->frame[t]);
  }
  spread_onsets(index, begin - 1, end + 1);
}

void match_index_free(struct match_index *index)
{
  free(index->frame);
  index->frame = NULL;
}

bool match_index_known(const struct match_index *index, int frame)
{
  return frame >= 0 && frame < index->frames && index->frame[frame].known;
}

struct match_options match_options_for(const struct net_config *config)
{
  if (config->frame.unit == FRAME_BEATS) {
    return (struct match_options){config->matches, 12, 4, 1 << 20};
  }
  return (struct match_options){config->matches, 24, 6, 10000};
}

/* Twice the shared cells, and all cells, of two known frames. */
static int shared_cells(const struct match_frame *a, const struct match_frame *b)
{
  return 2 * shared_count(a->sounding, b->sounding) + shared_count(a->onset, b->near_onset) +
         shared_count(a->near_onset, b->onset);
}

static int all_cells(const struct match_frame *frame)
{
  return frame->sounding_count + frame->onset_count;
}

float match_agreement(const struct match_index *index, int t, int offset)
{
  if (!match_index_known(index, t) || !match_index_known(index, t + offset)) {
    return 0;
  }
  const struct match_frame *a = &index->frame[t];
  const struct match_frame *b = &index->frame[t + offset];
  const int all = all_cells(a) + all_cells(b);
  return all > 0 ? (float)shared_cells(a, b) / (float)all : 0;
}

/* Running sums over the frames from `from` on, for one offset; entry i is of the first i frames. */
struct sums {
  int *shared, *all, *missing;
};

/* A known frame without a known partner counts as disagreement: a match that is half outside is a poor one. */
static void sum_offset(const struct match_index *index, int from, int to, int offset, const struct sums *sums)
{
  for (int t = from; t < to; t++) {
    const int i = t - from;
    const struct match_frame *a = &index->frame[t];
    const struct match_frame *b = match_index_known(index, t + offset) ? &index->frame[t + offset] : NULL;
    sums->shared[i + 1] = sums->shared[i] + (b != NULL ? shared_cells(a, b) : 0);
    sums->all[i + 1] = sums->all[i] + all_cells(a) + (b != NULL && a->known ? all_cells(b) : 0);
    sums->missing[i + 1] = sums->missing[i] + (b == NULL);
  }
}

/* Keep the best, in order; of matches side by side only the better one. */
static void offer(struct match *best, int count, struct match match)
{
  int place = 0;
  while (place < count && best[place].score >= match.score) {
    if (best[place].score > 0 && abs(best[place].offset - match.offset) < APART) {
      return;
    }
    place++;
  }
  if (place == count) {
    return;
  }
  int gone = place;
  while (gone < count - 1 && !(best[gone].score > 0 && abs(best[gone].offset - match.offset) < APART)) {
    gone++;
  }
  memmove(best + place + 1, best + place, (size_t)(gone - place) * sizeof *best);
  best[place] = match;
}

static void judge_block(const struct match_options *options, struct match_block *block, int from, int to,
                        int offset, const struct sums *sums)
{
  const int length = block->end - block->begin;
  const int nearest = options->nearest > length ? options->nearest : length;
  if (abs(offset) < nearest) {
    return;
  }
  const int low = block->begin - options->context > from ? block->begin - options->context - from : 0;
  const int high = block->end + options->context < to ? block->end + options->context - from : to - from;
  const int all = sums->all[high] - sums->all[low];
  const int missing = sums->missing[block->end - from] - sums->missing[block->begin - from];
  if (all == 0 || missing == length) {
    return;
  }
  const float agreement = (float)(sums->shared[high] - sums->shared[low]) / (float)all;
  const float score = agreement * (float)(length - missing) / (float)length;
  if (score > 0) {
    offer(block->best, options->count, (struct match){offset, score});
  }
}

enum status match_blocks(const struct match_index *index, const struct match_options *options,
                         struct match_block *blocks, int count)
{
  const int from = blocks[0].begin > options->context ? blocks[0].begin - options->context : 0;
  const int last = blocks[count - 1].end + options->context;
  const int to = last < index->frames ? last : index->frames;
  const size_t size = (size_t)(to - from) + 1;
  int *room = calloc(3 * size, sizeof *room);
  if (room == NULL) {
    return STATUS_NO_MEMORY;
  }
  const struct sums sums = {room, room + size, room + 2 * size};
  for (int i = 0; i < count; i++) {
    memset(blocks[i].best, 0, sizeof blocks[i].best);
  }
  const int back = to < options->farthest ? to : options->farthest;
  const int ahead = index->frames - from < options->farthest ? index->frames - from : options->farthest;
  for (int offset = -back; offset <= ahead; offset++) {
    if (abs(offset) < options->nearest) {
      continue;
    }
    sum_offset(index, from, to, offset, &sums);
    for (int i = 0; i < count; i++) {
      judge_block(options, &blocks[i], from, to, offset, &sums);
    }
  }
  free(room);
  return STATUS_OK;
}
