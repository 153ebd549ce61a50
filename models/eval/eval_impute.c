/* SPDX-License-Identifier: MIT */
#include "eval_impute.h"

#include <stdlib.h>
#include <string.h>

#include "blas_threads.h"
#include "eval_private.h"
#include "impute.h"

struct job {
  const struct model *model;
  const struct dataset *data;
  struct vrae_net net;
  struct filler fillers[EVAL_THREADS]; /* where the model is one */
  int gap;
  double strength;
  uint64_t seed;
  struct eval_pace *pace;
  struct eval_impute *parts; /* (groups) */
};

/* The gaps of one group, and copies of their rolls. */
struct gaps {
  struct gap *gaps;
  uint8_t **rolls; /* owned, each */
  int count;
};

static void gaps_free(struct gaps *gaps)
{
  for (int i = 0; i < gaps->count; i++) {
    free(gaps->rolls[i]);
  }
  free(gaps->gaps);
  free(gaps->rolls);
}

static enum status gaps_add(struct gaps *gaps, struct gap gap)
{
  const size_t size = (size_t)gap.frames * PITCHES;
  uint8_t *roll = malloc(size);
  if (roll == NULL) {
    return STATUS_NO_MEMORY;
  }
  memcpy(roll, gap.cells, size);
  gaps->gaps[gaps->count] = gap;
  gaps->rolls[gaps->count++] = roll;
  return STATUS_OK;
}

/* One gap in every sequence that has room for it; where depends on the seed and the sequence alone. */
static enum status gaps_make(struct gaps *gaps, const struct job *job, const struct vrae_group *group,
                             struct eval_impute *sums)
{
  *gaps = (struct gaps){.gaps = malloc((size_t)group->count * sizeof *gaps->gaps),
                        .rolls = malloc((size_t)group->count * sizeof *gaps->rolls)};
  if (gaps->gaps == NULL || gaps->rolls == NULL) {
    return STATUS_NO_MEMORY;
  }
  for (int i = 0; i < group->count; i++) {
    const struct sequence *sequence = group->sequences[i];
    struct gap gap = {.cells = sequence->cells, .frames = sequence->frames};
    struct rng rng;
    eval_seed(&rng, job->seed, (size_t)(sequence - job->data->sequences));
    if (!gap_place(&gap, job->gap, &rng)) {
      sums->skipped++;
      continue;
    }
    sums->sequences++;
    if (gaps_add(gaps, gap) != STATUS_OK) {
      return STATUS_NO_MEMORY;
    }
  }
  return STATUS_OK;
}

static void score(const struct gap *gap, const uint8_t *filled, struct score *to)
{
  score_cells(gap->cells + (size_t)gap->begin * PITCHES, filled, (size_t)(gap->end - gap->begin) * PITCHES, to);
}

static void score_simple(const struct gap *gap, uint8_t *filled, struct eval_impute *sums)
{
  memset(filled, 0, (size_t)(gap->end - gap->begin) * PITCHES);
  score(gap, filled, &sums->before);
  impute_hold(gap, filled);
  score(gap, filled, &sums->hold);
  impute_half(gap, filled);
  score(gap, filled, &sums->half);
  impute_copy(gap, filled);
  score(gap, filled, &sums->copy);
}

/* The paper's procedure fills the copies. */
static enum status fill_as_paper(struct job *job, int worker, const struct vrae_group *group, struct gaps *gaps)
{
  struct rng rng;
  eval_seed(&rng, ~job->seed, group->index);
  if (job->model->config.matches == 0) {
    return gaps->count == 0
             ? STATUS_OK
             : impute_paper(&job->net, gaps->gaps, gaps->rolls, gaps->count, group->steps, group->rows, &rng);
  }
  enum status status = STATUS_OK;
  for (int i = 0; i < gaps->count && status == STATUS_OK; i++) {
    status = impute_paper_filler(&job->fillers[worker], &gaps->gaps[i], gaps->rolls[i], &rng);
  }
  return status;
}

static enum status fill_group(struct job *job, int worker, const struct vrae_group *group, struct gaps *gaps,
                              struct eval_impute *sums)
{
  uint8_t filled[EVAL_GAP_MAX * PITCHES];
  enum status status = gaps_make(gaps, job, group, sums);
  if (status == STATUS_OK) {
    status = fill_as_paper(job, worker, group, gaps);
  }
  for (int i = 0; i < gaps->count && status == STATUS_OK; i++) {
    const struct gap *gap = &gaps->gaps[i];
    score(gap, gaps->rolls[i] + (size_t)gap->begin * PITCHES, &sums->paper);
    score_simple(gap, filled, sums);
    if (job->model->config.matches > 0) {
      status =
        fill_roll(&job->fillers[worker], gap->cells, gap->frames, gap->begin, gap->end, job->strength, filled);
      score(gap, filled, &sums->fill);
    }
  }
  return status;
}

static enum status work(void *user, int worker, const struct vrae_group *group)
{
  struct job *job = user;
  struct gaps gaps = {NULL, NULL, 0};
  size_t frames = 0;
  for (int i = 0; i < group->count; i++) {
    frames += (size_t)group->sequences[i]->frames;
  }
  const enum status status = fill_group(job, worker, group, &gaps, &job->parts[group->index]);
  gaps_free(&gaps);
  if (status != STATUS_OK) {
    return status;
  }
  return eval_pace_go_on(job->pace, frames) ? STATUS_OK : STATUS_INTERRUPTED;
}

static void add_up(const struct job *job, struct eval_impute *sums)
{
  *sums = (struct eval_impute){.fills = job->model->config.matches > 0};
  for (size_t i = 0; i < job->data->count; i++) {
    const struct eval_impute *part = &job->parts[i];
    sums->sequences += part->sequences;
    sums->skipped += part->skipped;
    eval_add_score(&sums->before, &part->before);
    eval_add_score(&sums->paper, &part->paper);
    eval_add_score(&sums->fill, &part->fill);
    eval_add_score(&sums->hold, &part->hold);
    eval_add_score(&sums->half, &part->half);
    eval_add_score(&sums->copy, &part->copy);
  }
}

static enum status run_job(struct job *job, struct eval_impute *result, struct error *error)
{
  const struct model *model = job->model;
  for (int i = 0; i < EVAL_THREADS && model->config.matches > 0; i++) {
    const enum status status = filler_init(&job->fillers[i], &model->config, &model->params, error);
    if (status != STATUS_OK) {
      return status;
    }
  }
  const enum status status = vrae_groups_run(&job->net, job->data, 0, EVAL_THREADS, work, job);
  if (status == STATUS_INTERRUPTED) {
    return eval_stopped(error);
  }
  if (status != STATUS_OK) {
    return error_set(error, status, "out of memory for the evaluation");
  }
  add_up(job, result);
  return STATUS_OK;
}

static void job_free(struct job *job)
{
  for (int i = 0; i < EVAL_THREADS; i++) {
    filler_free(&job->fillers[i]);
  }
  vrae_net_free(&job->net);
  free(job->parts);
  free(job);
}

enum status eval_impute(const struct model *model, const struct dataset *data, int gap, double strength,
                        uint64_t seed, const struct eval_watch *watch, struct eval_impute *result,
                        struct error *error)
{
  if (model->config.kind != NET_VRAE || !data->rolls || data->frames == 0) {
    return error_set(error, STATUS_UNSUPPORTED, "filling is measured with a VRAE, on rolls (JSON)");
  }
  blas_single_thread();
  struct eval_pace pace;
  eval_pace_init(&pace, watch, data->frames);
  struct job *job = calloc(1, sizeof *job);
  if (job == NULL) {
    return error_set(error, STATUS_NO_MEMORY, "out of memory for the evaluation");
  }
  job->model = model;
  job->data = data;
  job->gap = gap;
  job->strength = strength;
  job->seed = seed;
  job->pace = &pace;
  job->parts = calloc(data->count, sizeof *job->parts);
  const enum status status = job->parts != NULL && vrae_net_init(&job->net, &model->config, &model->params,
                                                                 model->params.block) == STATUS_OK
                               ? run_job(job, result, error)
                               : error_set(error, STATUS_NO_MEMORY, "out of memory for the evaluation");
  job_free(job);
  return status;
}
