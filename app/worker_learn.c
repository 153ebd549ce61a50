#include <stdlib.h>
#include <time.h>

#include "dataset.h"
#include "learn.h"
#include "live_capture.h"
#include "personal.h"
#include "realtime_thread.h"
#include "worker_parts.h"

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
    .model = model, .f1_before = learn_f1(&result->before), .f1_after = learn_f1(&result->after)};
  char path[DATAFILE_PATH_MAX];
  enum status status = model_cleaner_new(model, &news.cleaner, error);
  if (status == STATUS_OK) {
    status = personal_publish(worker->preset, model, worker->preset, result, &news.number, error);
  }
  if (status == STATUS_OK) {
    status = personal_path(worker->preset, news.number, path, error);
  }
  if (status == STATUS_OK) {
    news.fingerprint = live_capture_fingerprint(path);
    atomic_store(&worker->in_flight, true);
    if (!ring_write(&worker->news, NEWS_MODEL, &news, sizeof news)) {
      atomic_store(&worker->in_flight, false);
      status = error_set(error, STATUS_FULL, "model %d waits for the next start", news.number);
    }
  }
  if (status != STATUS_OK && news.cleaner != NULL) {
    model_cleaner_free(news.cleaner);
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
