/* SPDX-License-Identifier: MIT */
#include "filler_view.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK_BEATS = 8, BLOCK_MILLISECONDS = 16 };

/* The block that frame t begins: the rest of a whole gap, or some known frames. Gaps reach as far as they do,
 * beyond the part too. */
static struct match_block block_from(const struct filler_part *part, int t, int usual)
{
  const struct match_index *index = part->index;
  struct match_block block = {.begin = t, .end = t + 1};
  if (!match_index_known(index, t)) {
    while (block.begin > 0 && !match_index_known(index, block.begin - 1)) {
      block.begin--;
    }
    while (block.end < index->frames && !match_index_known(index, block.end)) {
      block.end++;
    }
    return block;
  }
  const int last = part->begin + part->length;
  while (block.end < last && block.end - t < usual && match_index_known(index, block.end)) {
    block.end++;
  }
  return block;
}

static enum status find_blocks(const struct filler_part *part, struct match_block *blocks, int *count)
{
  const struct match_options options = match_options_for(part->config);
  const int usual = part->config->frame.unit == FRAME_BEATS ? BLOCK_BEATS : BLOCK_MILLISECONDS;
  int t = part->begin;
  *count = 0;
  while (t < part->begin + part->length) {
    blocks[*count] = block_from(part, t, usual);
    t = blocks[(*count)++].end;
  }
  return match_blocks(part->index, &options, blocks, *count);
}

enum status filler_part_init(struct filler_part *part, const struct net_config *config,
                             const struct match_index *index, const uint8_t *cells, int begin, int length)
{
  const size_t K = (size_t)config->matches;
  *part = (struct filler_part){config, index, cells, begin, length, NULL};
  part->best = calloc((size_t)length * K, sizeof *part->best);
  struct match_block *blocks = malloc((size_t)length * sizeof *blocks);
  int count;
  enum status status = part->best != NULL && blocks != NULL ? STATUS_OK : STATUS_NO_MEMORY;
  if (status == STATUS_OK) {
    status = find_blocks(part, blocks, &count);
  }
  for (int i = 0; status == STATUS_OK && i < count; i++) {
    for (int t = blocks[i].begin; t < blocks[i].end; t++) {
      if (t >= begin && t < begin + length) {
        memcpy(part->best + (size_t)(t - begin) * K, blocks[i].best, K * sizeof *part->best);
      }
    }
  }
  free(blocks);
  if (status != STATUS_OK) {
    filler_part_free(part);
  }
  return status;
}

void filler_part_free(struct filler_part *part)
{
  free(part->best);
  part->best = NULL;
}

/* The frame's cells (V, D), or NULL where it is hidden or outside. */
static const uint8_t *known_cells(const struct filler_part *part, int frame)
{
  const size_t size = (size_t)part->config->frame.values * PITCHES;
  return match_index_known(part->index, frame) ? part->cells + (size_t)frame * size : NULL;
}

void filler_view_row(const struct filler_part *part, int t, int pitch, view_value *out)
{
  static const uint8_t nothing[FRAME_VALUES_MAX * PITCHES];
  const int frame = part->begin + t;
  const int V = part->config->frame.values;
  const uint8_t *cells = known_cells(part, frame);
  view_row(part->config, cells != NULL ? cells : nothing, (uint32_t)frame, pitch, out);
  out += view_inputs(part->config);
  *out++ = cells == NULL;
  for (int k = 0; k < part->config->matches; k++) {
    const struct match *match = &part->best[t * part->config->matches + k];
    const uint8_t *there = match->score > 0 ? known_cells(part, frame + match->offset) : NULL;
    for (int v = 0; v < V; v++) {
      const view_value cell = there != NULL && there[v * PITCHES + pitch];
      out[v] = cell;
      out[V + v] = cell * match->score;
    }
    out[2 * V] = match->score;
    out[2 * V + 1] = match->score > 0 ? match_agreement(part->index, frame, match->offset) : 0;
    out += 2 * V + 2;
  }
}

static void mark(const uint8_t *cells, bool active[PITCHES])
{
  for (int i = 0; cells != NULL && i < PITCHES; i++) {
    active[i] = active[i] || cells[i];
  }
}

void filler_active_pitches(const struct filler_part *part, bool active[PITCHES])
{
  memset(active, 0, PITCHES * sizeof *active);
  for (int t = 0; t < part->length; t++) {
    mark(known_cells(part, part->begin + t), active);
    for (int k = 0; k < part->config->matches; k++) {
      const struct match *match = &part->best[t * part->config->matches + k];
      mark(match->score > 0 ? known_cells(part, part->begin + t + match->offset) : NULL, active);
    }
  }
}
