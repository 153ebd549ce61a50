/* SPDX-License-Identifier: MIT */
#include "figure3.h"

#include <math.h>
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
  (void)error_set(error, STATUS_NO_MEMORY, "out of memory");
  return STATUS_NO_MEMORY;
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

static void part_free(struct figure3_part *part)
{
  for (int k = 0; k < FIGURE3_ROWS; k++) {
    free(part->rolls[k]);
    part->rolls[k] = NULL;
  }
}

void figure3_free(struct figure3 *figure)
{
  for (int i = 0; i < FIGURE3_SEQUENCES; i++) {
    part_free(&figure->parts[i]);
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

/* Make the part of a sequence: its rolls and scores. *fits is false, and the part of no use, where the sequence
 * is too short. */
struct maker {
  enum status (*make)(const struct maker *maker, struct figure3_part *part, struct rng *rng, bool *fits,
                      struct error *error);
  const struct cleaner *cleaner; /* 3a */
  const struct model *model;     /* 3b */
  struct gap *gap;               /* 3b: the part's that was made last */
  const struct eval_watch *watch;
};

static bool goes_on(const struct maker *maker, double share)
{
  return maker->watch == NULL || maker->watch->tell(maker->watch->user, share);
}

/* The same for the same sequence and seed, whatever was made before. */
static enum status make_part(const struct maker *maker, struct figure3_part *part,
                             const struct sequence *sequence, uint64_t seed, bool *fits, struct error *error)
{
  struct rng rng;

  *fits = true;
  enum status status = part_init(part, sequence, error);
  if (status == STATUS_OK) {
    rng_seed(&rng, seed);
    status = maker->make(maker, part, &rng, fits, error);
  }
  return status;
}

struct candidate {
  uint32_t sequence;
  double f1;
};

static int by_f1(const void *a, const void *b)
{
  const struct candidate *x = a, *y = b;

  return x->f1 != y->f1 ? (x->f1 > y->f1) - (x->f1 < y->f1)
                        : (x->sequence > y->sequence) - (x->sequence < y->sequence);
}

/* Try up to FIGURE3_TRIED of the sequences in `order`; returns those that fit in `tried`, by F1. */
static enum status try_all(const struct maker *maker, const struct dataset *data, const uint32_t *order,
                           uint64_t seed, struct candidate tried[FIGURE3_TRIED], int *count,
                           struct error *error)
{
  const size_t most = data->count < FIGURE3_TRIED ? data->count : FIGURE3_TRIED;
  enum status status = STATUS_OK;

  *count = 0;
  for (size_t i = 0; i < data->count && *count < FIGURE3_TRIED && status == STATUS_OK; i++) {
    struct figure3_part part = {.sequence = NULL};
    bool fits = true;
    status = make_part(maker, &part, &data->sequences[order[i]], seed + order[i], &fits, error);
    if (status == STATUS_OK && fits) {
      tried[(*count)++] = (struct candidate){order[i], score_f1(&part.after)};
    }
    part_free(&part);
    if (status == STATUS_OK && !goes_on(maker, fmin((double)(i + 1) / (double)most, 1))) {
      status = error_set(error, STATUS_INTERRUPTED, "stopped; no figure was drawn");
    }
  }
  qsort(tried, (size_t)*count, sizeof *tried, by_f1);
  return status;
}

/* Fill the figure's first `wanted` parts with the middle ones of those tried. */
static enum status make_typical(struct figure3 *figure, const struct maker *maker, const struct dataset *data,
                                int wanted, uint64_t seed, struct error *error)
{
  struct candidate tried[FIGURE3_TRIED];
  struct rng rng;
  uint32_t *order = malloc((data->count + 1) * sizeof *order);

  if (order == NULL) {
    return no_memory(error);
  }
  for (size_t i = 0; i < data->count; i++) {
    order[i] = (uint32_t)i;
  }
  rng_seed(&rng, seed);
  rng_shuffle(&rng, order, data->count);
  enum status status = try_all(maker, data, order, seed, tried, &figure->tried, error);
  free(order);
  if (status == STATUS_OK && figure->tried < wanted) {
    status =
      error_set(error, STATUS_FORMAT, "the figure is of %d sequences that are long enough; the split has %d",
                wanted, figure->tried);
  }
  for (int i = 0; i < wanted && status == STATUS_OK; i++) {
    const struct candidate *one = &tried[(figure->tried - wanted) / 2 + i];
    bool fits = true;
    status =
      make_part(maker, &figure->parts[i], &data->sequences[one->sequence], seed + one->sequence, &fits, error);
  }
  return status;
}

/* --- 3a --- */

static enum status denoise_part(const struct maker *maker, struct figure3_part *part, struct rng *rng,
                                bool *fits, struct error *error)
{
  const struct cleaner *cleaner = maker->cleaner;
  const int frames = part->sequence->frames;
  const size_t count = cells_of(part->sequence);
  uint8_t *const *rolls = part->rolls;

  *fits = true;
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
                            uint64_t seed, const struct eval_watch *watch, struct error *error)
{
  struct cleaner *cleaner;

  *figure = (struct figure3){.panels = {.count = 0}};
  enum status status = model_cleaner_new(model, &cleaner, error);
  if (status != STATUS_OK) {
    return status;
  }
  const struct maker maker = {.make = denoise_part, .cleaner = cleaner, .watch = watch};
  status = make_typical(figure, &maker, data, FIGURE3_SEQUENCES, seed, error);
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

static enum status impute_part(const struct maker *maker, struct figure3_part *part, struct rng *rng,
                               bool *fits, struct error *error)
{
  struct gap *gap = maker->gap;
  uint8_t *const *rolls = part->rolls;

  *gap = (struct gap){.cells = part->sequence->cells, .frames = part->sequence->frames};
  *fits = gap_place(gap, FIGURE3_GAP, rng);
  if (!*fits) {
    return STATUS_OK;
  }
  const size_t at = (size_t)gap->begin * PITCHES, count = FIGURE3_GAP * PITCHES;
  memset(rolls[DAMAGED] + at, 0, count);
  const enum status status = maker->model->config.matches > 0
                               ? fill_as_filler(maker->model, gap, rolls[MENDED], error)
                               : fill_as_paper(maker->model, gap, rolls[MENDED], rng, error);
  if (status == STATUS_OK) {
    score_cells(rolls[CLEAN] + at, rolls[DAMAGED] + at, count, &part->before);
    score_cells(rolls[CLEAN] + at, rolls[MENDED] + at, count, &part->after);
    mark_errors(rolls[LAST], rolls[CLEAN], rolls[MENDED], cells_of(part->sequence));
  }
  return status;
}

enum status figure3_impute(struct figure3 *figure, const struct model *model, const struct dataset *data,
                           uint64_t seed, const struct eval_watch *watch, struct error *error)
{
  struct gap gap = {.cells = NULL};
  const struct maker maker = {.make = impute_part, .model = model, .gap = &gap, .watch = watch};

  *figure = (struct figure3){.panels = {.count = 0}};
  blas_single_thread();
  const enum status status = make_typical(figure, &maker, data, 1, seed, error);
  if (status == STATUS_OK) {
    impute_panels(figure, &gap, model->config.matches > 0);
  }
  return status;
}
