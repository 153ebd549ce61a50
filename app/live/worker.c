/* SPDX-License-Identifier: MIT */
/* The worker's threads. */
#include "worker.h"

#include <sched.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cleaner.h"
#include "personal.h"
#include "rt_thread.h"
#include "worker_private.h"

#define DRAIN_EVERY (25 * NANOS_PER_MILLISECOND)
#define WORK_EVERY (100 * NANOS_PER_MILLISECOND)

/* For the calling thread alone: it gets what nobody else wants. Where the system cannot say so of one thread,
 * the bounded share must do. */
static void give_way(void)
{
#if defined(__linux__)
  const struct sched_param none = {.sched_priority = 0};
  (void)setpriority(PRIO_PROCESS, 0, 19); /* of this thread, on Linux */
  (void)pthread_setschedparam(pthread_self(), SCHED_IDLE, &none);
#endif
}

void worker_keep_away(struct worker *worker)
{
#if defined(__linux__)
  const int processor = atomic_load_explicit(&worker->session->stream.processor, memory_order_relaxed);
  cpu_set_t allowed;
  if (processor < 0 || processor == worker->avoided ||
      sched_getaffinity(getpid(), sizeof allowed, &allowed) != 0) {
    return;
  }
  CPU_CLR((size_t)processor, &allowed);
  if (CPU_COUNT(&allowed) > 0 && pthread_setaffinity_np(pthread_self(), sizeof allowed, &allowed) == 0) {
    worker->avoided = processor;
  }
#else
  (void)worker;
#endif
}

static void *record(void *user)
{
  struct worker *worker = user;
  while (!atomic_load(&worker->stop)) {
    worker_drain(worker, realtime_now());
    realtime_sleep(DRAIN_EVERY);
  }
  return NULL;
}

static void *work(void *user)
{
  struct worker *worker = user;
  if (worker->gives_way) {
    give_way();
  }
  while (!atomic_load(&worker->stop)) {
    worker_work(worker);
    realtime_sleep(WORK_EVERY);
  }
  return NULL;
}

enum status worker_start(struct worker *worker, struct error *error)
{
  worker->threaded = true;
  atomic_store(&worker->stop, false);
  int code = pthread_create(&worker->recorder, NULL, record, worker);
  worker->recording = code == 0;
  if (code == 0 && (worker->learns || worker->fills)) {
    code = pthread_create(&worker->learner, NULL, work, worker);
    worker->working = code == 0;
  }
  if (code != 0) {
    worker_stop(worker);
    return error_set(error, STATUS_IO, "cannot start the offline thread: %s", strerror(code));
  }
  return STATUS_OK;
}

void worker_stop(struct worker *worker)
{
  const bool ran = worker->recording;
  atomic_store(&worker->stop, true);
  if (worker->recording) {
    pthread_join(worker->recorder, NULL);
  }
  if (worker->working) {
    pthread_join(worker->learner, NULL);
  }
  worker->recording = false;
  worker->working = false;
  if (ran) {
    worker_drain(worker, realtime_now());
  }
}

enum { RECORDS_BYTES = 1 << 18, MESSAGES_BYTES = 1 << 13 };

#define REST_MAX (5 * NANOS_PER_SECOND) /* between strokes; a longer one is no music */
#define NEW_MODEL (UINT64_C(1) << 32)

static void take_aim(struct worker *worker, const struct worker_options *options)
{
  const struct preset *preset = &worker->session->preset;

  worker->learns = options->learn && options->takes != NULL;
  worker->fills = worker->capture != NULL && access(preset->filler_path, R_OK) == 0;
  worker->strength = preset->strength > 0 ? preset->strength : 0.5;
  worker->fill_strength = preset->fill_strength;
  snprintf(worker->preset, sizeof worker->preset, "%s", preset->name);
  snprintf(worker->takes, sizeof worker->takes, "%s", options->takes != NULL ? options->takes : "");
  snprintf(worker->filler, sizeof worker->filler, "%s", preset->filler_path);
  snprintf(worker->model, sizeof worker->model, "%s", options->model);
}

enum status worker_new(struct worker **out, const struct worker_options *options, struct session *session,
                       struct error *error)
{
  struct worker *worker = calloc(1, sizeof *worker);
  *out = worker;
  if (worker == NULL) {
    return error_set(error, STATUS_NO_MEMORY, "out of memory for the offline thread");
  }
  worker->session = session;
  worker->capture = options->capture;
  worker->share = options->learn_share;
  worker->gives_way = options->gives_way;
  worker->enough = (nanos)(options->minutes * 60 * (double)NANOS_PER_SECOND);
  worker->last_stroke = INT64_MIN;
  worker->avoided = -1;
  take_aim(worker, options);
  if (ring_init(&worker->records, RECORDS_BYTES) != STATUS_OK ||
      ring_init(&worker->orders, MESSAGES_BYTES) != STATUS_OK ||
      ring_init(&worker->news, MESSAGES_BYTES) != STATUS_OK) {
    worker_free(worker);
    *out = NULL;
    return error_set(error, STATUS_NO_MEMORY, "out of memory for the offline thread");
  }
  return STATUS_OK;
}

/* How long was played: the time between strokes, but for pauses. */
static void count_music(struct worker *worker, nanos stroke)
{
  const nanos since = worker->last_stroke == INT64_MIN ? 0 : stroke - worker->last_stroke;
  if (since > 0 && since < REST_MAX) {
    atomic_fetch_add_explicit(&worker->played, since, memory_order_relaxed);
  }
  worker->last_stroke = stroke;
}

void worker_drain(struct worker *worker, nanos now)
{
  struct ring *ring = live_capture(worker->session->live);
  union live_record record;
  struct ring_header header;

  while (ring != NULL && ring_read(ring, &header, &record, sizeof record)) {
    if (header.type == LIVE_RECORD_DECISION && header.size == sizeof record.decision) {
      count_music(worker, record.decision.time);
    }
    if (worker->capture != NULL) {
      capture_record(worker->capture, &header, &record, now);
    }
    if (header.size <= sizeof record) {
      (void)ring_write(&worker->records, header.type, &record, header.size); /* who watches may miss some */
    }
  }
  const uint64_t fingerprint = atomic_exchange(&worker->fingerprint, 0);
  if (worker->capture != NULL && fingerprint != 0) {
    capture_model(worker->capture, worker->preset, (uint32_t)fingerprint);
  }
  if (worker->capture != NULL) {
    capture_flush(worker->capture, now);
    if (atomic_load(&worker->take_asked)) {
      capture_take(worker->capture, worker->take);
      atomic_store(&worker->take_asked, false);
    }
  }
}

struct ring *worker_records(struct worker *worker)
{
  return &worker->records;
}

bool worker_pause(struct worker *worker, bool pause)
{
  const struct order_pause order = {pause};
  return ring_write(&worker->orders, ORDER_PAUSE, &order, sizeof order);
}

void worker_take_orders(struct worker *worker)
{
  struct ring_header header;
  struct order_pause order;
  while (ring_read(&worker->orders, &header, &order, sizeof order)) {
    if (header.type == ORDER_PAUSE && header.size == sizeof order) {
      atomic_store(&worker->paused, order.pause);
    } else if (header.type == ORDER_FILL) {
      worker->fill_ordered = true;
    }
  }
}

void worker_say(struct worker *worker, const char *format, ...)
{
  struct news_line line;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(line.text, sizeof line.text, format, arguments);
  va_end(arguments);
  (void)ring_write(&worker->news, NEWS_LINE, &line, sizeof line); /* nobody has read the last twenty */
}

void worker_work(struct worker *worker)
{
  worker_take_orders(worker);
  if (worker->fill_ordered) {
    worker_fill_take(worker);
    worker->fill_ordered = false;
    atomic_store(&worker->filling, false);
  }
  if (worker->learns && !atomic_load(&worker->paused) && !atomic_load(&worker->in_flight) &&
      atomic_load(&worker->played) - worker->learnt_at >= worker->enough) {
    worker_learn(worker);
  }
}

enum worker_state worker_state(const struct worker *worker, double *done)
{
  *done = (double)atomic_load(&worker->done) / 1000;
  if (!worker->learns) {
    return WORKER_OFF;
  }
  return atomic_load(&worker->paused)     ? WORKER_PAUSED
         : atomic_load(&worker->learning) ? WORKER_LEARNING
                                          : WORKER_WAITING;
}

/* The live engine has taken the model up. */
static void finish_swap(struct worker *worker, char line[WORKER_LINE])
{
  struct session *session = worker->session;
  const struct news_model *incoming = &worker->incoming;

  if (personal_path(worker->preset, incoming->number, session->preset.model_path, NULL) != STATUS_OK) {
    session->preset.model_path[0] = '\0'; /* deleted meanwhile */
  }
  atomic_store(&worker->fingerprint, NEW_MODEL | session->fingerprint);
  snprintf(line, WORKER_LINE, "personal model %d is in use now; on held-back takes F1 %.4f -> %.4f",
           incoming->number, incoming->f1_before, incoming->f1_after);
  worker->swapping = false;
  atomic_store(&worker->in_flight, false);
}

/* True while a model is on its way. */
static bool go_on_swapping(struct worker *worker, char line[WORKER_LINE])
{
  if (worker->incoming.loaded.cleaner != NULL) {
    worker->swapping = session_swap_begin(worker->session, &worker->incoming.loaded);
  }
  if (worker->swapping && session_swap_poll(worker->session)) {
    finish_swap(worker, line);
    return true;
  }
  return worker_swaps(worker);
}

void worker_poll(struct worker *worker, char line[WORKER_LINE])
{
  union {
    struct news_line line;
    struct news_model model;
  } news;
  struct ring_header header;

  line[0] = '\0';
  if (go_on_swapping(worker, line)) {
    return;
  }
  if (!ring_read(&worker->news, &header, &news, sizeof news)) {
    return;
  }
  if (header.type == NEWS_LINE && header.size == sizeof news.line) {
    snprintf(line, WORKER_LINE, "%s", news.line.text);
  } else if (header.type == NEWS_MODEL && header.size == sizeof news.model) {
    worker->incoming = news.model;
  }
}

bool worker_swaps(const struct worker *worker)
{
  return worker->incoming.loaded.cleaner != NULL || worker->swapping;
}

/* Models that nobody has taken up, and lines that nobody has read. */
static void forget_news(struct worker *worker)
{
  char line[WORKER_LINE];

  worker->swapping = false; /* what the session has is the session's */
  do {
    session_model_free(&worker->incoming.loaded);
    worker_poll(worker, line);
  } while (worker_swaps(worker) || line[0] != '\0');
}

void worker_aim(struct worker *worker, const struct worker_options *options)
{
  forget_news(worker);
  take_aim(worker, options);
  worker->learnt_at = atomic_load(&worker->played);
  worker->fill_ordered = false;
  worker->avoided = -1;
  if (atomic_exchange(&worker->filling, false)) {
    worker_say(worker, "the take was not filled, since the model changed; press f again");
  }
  atomic_store(&worker->take_asked, false);
  atomic_store(&worker->in_flight, false);
  atomic_store(&worker->fingerprint, 0);
}

void worker_free(struct worker *worker)
{
  if (worker == NULL) {
    return;
  }
  worker_stop(worker);
  forget_news(worker);
  ring_free(&worker->records);
  ring_free(&worker->orders);
  ring_free(&worker->news);
  free(worker);
}
