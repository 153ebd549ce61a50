/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cleaner.h"
#include "dataset.h"
#include "file.h"
#include "fill_job.h"
#include "live_setup.h"
#include "personal.h"
#include "personalise.h"
#include "rt_thread.h"
#include "take_folder.h"
#include "worker_private.h"

#define BUSY_MAX (4 * NANOS_PER_MILLISECOND)    /* of processor time between two rests */
#define REST_SLICE (20 * NANOS_PER_MILLISECOND) /* a stop is heard within this */
#define DRAIN_EVERY (50 * NANOS_PER_MILLISECOND)

/* Processor time of the calling thread. */
static nanos thread_time(void)
{
  struct timespec now;
  return clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) == 0 ? (nanos)now.tv_sec * NANOS_PER_SECOND + now.tv_nsec
                                                           : 0;
}

static void rest(const struct worker *worker, nanos duration)
{
  while (duration > 0 && !atomic_load(&worker->stop)) {
    const nanos slice = duration < REST_SLICE ? duration : REST_SLICE;
    realtime_sleep(slice);
    duration -= slice;
  }
}

bool worker_goes_on(void *user, double done)
{
  struct worker *worker = user;
  atomic_store(&worker->done, (int)(1000 * done));
  worker_take_orders(worker);
  if (!worker->threaded) {
    const nanos now = realtime_now();
    if (now - worker->drained >= DRAIN_EVERY) {
      worker_drain(worker, now);
      worker->drained = now;
    }
    return !atomic_load(&worker->stop);
  }
  worker_keep_away(worker);
  const nanos busy = thread_time() - worker->rested;
  if (busy >= BUSY_MAX && worker->share < 1) {
    rest(worker, (nanos)((double)busy * (1 - worker->share) / worker->share));
    worker->rested = thread_time();
  }
  while (atomic_load(&worker->paused) && atomic_load(&worker->learning) && !atomic_load(&worker->stop)) {
    realtime_sleep(REST_SLICE);
    worker_take_orders(worker);
  }
  return !atomic_load(&worker->stop);
}

/* Make the model ready for the live engine and send it there. */
static enum status hand_over(struct worker *worker, struct model *model, const struct learn_result *result,
                             struct error *error)
{
  struct news_model news = {
    .loaded = {.model = model}, .f1_before = learn_f1(&result->before), .f1_after = learn_f1(&result->after)};
  char path[DATAFILE_PATH_MAX];
  enum status status = model_cleaner_new(model, &news.loaded.cleaner, error);
  if (status == STATUS_OK) {
    status = personal_publish(worker->preset, model, worker->preset, result, &news.number, error);
  }
  if (status == STATUS_OK) {
    status = personal_path(worker->preset, news.number, path, error);
  }
  if (status == STATUS_OK) {
    news.loaded.fingerprint = live_capture_fingerprint(path);
    atomic_store(&worker->in_flight, true);
    if (!ring_write(&worker->news, NEWS_MODEL, &news, sizeof news)) {
      atomic_store(&worker->in_flight, false);
      status = error_set(error, STATUS_FULL, "model %d waits for the next start", news.number);
    }
  }
  if (status != STATUS_OK) {
    model_cleaner_free(news.loaded.cleaner);
  }
  return status;
}

static enum status learn_from(struct worker *worker, const struct model *base, const struct dataset *takes,
                              struct error *error)
{
  struct learn_options options;
  struct learn_result result;
  struct model *model = NULL;
  char path[DATAFILE_PATH_MAX], line[512];
  int number;
  const struct learn_watch watch = {worker_goes_on, worker};
  struct model *current = personal_load(worker->preset, base, &number, path, line);
  const struct learn_job job = {base, current, takes};

  learn_defaults(&options);
  options.strength = worker->strength;
  enum status status = learn(&job, &options, &watch, &model, &result, error);
  if (status == STATUS_OK && model == NULL) {
    worker_say(worker, "learnt from %.0f minutes, but the model stays as it was: %s", result.minutes,
               result.reason);
  } else if (status == STATUS_OK) {
    status = hand_over(worker, model, &result, error);
  }
  if (status != STATUS_OK) {
    model_free(model);
  }
  model_free(current);
  return status;
}

void worker_learn(struct worker *worker)
{
  struct model *base = NULL;
  struct dataset takes;
  struct error error = {STATUS_OK, ""};

  worker->learnt_at = atomic_load(&worker->played);
  worker->rested = thread_time();
  atomic_store(&worker->done, 0);
  atomic_store(&worker->learning, true);
  worker_say(worker, "learning from the takes");
  enum status status = model_load(&base, worker->model, &error);
  if (status == STATUS_OK) {
    status = dataset_load(&takes, worker->takes, "all", &error);
  }
  if (status == STATUS_OK) {
    status = learn_from(worker, base, &takes, &error);
    dataset_free(&takes);
  }
  model_free(base);
  if (status != STATUS_OK && status != STATUS_INTERRUPTED) {
    worker_say(worker, "cannot learn: %.220s", error.text);
  }
  atomic_store(&worker->learning, false);
}

/* The take captured so far, filled and put beside it. */

#define ANSWER_WAIT (10 * NANOS_PER_MILLISECOND)

void worker_fill(struct worker *worker, char line[WORKER_LINE])
{
  if (worker->capture == NULL) {
    snprintf(line, WORKER_LINE, "nothing is captured, so nothing can be filled");
  } else if (!worker->fills) {
    snprintf(line, WORKER_LINE, "preset '%s' has no filler; choose another preset", worker->preset);
  } else if (atomic_exchange(&worker->filling, true)) {
    snprintf(line, WORKER_LINE, "busy: a take is being filled already");
  } else if (!ring_write(&worker->orders, ORDER_FILL, "", 0)) {
    atomic_store(&worker->filling, false);
    snprintf(line, WORKER_LINE, "busy; press the key again");
  } else {
    snprintf(line, WORKER_LINE, "%s",
             atomic_load(&worker->learning) ? "the take is filled after learning" : "filling the take");
  }
}

/* Have the recorder flush the take and name it. False when it is to end. */
static bool ask_take(struct worker *worker)
{
  atomic_store(&worker->take_asked, true);
  while (atomic_load(&worker->take_asked)) {
    if (!worker->threaded) {
      worker_drain(worker, realtime_now());
    } else if (atomic_load(&worker->stop)) {
      return false;
    } else {
      realtime_sleep(ANSWER_WAIT);
    }
  }
  return true;
}

static enum status make_midi(const char *take, uint8_t **data, size_t *size, struct error *error)
{
  uint8_t *journal = NULL;
  size_t journal_size = 0;
  struct smf smf = {0};

  enum status status = take_load(take, &journal, &journal_size, error);
  if (status == STATUS_OK) {
    status = journal_smf(journal, journal_size, take, false, true, &smf, error);
  }
  if (status == STATUS_OK) {
    status = smf_write(&smf, data, size, error);
  }
  smf_free(&smf);
  free(journal);
  return status;
}

/* Fill the source into a new file; without notes to add there is none. */
static enum status fill_into(struct worker *worker, const struct model *model, const struct fill_source *source,
                             const char *path, size_t *added, struct error *error)
{
  const struct fill_order order = {
    .search = true, .strength = worker->fill_strength, .tell = worker_goes_on, .user = worker};
  struct fill_outcome *outcome = malloc(sizeof *outcome);

  if (outcome == NULL) {
    return error_set(error, STATUS_NO_MEMORY, "out of memory for the filled take");
  }
  enum status status = fill_job(model, source, &order, outcome, error);
  if (status == STATUS_OK) {
    const struct filling *filling = &outcome->fillings[0];
    *added = filling->notes.count;
    status = *added > 0 ? file_write_private(path, filling->data, filling->size, error) : STATUS_OK;
  }
  fill_outcome_free(outcome);
  free(outcome);
  return status;
}

static enum status fill(struct worker *worker, const char *path, size_t *added, struct error *error)
{
  struct fill_source source = {.data = NULL};
  struct model *model = NULL;
  uint8_t *data = NULL;
  size_t size = 0;

  enum status status = fill_load(&model, worker->filler, error);
  if (status == STATUS_OK) {
    status = make_midi(worker->take, &data, &size, error);
  }
  if (status == STATUS_OK) {
    status = fill_source_take(&source, data, size, worker->take, model->config.frame.unit, error);
  }
  if (status == STATUS_OK) {
    status = fill_into(worker, model, &source, path, added, error);
  }
  fill_source_close(&source);
  model_free(model);
  return status;
}

void worker_fill_take(struct worker *worker)
{
  struct error error = {STATUS_OK, ""};
  char path[DATAFILE_PATH_MAX];
  size_t added = 0;

  if (!ask_take(worker)) {
    return;
  }
  if (!take_filled_path(worker->take, path)) {
    worker_say(worker, "no take to fill yet; play first");
    return;
  }
  const enum status status = fill(worker, path, &added, &error);
  const char *name = strrchr(path, '/') + 1;
  if (status == STATUS_OK && added > 0) {
    worker_say(worker, "filled: %zu note%s added, %.180s", added, added == 1 ? "" : "s", name);
  } else if (status == STATUS_OK) {
    worker_say(worker, "nothing to fill in this take");
  } else if (status != STATUS_INTERRUPTED) {
    worker_say(worker, "cannot fill: %.220s", error.text);
  }
}
