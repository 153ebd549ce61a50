/* SPDX-License-Identifier: MIT */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "cleaner.h"
#include "eval_private.h"
#include "parallel.h"
#include "roll_rules.h"
#include "rules.h"
#include "take.h"

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
  enum status status = tuning != NULL ? STATUS_OK : error_set(error, STATUS_NO_MEMORY, "out of memory");
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
                       worker->error.text[0] != '\0' ? worker->error.text : "out of memory for the evaluation");
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
    return error_set(error, STATUS_NO_MEMORY, "out of memory for the evaluation");
  }
  job->model = model;
  job->run = &run;
  atomic_init(&job->next, 0);
  const enum status status = run_job(job, result, error);
  free(job);
  return status;
}

/* Denoising of rolls (paper 4.2): cells turned on at random, scored by cells. */

/* One roll as damaged and what each rule makes of it, (T, D) each. */
struct results {
  uint8_t *noisy, *paper, *gate, *hold, *drop_short;
};

/* The trivial rules: a cell stays if it was on a frame ago; or if it was, or will be. */
static void trivial_rules(const uint8_t *noisy, int frames, uint8_t *hold, uint8_t *drop_short)
{
  const size_t count = (size_t)frames * PITCHES;
  for (size_t i = 0; i < count; i++) {
    const bool before = i >= PITCHES && noisy[i - PITCHES];
    const bool after = i + PITCHES < count && noisy[i + PITCHES];
    hold[i] = noisy[i] && before;
    drop_short[i] = noisy[i] && (before || after);
  }
}

enum status denoise_roll(const struct denoise_run *run, struct denoise_worker *worker, size_t index)
{
  const struct sequence *sequence = &run->data->sequences[index];
  const size_t count = (size_t)sequence->frames * PITCHES;
  uint8_t *block = malloc(5 * count);
  if (block == NULL) {
    return STATUS_NO_MEMORY;
  }
  const struct results results = {block, block + count, block + 2 * count, block + 3 * count,
                                  block + 4 * count};
  struct rng rng;
  eval_seed(&rng, run->seed, index);
  memcpy(results.noisy, sequence->cells, count);
  corrupt_cells(results.noisy, count, run->noise, &rng);
  roll_rule_paper(worker->cleaner, results.noisy, sequence->frames, results.paper);
  trivial_rules(results.noisy, sequence->frames, results.hold, results.drop_short);
  const enum status status =
    roll_rule_gate(worker->cleaner, run->strength, results.noisy, sequence->frames, results.gate);
  if (status == STATUS_OK) {
    struct eval_denoise *sums = &worker->sums;
    score_cells(sequence->cells, results.noisy, count, &sums->before);
    score_cells(sequence->cells, results.paper, count, &sums->paper);
    score_cells(sequence->cells, results.gate, count, &sums->gate);
    score_cells(sequence->cells, results.hold, count, &sums->hold);
    score_cells(sequence->cells, results.drop_short, count, &sums->drop_short);
  }
  free(block);
  return status;
}

/* Denoising of takes: simulated damage, through the live engine, scored by notes. */

#define TOLERANCE (50 * NANOS_PER_MILLISECOND)
#define ADVANCE (10 * NANOS_PER_MILLISECOND) /* as often as a port would */

/* The engine's port: keeps the onsets, which are all that is scored. */
struct listener {
  struct note_list notes;
  enum status status;
};

static bool listen(void *port, nanos time, const uint8_t *bytes, size_t size)
{
  struct listener *listener = port;
  if (message_is_note_on(bytes, size) && listener->status == STATUS_OK) {
    const struct note note = {.on = time, .off = time, .pitch = bytes[1], .velocity = bytes[2]};
    listener->status = note_list_add(&listener->notes, note);
  }
  return true;
}

static enum status play(struct cleaner *cleaner, float strength, const struct note_list *damaged,
                        struct listener *listener, struct error *error)
{
  const struct live_config config = {.mode = LIVE_CLEAN, .strength = strength, .bpm = TAKE_BPM};
  struct live *live;
  struct take take;
  enum status status = take_from_notes(&take, damaged);
  if (status != STATUS_OK) {
    return error_set(error, status, "out of memory: cannot play a take");
  }
  status = live_new(&live, &config, cleaner, listen, listener, error);
  if (status == STATUS_OK) {
    live_begin(live, 0);
    nanos now = 0;
    for (size_t i = 0; i < take.count; i++) {
      for (; now < take.messages[i].time; now += ADVANCE) {
        live_advance(live, now);
      }
      live_receive(live, take.messages[i].time, take.messages[i].bytes, take.messages[i].size);
    }
    live_silence(live, take.count > 0 ? take.messages[take.count - 1].time : 0);
    live_free(live);
    status = listener->status;
  }
  take_free(&take);
  return status;
}

static enum status score_all(const struct denoise_run *run, struct eval_denoise *sums,
                             const struct note_list *clean, const struct note_list *damaged,
                             struct note_list *cleaned)
{
  struct note_list ruled = {0};
  note_list_sort(cleaned);
  enum status status = rules_apply(run->rules, damaged, &ruled);
  if (status == STATUS_OK) {
    status = score_notes(clean, damaged, TOLERANCE, &sums->before);
  }
  if (status == STATUS_OK) {
    status = score_notes(clean, cleaned, TOLERANCE, &sums->gate);
  }
  if (status == STATUS_OK) {
    status = score_notes(clean, &ruled, TOLERANCE, &sums->rules);
  }
  note_list_free(&ruled);
  return status;
}

enum status denoise_take(const struct denoise_run *run, struct denoise_worker *worker, size_t index)
{
  const struct sequence *sequence = &run->data->sequences[index];
  struct note_list damaged = {0};
  struct listener listener = {.status = STATUS_OK};
  struct rng rng;
  eval_seed(&rng, run->seed, index);
  enum status status = corrupt_notes(&sequence->notes, run->damage, &rng, &damaged, &worker->error);
  if (status == STATUS_OK) {
    status = play(worker->cleaner, run->strength, &damaged, &listener, &worker->error);
  }
  if (status == STATUS_OK) {
    status = score_all(run, &worker->sums, &sequence->notes, &damaged, &listener.notes);
  }
  note_list_free(&listener.notes);
  note_list_free(&damaged);
  return status;
}
