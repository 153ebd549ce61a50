#include <stdatomic.h>
#include <stdlib.h>

#include "eval_parts.h"
#include "parallel.h"
#include "rules.h"

/* Rules are tuned on damage of a seed of their own. */
#define TUNING_SEED UINT64_C(0x52554C4553)

/* What tuning on a sequence and denoising it cost beside each other, about. */
enum { TUNE_PIECES = 1, DENOISE_PIECES = 20 };

struct job {
  const struct model *model;
  const struct denoise_run *run;
  struct denoise_worker workers[EVAL_THREADS];
  atomic_size_t next;
};

static void work(void *user, int index)
{
  struct job *job = user;
  struct denoise_worker *worker = &job->workers[index];
  const struct dataset *data = job->run->data;
  worker->status = model_cleaner_new(job->model, &worker->cleaner, &worker->error);
  while (worker->status == STATUS_OK) {
    const size_t i = atomic_fetch_add(&job->next, 1);
    if (i >= data->count) {
      break;
    }
    worker->status = data->rolls ? denoise_roll(job->run, worker, i) : denoise_take(job->run, worker, i);
    if (worker->status == STATUS_OK && !eval_pace_go_on(job->run->pace, DENOISE_PIECES)) {
      worker->status = eval_stopped(&worker->error);
    }
  }
  model_cleaner_free(worker->cleaner);
}

static void add_sums(struct eval_denoise *sum, const struct eval_denoise *part)
{
  eval_add_score(&sum->before, &part->before);
  eval_add_score(&sum->paper, &part->paper);
  eval_add_score(&sum->gate, &part->gate);
  eval_add_score(&sum->hold, &part->hold);
  eval_add_score(&sum->drop_short, &part->drop_short);
  eval_add_score(&sum->rules, &part->rules);
}

static enum status tune_rules(const struct denoise_run *run, struct rules *rules, struct error *error)
{
  struct rules_tuning *tuning = calloc(1, sizeof *tuning);
  enum status status = tuning != NULL ? STATUS_OK : error_set(error, STATUS_NO_MEMORY, "not enough memory");
  for (size_t i = 0; i < run->data->count && status == STATUS_OK; i++) {
    struct note_list damaged = {0};
    struct rng rng;
    eval_seed(&rng, run->seed ^ TUNING_SEED, i);
    status = corrupt_notes(&run->data->sequences[i].notes, run->damage, &rng, &damaged, error);
    if (status == STATUS_OK) {
      rules_tuning_add(tuning, &damaged);
    }
    note_list_free(&damaged);
    if (status == STATUS_OK && !eval_pace_go_on(run->pace, TUNE_PIECES)) {
      status = eval_stopped(error);
    }
  }
  if (status == STATUS_OK) {
    *rules = rules_tuning_best(tuning);
  }
  free(tuning);
  return status;
}

static enum status run_job(struct job *job, struct eval_denoise *result, struct error *error)
{
  parallel_run(EVAL_THREADS, work, job);
  *result = (struct eval_denoise){0};
  for (int i = 0; i < EVAL_THREADS; i++) {
    const struct denoise_worker *worker = &job->workers[i];
    if (worker->status != STATUS_OK) {
      return error_set(error, worker->status, "%s",
                       worker->error.text[0] != '\0' ? worker->error.text
                                                     : "not enough memory for the evaluation");
    }
    add_sums(result, &worker->sums);
  }
  result->recall_of_true =
    result->before.hits > 0 ? (double)result->gate.hits / (double)result->before.hits : 1.0;
  return STATUS_OK;
}

enum status eval_denoise(const struct model *model, const struct dataset *data, double noise,
                         const struct corrupt_rates *damage, float strength, uint64_t seed,
                         const struct eval_watch *watch, struct eval_denoise *result, struct error *error)
{
  if (data->rolls && model->config.frame.values != 1) {
    return error_set(error, STATUS_UNSUPPORTED,
                     "this model looks at onsets, which rolls do not have; evaluate it on MIDI files");
  }
  struct rules rules = {0};
  struct eval_pace pace;
  eval_pace_init(&pace, watch, data->count * (size_t)(DENOISE_PIECES + TUNE_PIECES * !data->rolls));
  const struct denoise_run run = {.data = data,
                                  .noise = noise,
                                  .damage = damage,
                                  .rules = &rules,
                                  .strength = strength,
                                  .seed = seed,
                                  .pace = &pace};
  if (!data->rolls) {
    const enum status status = tune_rules(&run, &rules, error);
    if (status != STATUS_OK) {
      return status;
    }
  }
  struct job *job = calloc(1, sizeof *job);
  if (job == NULL) {
    return error_set(error, STATUS_NO_MEMORY, "not enough memory for the evaluation");
  }
  job->model = model;
  job->run = &run;
  atomic_init(&job->next, 0);
  const enum status status = run_job(job, result, error);
  free(job);
  return status;
}
