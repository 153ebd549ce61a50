/* SPDX-License-Identifier: MIT */
/* Decision times of the live engine while the offline thread rests and while it trains, by turns in one run:
 *   emend_bench_worker [--seconds N] [--share S] [--takes DIR] [PRESET-FOLDER]
 * A thread under SCHED_FIFO (where permitted) plays strokes through a session as a port does, once a
 * millisecond; the worker learns from the takes (else from a demo take, again and again) at its low priority
 * and share. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "file.h"
#include "folder.h"
#include "rng.h"
#include "rt_thread.h"
#include "stream_port.h"
#include "worker.h"

enum { PHASES = 2, SAMPLES_MAX = 1 << 18, SEGMENTS_MAX = 1024, COPIES = 12, STROKES_A_SECOND = 100 };
enum phase { IDLE, TRAINING, SETTLING };

#define PERIOD NANOS_PER_MILLISECOND
#define SEGMENT (5 * NANOS_PER_SECOND)
#define SETTLE (300 * NANOS_PER_MILLISECOND)

struct player {
  struct session session;
  float *samples[PHASES];
  size_t counts[PHASES];
  _Atomic int phase;
  _Atomic bool stop;
  int fifo;                             /* 0, or why not */
  double spent[PHASES], lasted[PHASES]; /* seconds of processor time of the whole program, and by the clock */
};

static bool swallow(void *port, nanos time, const uint8_t *bytes, size_t size)
{
  (void)port;
  (void)time;
  (void)bytes;
  return size > 0;
}

static void keep(struct player *player, nanos spent)
{
  const int phase = atomic_load(&player->phase);
  if (phase != SETTLING && player->counts[phase] < SAMPLES_MAX) {
    player->samples[phase][player->counts[phase]++] = (float)spent / 1e3F;
  }
}

static void stroke(struct player *player, const struct port_stream *stream, nanos now, struct rng *rng,
                   uint8_t *held)
{
  const uint8_t off[3] = {0x80, *held, 0};
  *held = (uint8_t)(36 + rng_below(rng, 60));
  const uint8_t on[3] = {0x90, *held, (uint8_t)(30 + rng_below(rng, 80))};
  stream->receive(stream->user, now, off, sizeof off);
  const nanos begun = realtime_now();
  stream->receive(stream->user, now, on, sizeof on);
  keep(player, realtime_now() - begun);
}

static void *play(void *user)
{
  struct player *player = user;
  const struct port_stream stream = stream_port(&player->session.stream);
  struct rng rng;
  uint8_t held = 60;
  rng_seed(&rng, 7);
  player->fifo = realtime_raise();
  realtime_flush_denormals();
  stream.begin(stream.user, realtime_now());
  while (!atomic_load(&player->stop)) {
    const nanos now = realtime_now();
    stream.advance(stream.user, now);
    if (rng_uniform(&rng) < (double)STROKES_A_SECOND * (double)PERIOD / (double)NANOS_PER_SECOND) {
      stroke(player, &stream, now, &rng, &held);
    }
    realtime_sleep(PERIOD);
  }
  return NULL;
}

static double processor_seconds(void)
{
  struct timespec now;
  return clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now) == 0 ? (double)now.tv_sec + 1e-9 * (double)now.tv_nsec
                                                            : 0;
}

/* Turn by turn; the control thread's part of the worker goes on meanwhile. */
static int alternate(struct player *player, struct worker *worker, double seconds)
{
  const nanos end = realtime_now() + (nanos)(seconds * (double)NANOS_PER_SECOND);
  int swaps = 0;
  for (int segment = 0; realtime_now() < end && segment < SEGMENTS_MAX; segment++) {
    const enum phase phase = segment % 2 == 0 ? IDLE : TRAINING;
    const nanos begun = realtime_now();
    const double spent = processor_seconds();
    atomic_store(&player->phase, SETTLING);
    while (!worker_pause(worker, phase == IDLE)) {
      realtime_sleep(PERIOD);
    }
    while (realtime_now() - begun < SEGMENT && realtime_now() < end) {
      char line[WORKER_LINE];
      worker_poll(worker, line);
      swaps += strstr(line, "is in use now") != NULL;
      realtime_sleep(20 * PERIOD);
      if (realtime_now() - begun > SETTLE) {
        atomic_store(&player->phase, (int)phase);
      }
    }
    player->spent[phase] += processor_seconds() - spent;
    player->lasted[phase] += (double)(realtime_now() - begun) / (double)NANOS_PER_SECOND;
  }
  return swaps;
}

static int by_time(const void *a, const void *b)
{
  const float x = *(const float *)a, y = *(const float *)b;
  return (x > y) - (x < y);
}

static double quantile(const struct player *player, enum phase phase, double share)
{
  const size_t count = player->counts[phase];
  return count > 0 ? (double)player->samples[phase][(size_t)(share * (double)(count - 1))] : 0;
}

static void tell(struct player *player, double share, int swaps)
{
  static const char *const names[PHASES] = {"rests", "trains"};
  printf("Decision times in microseconds, %s; share %.2f of a core; %d models taken up meanwhile.\n\n",
         player->fifo == 0 ? "SCHED_FIFO" : "no SCHED_FIFO", share, swaps);
  printf("| the worker | p50 | p99 | p99.9 | max | strokes | program's share of a core |\n| --- | --- | --- | "
         "--- | --- | --- | --- |\n");
  for (int phase = 0; phase < PHASES; phase++) {
    qsort(player->samples[phase], player->counts[phase], sizeof *player->samples[phase], by_time);
    printf("| %s | %.1f | %.1f | %.1f | %.1f | %zu | %.2f |\n", names[phase],
           quantile(player, (enum phase)phase, 0.5), quantile(player, (enum phase)phase, 0.99),
           quantile(player, (enum phase)phase, 0.999), quantile(player, (enum phase)phase, 1),
           player->counts[phase],
           player->spent[phase] / (player->lasted[phase] > 0 ? player->lasted[phase] : 1));
  }
  const double idle = quantile(player, IDLE, 0.99);
  printf("\np99 training over resting: %.3f\n", idle > 0 ? quantile(player, TRAINING, 0.99) / idle : 0);
}

static enum status run(struct player *player, const struct worker_options *options, const struct preset *preset,
                       double seconds, struct error *error)
{
  struct worker *worker = NULL;
  pthread_t thread;
  enum status status = session_open(&player->session, preset, true, 1 << 20, NULL, error);
  if (status == STATUS_OK) {
    stream_connect(&player->session.stream, swallow, player);
    status = worker_new(&worker, options, &player->session, error);
  }
  if (status == STATUS_OK) {
    status = worker_start(worker, error);
  }
  if (status == STATUS_OK && pthread_create(&thread, NULL, play, player) != 0) {
    status = error_set(error, STATUS_IO, "no thread for the player");
  } else if (status == STATUS_OK) {
    const int swaps = alternate(player, worker, seconds);
    atomic_store(&player->stop, true);
    pthread_join(thread, NULL);
    tell(player, options->learn_share, swaps);
  }
  worker_free(worker);
  session_close(&player->session);
  return status;
}

/* The demo take, often enough to learn from. */
static enum status copy_takes(const char *folder, struct error *error)
{
  uint8_t *data = NULL;
  size_t size = 0;
  enum status status = file_read(EMEND_BENCH_TAKE, 1 << 20, &data, &size, error);
  for (int i = 0; i < COPIES && status == STATUS_OK; i++) {
    char path[256];
    snprintf(path, sizeof path, "%s/%02d.mid", folder, i);
    status = file_write(path, data, size, error);
  }
  free(data);
  return status;
}

int main(int argc, char **argv)
{
  static struct player player;
  double seconds = 120;
  struct preset preset;
  struct error error = {STATUS_OK, ""};
  const char *folder = EMEND_BENCH_PRESETS "/pop";
  char own[] = "/tmp/emend-bench-XXXXXX";
  struct worker_options options = {.learn = true, .learn_share = 0.5, .gives_way = true};

  for (int i = 1; i < argc; i++) {
    if (strcmp(argv[i], "--seconds") == 0 && i + 1 < argc) {
      seconds = strtod(argv[++i], NULL);
    } else if (strcmp(argv[i], "--share") == 0 && i + 1 < argc) {
      options.learn_share = strtod(argv[++i], NULL);
    } else if (strcmp(argv[i], "--takes") == 0 && i + 1 < argc) {
      options.takes = argv[++i];
    } else {
      folder = argv[i];
    }
  }
  for (int phase = 0; phase < PHASES; phase++) {
    player.samples[phase] = malloc(SAMPLES_MAX * sizeof *player.samples[phase]);
  }
  if (player.samples[0] == NULL || player.samples[1] == NULL || mkdtemp(own) == NULL) {
    fprintf(stderr, "emend_bench_worker: out of memory, or no temporary folder\n");
    return EXIT_FAILURE;
  }
  setenv("XDG_DATA_HOME", own, 1); /* nobody's own models */
  enum status status = options.takes == NULL ? copy_takes(own, &error) : STATUS_OK;
  options.takes = options.takes == NULL ? own : options.takes;
  if (status == STATUS_OK) {
    status = preset_load(&preset, folder, &error);
  }
  options.model = preset.model_path;
  if (status == STATUS_OK) {
    status = run(&player, &options, &preset, seconds, &error);
  }
  folder_remove(own);
  if (status != STATUS_OK) {
    fprintf(stderr, "emend_bench_worker: %s\n", error.text);
  }
  free(player.samples[0]);
  free(player.samples[1]);
  return status == STATUS_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
