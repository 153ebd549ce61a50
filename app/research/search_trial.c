/* SPDX-License-Identifier: MIT */
#include "search_trial.h"

#include <math.h>
#include <unistd.h>

#include "train_data.h"

enum { COMMAND_TEXT = 256 };

static uint64_t hash_number(uint64_t hash, int64_t number)
{
  unsigned char bytes[8];

  for (int i = 0; i < 8; i++) {
    bytes[i] = (unsigned char)((uint64_t)number >> (8 * i));
  }
  return search_hash(hash, bytes, sizeof bytes);
}

static uint64_t hash_sequence(uint64_t hash, const struct sequence *sequence, bool roll)
{
  if (roll) {
    hash = hash_number(hash, sequence->frames);
    return search_hash(hash, sequence->cells, (size_t)sequence->frames * PITCHES);
  }
  hash = hash_number(hash, (int64_t)sequence->notes.count);
  for (size_t i = 0; i < sequence->notes.count; i++) {
    const struct note *note = &sequence->notes.notes[i];
    hash = hash_number(hash, note->on);
    hash = hash_number(hash, note->off);
    hash = hash_number(hash, note->pitch << 8 | note->velocity);
  }
  return hash;
}

uint64_t search_data_hash(const struct dataset *train, const struct dataset *valid)
{
  const struct dataset *const both[] = {train, valid};
  uint64_t hash = SEARCH_HASH;

  for (int k = 0; k < 2; k++) {
    hash = hash_number(hash, (int64_t)both[k]->count);
    for (size_t i = 0; i < both[k]->count; i++) {
      hash = hash_sequence(hash, &both[k]->sequences[i], both[k]->rolls);
    }
  }
  return hash;
}

/* Counts what training tells, and hands it on. */
struct watching {
  const struct search_job *job;
  int reports;
};

static bool watch(void *user, const struct train_progress *now)
{
  struct watching *watching = user;

  watching->reports++;
  return watching->job->report == NULL || watching->job->report(watching->job->user, now);
}

static enum status train_once(const struct search_job *job, const struct train_flags *flags, const char *out,
                              int trial, struct watching *watching, struct train_outcome *outcome,
                              struct error *error)
{
  char command[COMMAND_TEXT];

  snprintf(command, sizeof command, "emend search %.200s --trial %d", job->space_name, trial);
  const struct train_run run = {.train = job->train,
                                .valid = job->valid,
                                .out = out,
                                .resume = true,
                                .command = command,
                                .report = watch,
                                .user = watching,
                                .outcome = outcome};
  return train_model(&flags->config, &flags->options, &run, error);
}

/* That the data or the settings are at fault, which would be so again. */
static bool is_hopeless(enum status status)
{
  return status == STATUS_NOT_FINITE || status == STATUS_USAGE || status == STATUS_UNSUPPORTED ||
         status == STATUS_FORMAT;
}

/* A checkpoint that cannot be gone on from is removed, and the training begun anew. */
static enum status train(const struct search_job *job, const struct train_flags *flags, int trial,
                         struct train_outcome *outcome, struct error *error)
{
  char out[DATAFILE_PATH_MAX], checkpoint[DATAFILE_PATH_MAX];
  struct watching watching = {.job = job};

  search_path(job->folder, trial, "model.safetensors", out);
  search_path(job->folder, trial, "model.safetensors.checkpoint", checkpoint);
  bool resumes = access(checkpoint, F_OK) == 0;
  enum status status = train_once(job, flags, out, trial, &watching, outcome, error);
  if (is_hopeless(status) && resumes && watching.reports == 0) {
    job->say(trial, error->text);
    remove(checkpoint);
    status = train_once(job, flags, out, trial, &watching, outcome, error);
  }
  if (is_hopeless(status)) {
    remove(checkpoint);
  }
  return status;
}

static enum search_number number_of(const struct train_flags *flags)
{
  const struct train_options *options = &flags->options;

  if (flags->config.matches > 0) {
    return SEARCH_LOSS;
  }
  if (options->objective == OBJECTIVE_SURROGATE && flags->config.kind != NET_RNN) {
    return options->kl_end == 1 && options->noise <= 0 ? SEARCH_SURROGATE : SEARCH_LOSS;
  }
  if (options->noise > 0) {
    return SEARCH_DENOISING;
  }
  return flags->config.kind == NET_RNN ? SEARCH_EXACT : SEARCH_BOUND;
}

static void fail(struct search_result *result, const char *reason)
{
  result->failed = true;
  snprintf(result->reason, sizeof result->reason, "%.*s", (int)sizeof result->reason - 1, reason);
}

static void fill_result(const struct train_flags *flags, const struct train_outcome *outcome,
                        struct search_result *result)
{
  result->number = number_of(flags);
  const bool by_loss = result->number == SEARCH_SURROGATE || result->number == SEARCH_LOSS;
  result->nats = by_loss ? outcome->loss : outcome->bound;
  result->bound = outcome->bound;
  result->epochs = outcome->epochs;
  result->seconds = outcome->seconds;
  if (!isfinite(result->nats) || !isfinite(result->bound)) {
    fail(result, "no epoch was done, so there is no figure; give it more epochs or minutes");
  }
}

static enum status train_trial(const struct search_job *job, const struct search_settings *settings,
                               struct search_result *result, struct error *error)
{
  struct train_flags flags;
  struct train_outcome outcome = {.loss = INFINITY, .bound = INFINITY};

  enum status status = search_flags(job->space, settings, &flags, error);
  if (status != STATUS_OK) {
    return status;
  }
  flags.options.threads = job->threads;
  *result = (struct search_result){.trial = settings->trial, .threads = job->threads};
  status = train_data_frames(&flags, job->train, job->valid, error);
  result->frames = job->valid->frames;
  if (status == STATUS_OK) {
    status = train(job, &flags, settings->trial, &outcome, error);
  }
  if (status == STATUS_OK) {
    fill_result(&flags, &outcome, result);
  } else if (is_hopeless(status)) {
    fail(result, error->text);
    status = STATUS_OK;
  }
  return status;
}

/* With the claim: look whether it is still to be done, and do it. */
static enum status run_claimed(const struct search_job *job, const struct search_settings *settings,
                               enum search_end *end, struct search_result *result, struct error *error)
{
  char path[DATAFILE_PATH_MAX];
  struct error why;
  bool other;

  enum status status = search_settle(job->folder, job->space, settings, &other, error);
  if (status != STATUS_OK) {
    return status;
  }
  if (other) {
    job->say(settings->trial,
             "settings.cfg was missing or of other settings; what was learnt with them is removed");
  }
  search_path(job->folder, settings->trial, "result.json", path);
  status = search_result_read(job->space, settings->trial, path, result, &why);
  if (status == STATUS_OK) {
    *end = SEARCH_BEFORE;
    return STATUS_OK;
  }
  if (status != STATUS_NOT_FOUND) {
    job->say(settings->trial, why.text);
  }
  *end = SEARCH_DONE;
  status = train_trial(job, settings, result, error);
  return status == STATUS_OK ? search_result_write(job->space, settings, result, path, error) : status;
}

enum status search_run(const struct search_job *job, const struct search_settings *settings,
                       enum search_end *end, struct search_result *result, struct error *error)
{
  struct error why;
  int lock;

  if (search_look(job->folder, job->space, settings->trial, result, &why) == SEARCH_FINISHED) {
    *end = SEARCH_BEFORE;
    return STATUS_OK;
  }
  enum status status = search_claim(job->folder, settings->trial, &lock, error);
  if (status != STATUS_OK) {
    return status;
  }
  if (lock < 0) {
    *end = SEARCH_TAKEN;
    return STATUS_OK;
  }
  status = run_claimed(job, settings, end, result, error);
  search_release(lock);
  return status;
}
