/* SPDX-License-Identifier: MIT */
#include "batcher.h"

#include <stdlib.h>
#include <string.h>

#include "damage.h"
#include "normal.h"

static enum status add(struct chunk_list *list, size_t *capacity, struct chunk chunk)
{
  if (list->count == *capacity) {
    const size_t more = *capacity == 0 ? 256 : 2 * *capacity;
    struct chunk *grown = realloc(list->chunks, more * sizeof *grown);
    if (grown == NULL) {
      return STATUS_NO_MEMORY;
    }
    list->chunks = grown;
    *capacity = more;
  }
  list->chunks[list->count++] = chunk;
  return STATUS_OK;
}

static void shuffle(struct chunk_list *list, struct rng *rng)
{
  for (size_t i = list->count; i > 1; i--) {
    const size_t j = rng_below(rng, (uint32_t)i);
    const struct chunk kept = list->chunks[i - 1];
    list->chunks[i - 1] = list->chunks[j];
    list->chunks[j] = kept;
  }
}

enum status chunk_list_cut(struct chunk_list *list, const struct dataset *data, int steps, int lead,
                           double share, struct rng *rng)
{
  size_t capacity = 0;
  *list = (struct chunk_list){0};
  for (size_t i = 0; i < data->count; i++) {
    const struct sequence *sequence = &data->sequences[i];
    if (rng_uniform(rng) >= share) {
      continue;
    }
    /* Sequences that fit are taken whole; the first cut of longer ones falls anywhere. */
    int end = sequence->frames <= steps ? sequence->frames : 1 + (int)rng_below(rng, (uint32_t)steps);
    for (int start = 0; start < sequence->frames; start = end, end = start + steps - lead) {
      const int last = end < sequence->frames ? end : sequence->frames;
      const int warm = start < lead ? start : lead;
      const struct chunk chunk = {sequence, start - warm, last - start + warm, warm, 0};
      if (add(list, &capacity, chunk) != STATUS_OK) {
        free(list->chunks);
        *list = (struct chunk_list){0};
        return STATUS_NO_MEMORY;
      }
    }
  }
  shuffle(list, rng);
  return STATUS_OK;
}

/* Widen low..high to the notes among `size` cells. */
static void widen(const uint8_t *cells, size_t size, int *low, int *high)
{
  for (size_t i = 0; i < size; i++) {
    const int pitch = (int)(i % PITCHES);
    if (cells[i] != 0) {
      *low = pitch < *low ? pitch : *low;
      *high = pitch > *high ? pitch : *high;
    }
  }
}

void chunk_list_transpose(struct chunk_list *list, int values, int semitones, struct rng *rng)
{
  const size_t cells = (size_t)values * PITCHES;
  for (size_t i = 0; i < list->count; i++) {
    struct chunk *chunk = &list->chunks[i];
    const size_t first = (size_t)chunk->start * cells;
    const size_t size = (size_t)chunk->length * cells;
    int low = PITCHES - 1;
    int high = 0;
    widen(chunk->sequence->cells + first, size, &low, &high);
    if (chunk->sequence->damaged != NULL) {
      widen(chunk->sequence->damaged + first, size, &low, &high);
    }
    const int down = low < semitones ? low : semitones;
    const int up = PITCHES - 1 - high < semitones ? PITCHES - 1 - high : semitones;
    chunk->shift = (int)rng_below(rng, (uint32_t)(down + up + 1)) - down;
  }
}

/* `size` cells as the chunk shows them: themselves, or shifted ones made in `room`. */
static const uint8_t *shifted(const struct chunk *chunk, const uint8_t *cells, size_t size, uint8_t *room)
{
  const int shift = chunk->shift;
  if (shift == 0) {
    return cells;
  }
  memset(room, 0, size);
  const size_t kept = (size_t)(PITCHES - abs(shift));
  for (size_t i = 0; i < size; i += PITCHES) {
    memcpy(room + i + (shift > 0 ? shift : 0), cells + i + (shift < 0 ? -shift : 0), kept);
  }
  return room;
}

size_t chunk_frames(const struct chunk *chunks, size_t count)
{
  size_t frames = 0;
  for (size_t i = 0; i < count; i++) {
    frames += (size_t)(chunks[i].length - chunks[i].lead);
  }
  return frames;
}

const uint8_t *chunk_clean(const struct chunk *chunk, size_t cells, uint8_t *room)
{
  return shifted(chunk, chunk->sequence->cells + (size_t)chunk->start * cells, (size_t)chunk->length * cells,
                 room);
}

static bool is_corrupted(const struct corruption *corruption, struct rng *rng)
{
  return corruption->probability > 0 && rng_uniform(rng) >= corruption->clean_share;
}

static const uint8_t *corrupted(const struct chunk *chunk, const uint8_t *clean, size_t cells,
                                double probability, struct rng *rng, uint8_t *room)
{
  const size_t size = (size_t)chunk->length * cells;
  if (chunk->sequence->damaged != NULL) {
    return shifted(chunk, chunk->sequence->damaged + (size_t)chunk->start * cells, size, room);
  }
  memcpy(room, clean, size);
  corrupt_cells(room, size, probability, rng);
  return room;
}

const uint8_t *chunk_seen(const struct chunk *chunk, const uint8_t *clean, size_t cells,
                          const struct corruption *corruption, struct rng *rng, uint8_t *room)
{
  return is_corrupted(corruption, rng) ? corrupted(chunk, clean, cells, corruption->probability, rng, room)
                                       : clean;
}

/* Rows of one chunk at step t lie together: (T, B, R, I). */
static void fill_step(struct vosp_batch *batch, const struct vosp_net *net, const uint8_t *clean,
                      const uint8_t *seen, uint32_t t, size_t row, bool counts)
{
  view_frame(&net->config, seen, t, batch->u + row * (size_t)net->inputs);
  real *target = batch->target + row * (size_t)net->outputs;
  for (int r = 0; r < net->rows; r++) {
    batch->weight[row + (size_t)r] = counts;
    for (int o = 0; o < net->outputs; o++) {
      const int cell = net->rows == 1 ? o : o * PITCHES + r;
      target[r * net->outputs + o] = clean[cell];
    }
  }
}

static void fill_padding(struct vosp_batch *batch, const struct vosp_net *net, size_t row)
{
  const size_t rows = (size_t)net->rows;
  memset(batch->u + row * (size_t)net->inputs, 0, rows * (size_t)net->inputs * sizeof(real));
  memset(batch->target + row * (size_t)net->outputs, 0, rows * (size_t)net->outputs * sizeof(real));
  memset(batch->weight + row, 0, rows * sizeof(real));
}

int batch_fill(struct vosp_batch *batch, const struct vosp_net *net, const struct chunk *chunks, int used,
               int count, const struct corruption *corruption, struct rng *rng)
{
  const size_t cells = (size_t)net->config.frame.values * PITCHES;
  int steps = 0;
  for (int b = 0; b < used; b++) {
    steps = chunks[b].length > steps ? chunks[b].length : steps;
  }
  for (int b = 0; b < count; b++) {
    const struct chunk *chunk = b < used ? &chunks[b] : NULL;
    const bool spoilt = chunk != NULL && is_corrupted(corruption, rng);
    for (int t = 0; t < steps; t++) {
      const size_t row = ((size_t)t * (size_t)count + (size_t)b) * (size_t)net->rows;
      if (chunk == NULL || t >= chunk->length) {
        fill_padding(batch, net, row);
        continue;
      }
      /* Frame by frame, so that there is room on the stack. */
      uint8_t rooms[2][FRAME_VALUES_MAX * PITCHES];
      const struct chunk frame = {chunk->sequence, chunk->start + t, 1, 0, chunk->shift};
      const uint8_t *clean = chunk_clean(&frame, cells, rooms[0]);
      const uint8_t *seen =
        spoilt ? corrupted(&frame, clean, cells, corruption->probability, rng, rooms[1]) : clean;
      fill_step(batch, net, clean, seen, (uint32_t)(chunk->start + t), row, t >= chunk->lead);
    }
  }
  normal_fill((size_t)steps * (size_t)count * (size_t)net->rows * (size_t)net->config.latent, rng,
              batch->noise);
  return steps;
}
