/* SPDX-License-Identifier: MIT */
#include "eval_restore.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "eval_private.h"
#include "fill_run.h"
#include "parallel.h"

#define TOLERANCE (50 * NANOS_PER_MILLISECOND)

const struct corrupt_rates eval_restore_rates = {.drop = 0.1, .drop_chord = 0.03};

enum { SHARES = 18 }; /* of the votes, that are tried */

struct restore_worker {
  struct eval_restore sums;
  struct score vote[SHARES], vote_added[SHARES];
  enum status status;
  struct error error;
};

struct restore_job {
  const struct model *model;
  const struct dataset *data;
  const struct corrupt_rates *damage;
  double strength;
  uint64_t seed;
  struct eval_pace pace;
  struct restore_worker workers[EVAL_THREADS];
  atomic_size_t next;
};

/* A take, what is left of it, and what is not. */
struct loss {
  const struct note_list *clean;
  struct note_list left, lost;
};

static double share_of(int index)
{
  return 0.1 + 0.05 * index;
}

static bool same_note(const struct note *a, const struct note *b)
{
  return a->on == b->on && a->pitch == b->pitch && a->channel == b->channel;
}

/* What is left stands in the same order as in the clean take. */
static enum status find_lost(struct loss *loss)
{
  enum status status = STATUS_OK;
  size_t at = 0;
  for (size_t i = 0; i < loss->clean->count && status == STATUS_OK; i++) {
    if (at < loss->left.count && same_note(&loss->left.notes[at], &loss->clean->notes[i])) {
      at++;
    } else {
      status = note_list_add(&loss->lost, loss->clean->notes[i]);
    }
  }
  return status;
}

/* Score the notes of at least `probability`, and the take with them. */
static enum status score_added(const struct loss *loss, const struct fill_result *filled, float probability,
                               struct score *whole, struct score *added)
{
  struct note_list new = {0};
  struct note_list all = {0};
  enum status status = STATUS_OK;
  for (size_t i = 0; i < loss->left.count && status == STATUS_OK; i++) {
    status = note_list_add(&all, loss->left.notes[i]);
  }
  for (size_t i = 0; i < filled->count && status == STATUS_OK; i++) {
    if (filled->notes[i].probability >= probability) {
      status = note_list_add(&new, filled->notes[i].note);
      status = status == STATUS_OK ? note_list_add(&all, filled->notes[i].note) : status;
    }
  }
  note_list_sort(&all);
  if (status == STATUS_OK) {
    status = score_notes(loss->clean, &all, TOLERANCE, whole);
  }
  if (status == STATUS_OK) {
    status = score_notes(&loss->lost, &new, TOLERANCE, added);
  }
  note_list_free(&new);
  note_list_free(&all);
  return status;
}

/* Once by the network, once by the votes alone. */
static enum status fill_both(const struct restore_job *job, struct restore_worker *worker, struct loss *loss)
{
  struct fill_run run;
  struct fill_result filled;
  struct fill_options options = {.dropped = true, .strength = job->strength};
  enum status status = fill_run_init(&run, job->model, &loss->left, NULL, &worker->error);
  if (status != STATUS_OK) {
    return status;
  }
  status = fill_run_take(&run, &options, &filled, &worker->error);
  if (status == STATUS_OK) {
    status = score_added(loss, &filled, 0, &worker->sums.fill, &worker->sums.fill_added);
    fill_result_free(&filled);
  }
  run.votes = true;
  options.strength = 1 - share_of(0);
  if (status == STATUS_OK) {
    status = fill_run_take(&run, &options, &filled, &worker->error);
  }
  for (int i = 0; i < SHARES && status == STATUS_OK; i++) {
    status = score_added(loss, &filled, (float)share_of(i), &worker->vote[i], &worker->vote_added[i]);
  }
  fill_result_free(&filled);
  fill_run_free(&run);
  return status;
}

static enum status restore_take(const struct restore_job *job, struct restore_worker *worker, size_t index)
{
  struct loss loss = {.clean = &job->data->sequences[index].notes};
  struct rng rng;
  eval_seed(&rng, job->seed, index);
  enum status status = corrupt_notes(loss.clean, job->damage, &rng, &loss.left, &worker->error);
  if (status == STATUS_OK) {
    status = find_lost(&loss);
  }
  if (status == STATUS_OK) {
    status = score_notes(loss.clean, &loss.left, TOLERANCE, &worker->sums.before);
  }
  if (status == STATUS_OK) {
    status = fill_both(job, worker, &loss);
  }
  note_list_free(&loss.left);
  note_list_free(&loss.lost);
  return status;
}

static void work(void *user, int index)
{
  struct restore_job *job = user;
  struct restore_worker *worker = &job->workers[index];
  while (worker->status == STATUS_OK) {
    const size_t i = atomic_fetch_add(&job->next, 1);
    if (i >= job->data->count) {
      break;
    }
    worker->status = restore_take(job, worker, i);
    if (worker->status == STATUS_OK && !eval_pace_go_on(&job->pace, 1)) {
      worker->status = eval_stopped(&worker->error);
    }
  }
}

static enum status collect(const struct restore_job *job, struct eval_restore *result, struct error *error)
{
  struct score vote[SHARES] = {{0}};
  struct score added[SHARES] = {{0}};
  *result = (struct eval_restore){0};
  for (int w = 0; w < EVAL_THREADS; w++) {
    const struct restore_worker *worker = &job->workers[w];
    if (worker->status != STATUS_OK) {
      return error_set(error, worker->status, "%s",
                       worker->error.text[0] != '\0' ? worker->error.text : "out of memory for the evaluation");
    }
    eval_add_score(&result->before, &worker->sums.before);
    eval_add_score(&result->fill, &worker->sums.fill);
    eval_add_score(&result->fill_added, &worker->sums.fill_added);
    for (int i = 0; i < SHARES; i++) {
      eval_add_score(&vote[i], &worker->vote[i]);
      eval_add_score(&added[i], &worker->vote_added[i]);
    }
  }
  for (int i = 0; i < SHARES; i++) {
    if (i == 0 || score_f1(&vote[i]) > score_f1(&result->vote)) {
      result->vote = vote[i];
      result->vote_added = added[i];
      result->vote_share = share_of(i);
    }
  }
  return STATUS_OK;
}

enum status eval_restore(const struct model *model, const struct dataset *data,
                         const struct corrupt_rates *damage, double strength, uint64_t seed,
                         const struct eval_watch *watch, struct eval_restore *result, struct error *error)
{
  struct restore_job *job = calloc(1, sizeof *job);
  if (job == NULL) {
    return error_set(error, STATUS_NO_MEMORY, "out of memory for the evaluation");
  }
  job->model = model;
  job->data = data;
  job->damage = damage;
  job->strength = strength;
  job->seed = seed;
  eval_pace_init(&job->pace, watch, data->count);
  atomic_init(&job->next, 0);
  parallel_run(EVAL_THREADS, work, job);
  const enum status status = collect(job, result, error);
  free(job);
  return status;
}
