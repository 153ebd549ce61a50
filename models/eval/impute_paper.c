/* SPDX-License-Identifier: MIT */
/* The paper's procedure (4.3): random values, then rounds of mode of z, mode of x, refill. */
#include <stdlib.h>
#include <string.h>

#include "impute.h"

/* Fair coins: random values between 0 and 1. */
static void randomise(uint8_t *cells, size_t count, struct rng *rng)
{
  for (size_t i = 0; i < count; i++) {
    cells[i] = rng_below(rng, 2) != 0;
  }
}

/* --- The paper's procedure with a plain VRAE --- */

/* A round's work space. */
struct rounds {
  struct vrae_batch batch;
  struct vrae_row *rows;
  struct sequence *sequences; /* (count) the rolls, for the rows */
  uint8_t *next;              /* (count, longest gap, D) what the round makes of the gaps */
};

static void rounds_free(struct rounds *rounds)
{
  vrae_batch_free(&rounds->batch);
  free(rounds->rows);
  free(rounds->sequences);
  free(rounds->next);
}

static size_t gap_cells(const struct gap *gap)
{
  return (size_t)(gap->end - gap->begin) * PITCHES;
}

static enum status rounds_init(struct rounds *rounds, const struct vrae_net *net, const struct gap *gaps,
                               uint8_t *const *rolls, int count, int steps, int rows)
{
  size_t cells = 0;
  for (int i = 0; i < count; i++) {
    cells += gap_cells(&gaps[i]);
  }
  *rounds = (struct rounds){
    .rows = malloc((size_t)count * (size_t)net->rows * sizeof *rounds->rows),
    .sequences = calloc((size_t)count, sizeof *rounds->sequences),
    .next = malloc(cells + 1),
  };
  if (rounds->rows == NULL || rounds->sequences == NULL || rounds->next == NULL ||
      vrae_batch_init(&rounds->batch, net, steps, rows, false) != STATUS_OK) {
    rounds_free(rounds);
    return STATUS_NO_MEMORY;
  }
  struct vrae_row *row = rounds->rows;
  for (int i = 0; i < count; i++) {
    rounds->sequences[i] = (struct sequence){.frames = gaps[i].frames, .cells = rolls[i]};
    const struct chunk whole = {&rounds->sequences[i], 0, gaps[i].frames, 0, 0};
    row = vrae_rows_of(net, &whole, rolls[i], row);
  }
  return STATUS_OK;
}

/* The mode of x in the gap, of the batch's row n of N. */
static void read_mode(const struct vrae_net *net, const struct vrae_batch *batch, const struct gap *gap,
                      int pitch, int n, int rows, uint8_t *filled)
{
  const size_t O = (size_t)net->outputs;
  for (int t = gap->begin; t < gap->end; t++, filled += PITCHES) {
    const real *mode = batch->target + ((size_t)t * (size_t)rows + (size_t)n) * O;
    for (size_t o = 0; o < O; o++) {
      filled[(size_t)pitch + o] = mode[o] != 0;
    }
  }
}

static void run_round(const struct vrae_net *net, struct rounds *rounds, const struct gap *gaps, int count,
                      struct rng *rng)
{
  const int rows = count * net->rows;
  uint8_t *filled = rounds->next;
  int gap = 0;
  for (int n = 0; n < rows; n += rounds->batch.rows) {
    const int used = rows - n < rounds->batch.rows ? rows - n : rounds->batch.rows;
    const int steps = vrae_rows_fill(&rounds->batch, net, rounds->rows + n, used, rng);
    vrae_mode(net, &rounds->batch, steps, used);
    for (int k = 0; k < used; k++) {
      if ((n + k) / net->rows != gap) {
        filled += gap_cells(&gaps[gap++]);
      }
      read_mode(net, &rounds->batch, &gaps[gap], rounds->rows[n + k].pitch, k, used, filled);
    }
  }
}

enum status impute_paper(const struct vrae_net *net, const struct gap *gaps, uint8_t *const *rolls, int count,
                         int steps, int rows, struct rng *rng)
{
  struct rounds rounds;
  const enum status status = rounds_init(&rounds, net, gaps, rolls, count, steps, rows);
  if (status != STATUS_OK) {
    return status;
  }
  for (int i = 0; i < count; i++) {
    randomise(rolls[i] + (size_t)gaps[i].begin * PITCHES, gap_cells(&gaps[i]), rng);
  }
  for (int round = 0; round < IMPUTE_ROUNDS; round++) {
    run_round(net, &rounds, gaps, count, rng);
    const uint8_t *filled = rounds.next;
    for (int i = 0; i < count; i++) {
      memcpy(rolls[i] + (size_t)gaps[i].begin * PITCHES, filled, gap_cells(&gaps[i]));
      filled += gap_cells(&gaps[i]);
    }
  }
  rounds_free(&rounds);
  return STATUS_OK;
}

/* --- ... and with a filler --- */

static enum status run_filler(struct filler *filler, struct filler_part *part, const struct gap *gap,
                              uint8_t *roll, float *p)
{
  struct match_index open;
  const enum status status = match_index_init(&open, roll, gap->frames, 1);
  if (status != STATUS_OK) {
    return status;
  }
  const struct match_index *hidden = part->index;
  part->index = &open;
  part->cells = roll;
  filler_run(filler, part, NULL, p);
  part->index = hidden;
  match_index_free(&open);
  const float *first = p + (size_t)(gap->begin - part->begin) * PITCHES;
  for (size_t i = 0; i < gap_cells(gap); i++) {
    roll[(size_t)gap->begin * PITCHES + i] = first[i] > 0.5F;
  }
  return STATUS_OK;
}

static enum status filler_rounds(struct filler *filler, const struct match_index *hidden, const struct gap *gap,
                                 uint8_t *roll, float *p)
{
  const int around = (FILLER_PART_MAX - (gap->end - gap->begin)) / 2;
  const int begin = gap->begin > around ? gap->begin - around : 0;
  const int end = gap->end + around < gap->frames ? gap->end + around : gap->frames;
  struct filler_part part;
  enum status status = filler_part_init(&part, &filler->net.config, hidden, roll, begin, end - begin);
  if (status != STATUS_OK) {
    return status;
  }
  for (int round = 0; round < IMPUTE_ROUNDS && status == STATUS_OK; round++) {
    status = run_filler(filler, &part, gap, roll, p);
  }
  filler_part_free(&part);
  return status;
}

enum status impute_paper_filler(struct filler *filler, const struct gap *gap, uint8_t *roll, struct rng *rng)
{
  struct match_index hidden;
  float *p = malloc((size_t)FILLER_PART_MAX * PITCHES * sizeof *p);
  enum status status = p != NULL ? match_index_init(&hidden, gap->cells, gap->frames, 1) : STATUS_NO_MEMORY;
  if (status == STATUS_OK) {
    match_index_hide(&hidden, gap->begin, gap->end);
    randomise(roll + (size_t)gap->begin * PITCHES, gap_cells(gap), rng);
    status = filler_rounds(filler, &hidden, gap, roll, p);
    match_index_free(&hidden);
  }
  free(p);
  return status;
}
