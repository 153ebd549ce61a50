/* SPDX-License-Identifier: MIT */
#include "bench_pressure.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "cleaner.h"
#include "model.h"
#include "rng.h"

#ifdef __SSE__
#include <xmmintrin.h>
#endif

#define MS NANOS_PER_MILLISECOND
#define MEGABYTE ((size_t)1 << 20)

enum {
  STROKE_EVERY = 5, /* ms */
  SPIN = 1,         /* kinds of pressure, as bits */
  STREAM = 2,
  CHURN = 4,
  SILENCE = 8,
  LOADS_MAX = 64,
  FILE_CHUNKS = 64, /* of a megabyte */
  SILENT_TICKS = 3000,
};

#define STREAM_SIZE (128 * MEGABYTE) /* more than any cache holds */

static const struct {
  const char *name;
  int kinds;
} pressures[] = {
  {"none", 0},
  {"a minute's silence before each stroke", SILENCE},
  {"two spinning threads a processor", SPIN},
  {"a thread a processor streams memory", STREAM},
  {"page cache churn", CHURN},
  {"all at once", SPIN | STREAM | CHURN},
};

enum { PRESSURES = sizeof pressures / sizeof pressures[0] };

struct load {
  _Atomic bool stop;
  pthread_t threads[LOADS_MAX];
  int count;
};

static void *spin(void *user)
{
  struct load *load = user;
  volatile unsigned turns = 0;
  while (!load->stop) {
    turns = turns + 1;
  }
  return NULL;
}

static void *stream(void *user)
{
  struct load *load = user;
  unsigned char *bytes = malloc(STREAM_SIZE);
  for (int turn = 0; bytes != NULL && !load->stop; turn++) {
    for (size_t i = 0; i < STREAM_SIZE && !load->stop; i += MEGABYTE) {
      memset(bytes + i, turn, MEGABYTE);
    }
  }
  free(bytes);
  return NULL;
}

/* Written, handed to the disk, thrown out of the cache and read again. */
static void *churn(void *user)
{
  struct load *load = user;
  char path[] = "/tmp/emend-bench-XXXXXX";
  const int file = mkstemp(path);
  char *chunk = calloc(1, MEGABYTE);
  if (file >= 0) {
    (void)unlink(path);
  }
  while (file >= 0 && chunk != NULL && !load->stop) {
    for (int i = 0; i < FILE_CHUNKS && !load->stop; i++) {
      load->stop = pwrite(file, chunk, MEGABYTE, (off_t)((size_t)i * MEGABYTE)) < 0 || load->stop;
    }
    (void)fdatasync(file);
    (void)posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
    for (int i = 0; i < FILE_CHUNKS && !load->stop; i++) {
      load->stop = pread(file, chunk, MEGABYTE, (off_t)((size_t)i * MEGABYTE)) < 0 || load->stop;
    }
  }
  free(chunk);
  if (file >= 0) {
    (void)close(file);
  }
  return NULL;
}

static void add_load(struct load *load, void *(*run)(void *), int count)
{
  for (int i = 0; i < count && load->count < LOADS_MAX; i++) {
    if (pthread_create(&load->threads[load->count], NULL, run, load) != 0) {
      return;
    }
    load->count++;
  }
}

static void start_load(struct load *load, int kinds)
{
  const int processors = (int)sysconf(_SC_NPROCESSORS_ONLN);
  *load = (struct load){.count = 0};
  add_load(load, spin, kinds & SPIN ? 2 * processors : 0);
  add_load(load, stream, kinds & STREAM ? processors : 0);
  add_load(load, churn, kinds & CHURN ? 2 : 0);
}

static void stop_load(struct load *load)
{
  load->stop = true;
  for (int i = 0; i < load->count; i++) {
    pthread_join(load->threads[i], NULL);
  }
}

static bool swallow(void *port, nanos time, const uint8_t *bytes, size_t size)
{
  (void)port;
  (void)time;
  (void)bytes;
  return size > 0;
}

static nanos clock_now(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (nanos)now.tv_sec * NANOS_PER_SECOND + now.tv_nsec;
}

/* One row: what the live thread is to do, and what it found. */
struct row {
  struct live *live;
  bool fifo, silence;
  int strokes;
  double *decisions, *answers; /* (strokes) microseconds: of the decision, and from when the stroke was due */
  bool granted;
};

static void sleep_until(nanos time)
{
  const struct timespec until = {(time_t)(time / NANOS_PER_SECOND), (long)(time % NANOS_PER_SECOND)};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) != 0) {
  }
}

/* In the engine's time, with rests: the kernel stops a real-time thread that takes none. */
static nanos be_silent(struct live *live, nanos ahead, nanos now)
{
  for (int i = 0; i < SILENT_TICKS; i++) {
    ahead += 20 * MS;
    live_advance(live, now + ahead);
    if (i % 100 == 99) {
      sleep_until(clock_now() + MS);
    }
  }
  return ahead;
}

/* A stroke every STROKE_EVERY ms, its end 1 ms later, time let pass each ms: as a driver's thread does. */
static void *play(void *user)
{
  struct row *row = user;
  const struct sched_param priority = {.sched_priority = row->fifo ? 60 : 0};
  struct rng rng;
  rng_seed(&rng, 9);
#ifdef __SSE__
  _mm_setcsr(_mm_getcsr() | 0x8040); /* as on the live thread */
#endif
  row->granted = pthread_setschedparam(pthread_self(), row->fifo ? SCHED_FIFO : SCHED_OTHER, &priority) == 0;
  nanos due = clock_now(), ahead = 0;
  live_begin(row->live, due);
  for (int i = 0; i < row->strokes; i++) {
    const uint8_t pitch = (uint8_t)(36 + rng_below(&rng, 60));
    const uint8_t on[] = {0x90, pitch, (uint8_t)(5 + rng_below(&rng, 110))}, off[] = {0x80, pitch, 0};
    for (int ms = 1; ms < STROKE_EVERY; ms++) {
      sleep_until(due += MS);
      live_advance(row->live, clock_now() + ahead);
      if (ms == 1) {
        live_receive(row->live, clock_now() + ahead, off, sizeof off);
      }
    }
    if (row->silence) {
      ahead = be_silent(row->live, ahead, clock_now());
      due = clock_now();
      live_advance(row->live, due + ahead);
    }
    sleep_until(due += MS);
    live_advance(row->live, clock_now() + ahead);
    const nanos begun = clock_now();
    live_receive(row->live, begun + ahead, on, sizeof on);
    const nanos done = clock_now();
    row->decisions[i] = 1e-3 * (double)(done - begun);
    row->answers[i] = 1e-3 * (double)(done - due);
  }
  return NULL;
}

static int by_size(const void *a, const void *b)
{
  const double x = *(const double *)a;
  const double y = *(const double *)b;
  return (x > y) - (x < y);
}

static void print_quantiles(double *times, int count)
{
  static const double shares[] = {0.5, 0.99, 0.999, 1};
  qsort(times, (size_t)count, sizeof *times, by_size);
  for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++) {
    printf(" %.1f |", times[(size_t)(shares[i] * (count - 1))]);
  }
}

static enum status measure(struct cleaner *cleaner, int which, bool fifo, double seconds, struct error *error)
{
  const bool silence = (pressures[which].kinds & SILENCE) != 0;
  const struct live_config config = {.mode = LIVE_CLEAN, .strength = 0.5F, .bpm = 120, .keep_warm = true};
  struct row row = {.fifo = fifo, .silence = silence, .strokes = (int)(seconds * 1000 / STROKE_EVERY) + 1};
  struct load load;
  pthread_t thread;
  row.strokes = silence ? row.strokes / 10 + 1 : row.strokes;
  row.decisions = calloc((size_t)row.strokes, sizeof(double));
  row.answers = calloc((size_t)row.strokes, sizeof(double));
  enum status status = live_new(&row.live, &config, cleaner, swallow, NULL, error);
  if (status == STATUS_OK && (row.decisions == NULL || row.answers == NULL)) {
    status = error_set(error, STATUS_NO_MEMORY, "out of memory for the benchmark");
  }
  if (status == STATUS_OK) {
    start_load(&load, pressures[which].kinds);
    const bool ran = pthread_create(&thread, NULL, play, &row) == 0 && pthread_join(thread, NULL) == 0;
    stop_load(&load);
    status = ran ? STATUS_OK : error_set(error, STATUS_IO, "no thread for the benchmark");
  }
  if (status == STATUS_OK && row.granted) {
    printf("| %s | %s |", pressures[which].name, fifo ? "FIFO" : "OTHER");
    print_quantiles(row.decisions, row.strokes);
    print_quantiles(row.answers, row.strokes);
    printf(" %d |\n", row.strokes);
    fflush(stdout);
  } else if (status == STATUS_OK) {
    printf("| %s | SCHED_FIFO is not permitted | | | | | | | | | |\n", pressures[which].name);
  }
  live_free(row.live);
  free(row.decisions);
  free(row.answers);
  return status;
}

static enum status measure_all(struct cleaner *cleaner, double seconds, struct error *error)
{
  enum status status = STATUS_OK;
  printf("Microseconds: of a decision, and from when its stroke was due until it was decided. Memory is%s "
         "locked.\n\n",
         mlockall(MCL_CURRENT) == 0 ? "" : " not");
  printf(
    "| pressure | scheduling | decision p50 | p99 | p99.9 | max | due to decided p50 | p99 | p99.9 | max | "
    "strokes |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
  for (int i = 0; i < PRESSURES && status == STATUS_OK; i++) {
    status = measure(cleaner, i, false, seconds, error);
    if (status == STATUS_OK) {
      status = measure(cleaner, i, true, seconds, error);
    }
  }
  (void)munlockall();
  return status;
}

enum status bench_pressure(int count, char *const *arguments, struct error *error)
{
  const char *folder = EMEND_BENCH_PRESETS "/pop";
  double seconds = 10;
  char path[4096];
  struct model *model = NULL;
  struct cleaner *cleaner = NULL;
  int used = 0;
  if (count >= 2 && strcmp(arguments[0], "--seconds") == 0) {
    seconds = strtod(arguments[1], NULL);
    used = 2;
  }
  if (count > used + 1 || !(seconds > 0 && seconds <= 3600)) {
    return error_set(error, STATUS_USAGE, "pressure [--seconds S] [PRESET-FOLDER]");
  }
  folder = count > used ? arguments[used] : folder;
  snprintf(path, sizeof path, "%s/vosp.safetensors", folder);
  enum status status = model_load(&model, path, error);
  if (status == STATUS_OK) {
    status = model_cleaner_new(model, &cleaner, error);
  }
  if (status == STATUS_OK) {
    status = measure_all(cleaner, seconds, error);
  }
  model_cleaner_free(cleaner);
  model_free(model);
  return status;
}
