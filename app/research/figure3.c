/* SPDX-License-Identifier: MIT */
#include "figure3.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blas_threads.h"
#include "cleaner.h"
#include "impute.h"
#include "roll_rules.h"

static const double NOISE = 0.05, STRENGTH = 0.5;

enum { CLEAN, DAMAGED, MENDED, LAST }; /* rolls of a part */

static size_t cells_of(const struct sequence *sequence)
{
  return (size_t)sequence->frames * PITCHES;
}

static enum status no_memory(struct error *error)
{
  return error_set(error, STATUS_NO_MEMORY, "not enough memory for the figure");
}

/* Copies of the sequence in all rolls. */
static enum status part_init(struct figure3_part *part, const struct sequence *sequence, struct error *error)
{
  part->sequence = sequence;
  for (int i = 0; i < FIGURE3_ROWS; i++) {
    part->rolls[i] = malloc(cells_of(sequence) + 1);
    if (part->rolls[i] == NULL) {
      return no_memory(error);
    }
    memcpy(part->rolls[i], sequence->cells, cells_of(sequence));
  }
  return STATUS_OK;
}

void figure3_free(struct figure3 *figure)
{
  for (int i = 0; i < FIGURE3_SEQUENCES; i++) {
    for (int k = 0; k < FIGURE3_ROWS; k++) {
      free(figure->parts[i].rolls[k]);
      figure->parts[i].rolls[k] = NULL;
    }
  }
}

static void mark_errors(uint8_t *marks, const uint8_t *clean, const uint8_t *mended, size_t count)
{
  for (size_t i = 0; i < count; i++) {
    marks[i] = clean[i] == mended[i] ? PANEL_OFF : clean[i] ? PANEL_MISSED : PANEL_FALSE;
  }
}

/* Frames `first` to `first` + `frames` - 1 of one of the part's rolls. */
static struct panel *add_panel(struct panels *panels, const struct figure3_part *part, int roll, int first,
                               int frames)
{
  struct panel *panel = &panels->list[panels->count++];

  *panel =
    (struct panel){.marks = part->rolls[roll] + (size_t)first * PITCHES, .first = first, .frames = frames};
  return panel;
}

/* --- 3a --- */

static enum status denoise_part(struct figure3_part *part, const struct cleaner *cleaner, struct rng *rng,
                                struct error *error)
{
  const int frames = part->sequence->frames;
  const size_t count = cells_of(part->sequence);
  uint8_t *const *rolls = part->rolls;

  corrupt_cells(rolls[DAMAGED], count, NOISE, rng);
  roll_rule_paper(cleaner, rolls[DAMAGED], frames, rolls[MENDED]);
  score_cells(rolls[CLEAN], rolls[DAMAGED], count, &part->before);
  score_cells(rolls[CLEAN], rolls[MENDED], count, &part->after);
  if (cleaner->gate != NULL) {
    if (roll_rule_gate(cleaner, (float)STRENGTH, rolls[DAMAGED], frames, rolls[LAST]) != STATUS_OK) {
      return no_memory(error);
    }
    score_cells(rolls[CLEAN], rolls[LAST], count, &part->gate);
  }
  return STATUS_OK;
}

static void denoise_panels(struct figure3 *figure, const struct dataset *data, int rows)
{
  figure->panels = (struct panels){.columns = FIGURE3_SEQUENCES};
  for (int row = 0; row < rows; row++) {
    for (int i = 0; i < FIGURE3_SEQUENCES; i++) {
      const struct figure3_part *part = &figure->parts[i];
      const int frames = part->sequence->frames < FIGURE3_SHOWN ? part->sequence->frames : FIGURE3_SHOWN;
      char *title = add_panel(&figure->panels, part, row, 0, frames)->title;
      const size_t size = sizeof figure->panels.list[0].title;
      switch (row) {
      case CLEAN: snprintf(title, size, "sequence %td: clean", part->sequence - data->sequences); break;
      case DAMAGED:
        snprintf(title, size, "5 %% of the off cells turned on: F1 %.3f", score_f1(&part->before));
        break;
      case MENDED: snprintf(title, size, "denoised, the paper's rule: F1 %.3f", score_f1(&part->after)); break;
      default: snprintf(title, size, "denoised, emend's gate: F1 %.3f", score_f1(&part->gate)); break;
      }
    }
  }
}

enum status figure3_denoise(struct figure3 *figure, const struct model *model, const struct dataset *data,
                            uint64_t seed, struct error *error)
{
  struct cleaner *cleaner;
  struct rng rng;

  *figure = (struct figure3){.panels = {.count = 0}};
  if (data->count < FIGURE3_SEQUENCES) {
    return error_set(error, STATUS_FORMAT, "the figure is of two sequences and the split has one");
  }
  enum status status = model_cleaner_new(model, &cleaner, error);
  if (status != STATUS_OK) {
    return status;
  }
  rng_seed(&rng, seed);
  const uint32_t first = rng_below(&rng, (uint32_t)data->count);
  const uint32_t step = 1 + rng_below(&rng, (uint32_t)data->count - 1);
  for (uint32_t i = 0; i < FIGURE3_SEQUENCES && status == STATUS_OK; i++) {
    status = part_init(&figure->parts[i], &data->sequences[(first + i * step) % data->count], error);
    if (status == STATUS_OK) {
      status = denoise_part(&figure->parts[i], cleaner, &rng, error);
    }
  }
  if (status == STATUS_OK) {
    denoise_panels(figure, data, cleaner->gate != NULL ? FIGURE3_ROWS : FIGURE3_ROWS - 1);
  }
  model_cleaner_free(cleaner);
  return status;
}

/* --- 3b --- */

static enum status fill_as_paper(const struct model *model, const struct gap *gap, uint8_t *roll,
                                 struct rng *rng, struct error *error)
{
  struct vrae_net net;

  if (vrae_net_init(&net, &model->config, &model->params, model->params.block) != STATUS_OK) {
    return no_memory(error);
  }
  const enum status status = impute_paper(&net, gap, &roll, 1, gap->frames, net.rows, rng);
  vrae_net_free(&net);
  return status == STATUS_OK ? status : no_memory(error);
}

static enum status fill_as_filler(const struct model *model, const struct gap *gap, uint8_t *roll,
                                  struct error *error)
{
  struct filler filler;

  enum status status = filler_init(&filler, &model->config, &model->params, error);
  if (status == STATUS_OK) {
    status = fill_roll(&filler, gap->cells, gap->frames, gap->begin, gap->end, STRENGTH,
                       roll + (size_t)gap->begin * PITCHES);
    status = status == STATUS_OK ? status : no_memory(error);
    filler_free(&filler);
  }
  return status;
}

static void impute_panels(struct figure3 *figure, const struct gap *gap, bool fills)
{
  const int shown = gap->frames < FIGURE3_SHOWN ? gap->frames : FIGURE3_SHOWN;
  const int middle = gap->begin - (shown - FIGURE3_GAP) / 2;
  const int begin = middle < 0 ? 0 : middle + shown > gap->frames ? gap->frames - shown : middle;
  const char *const titles[FIGURE3_ROWS] = {
    "original", "8 frames removed", fills ? "recovered by the filler" : "recovered, the paper's procedure",
    "errors: missed (outlined), false (filled)"};

  figure->panels = (struct panels){.columns = 2};
  for (int i = 0; i < FIGURE3_ROWS; i++) {
    struct panel *panel = add_panel(&figure->panels, &figure->parts[0], i, begin, shown);
    panel->gap = gap->begin - begin;
    panel->gap_frames = FIGURE3_GAP;
    snprintf(panel->title, sizeof panel->title, i == MENDED ? "%s: F1 %.3f in the gap" : "%s", titles[i],
             score_f1(&figure->parts[0].after));
  }
}

static enum status impute_part(struct figure3 *figure, const struct model *model, struct gap *gap,
                               struct rng *rng, struct error *error)
{
  struct figure3_part *part = &figure->parts[0];
  const bool fills = model->config.matches > 0;
  const size_t at = (size_t)gap->begin * PITCHES, count = FIGURE3_GAP * PITCHES;
  uint8_t *const *rolls = part->rolls;

  memset(rolls[DAMAGED] + at, 0, count);
  const enum status status = fills ? fill_as_filler(model, gap, rolls[MENDED], error)
                                   : fill_as_paper(model, gap, rolls[MENDED], rng, error);
  if (status == STATUS_OK) {
    score_cells(rolls[CLEAN] + at, rolls[DAMAGED] + at, count, &part->before);
    score_cells(rolls[CLEAN] + at, rolls[MENDED] + at, count, &part->after);
    mark_errors(rolls[LAST], rolls[CLEAN], rolls[MENDED], cells_of(part->sequence));
    impute_panels(figure, gap, fills);
  }
  return status;
}

enum status figure3_impute(struct figure3 *figure, const struct model *model, const struct dataset *data,
                           uint64_t seed, struct error *error)
{
  struct rng rng;

  *figure = (struct figure3){.panels = {.count = 0}};
  blas_single_thread();
  rng_seed(&rng, seed);
  const struct sequence *sequence = &data->sequences[rng_below(&rng, (uint32_t)data->count)];
  struct gap gap = {.cells = sequence->cells, .frames = sequence->frames};
  if (!gap_place(&gap, FIGURE3_GAP, &rng)) {
    return error_set(error, STATUS_FORMAT,
                     "sequence %td is too short for a gap of %d frames; try another --seed",
                     sequence - data->sequences, FIGURE3_GAP);
  }
  const enum status status = part_init(&figure->parts[0], sequence, error);
  return status == STATUS_OK ? impute_part(figure, model, &gap, &rng, error) : status;
}
