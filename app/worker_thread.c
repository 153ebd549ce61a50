/* The worker's threads. */
#include <sched.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "realtime_thread.h"
#include "worker_parts.h"

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
