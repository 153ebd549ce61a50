/* SPDX-License-Identifier: MIT */
/* The offline thread, with its threads and without, beside a live engine that plays: run it under the thread
 * sanitizer too. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <pthread.h>

#include "cmocka_all.h"
#include "folder.h"
#include "learn_rig.h"
#include "personal.h"
#include "recording_port.h"
#include "removals.h"
#include "rt_thread.h"
#include "stream_port.h"
#include "worker.h"

enum { TAKES = 6, CHORD = 5, SWAPS = 2, PATIENCE_SECONDS = 100 };

#define STEP (10 * NANOS_PER_MILLISECOND)

static struct folder folder;
static struct session session;
static struct worker *worker;
static struct recording_port port, heard; /* what came out, what went in */
static nanos now;
static int chord;
static _Atomic bool done;

/* A preset "tuned" of one small model, and takes of another player. */
static int make_files(void **state)
{
  (void)state;
  struct dataset takes;
  struct error error;
  folder_make(&folder);
  setenv("XDG_DATA_HOME", folder_join(&folder, "data"), 1);
  assert_int_equal(mkdir(folder_join(&folder, "data"), 0700), 0);
  assert_int_equal(mkdir(folder_join(&folder, "takes"), 0700), 0);
  struct model *base = learn_rig_base();
  assert_int_equal(model_save(base, folder_join(&folder, "tuned.safetensors"), &error), STATUS_OK);
  model_free(base);
  learn_rig_takes(&takes, TAKES, 1);
  learn_rig_save(&takes, folder_join(&folder, "takes"));
  dataset_free(&takes);
  return 0;
}

static int remove_files(void **state)
{
  (void)state;
  char path[160];
  static const char *const inner[] = {"data/emend/models/tuned", "data/emend/models", "data/emend", "data",
                                      "takes"};
  for (size_t i = 0; i < sizeof inner / sizeof *inner; i++) {
    snprintf(path, sizeof path, "%s/%s", folder.path, inner[i]);
    folder_remove(path);
  }
  folder_remove(folder.path);
  return 0;
}

static void start(enum live_mode mode, double minutes, double share)
{
  struct preset preset = {.name = "tuned", .strength = 0.5, .bpm = 120, .mode = (int)mode};
  struct error error = {STATUS_OK, ""};
  snprintf(preset.model_path, sizeof preset.model_path, "%s", folder_join(&folder, "tuned.safetensors"));
  const struct worker_options options = {.learn = true,
                                         .learn_share = share,
                                         .minutes = minutes,
                                         .takes = folder_join(&folder, "takes"),
                                         .model = preset.model_path};
  assert_int_equal(session_open(&session, &preset, false, 1 << 18, NULL, &error), STATUS_OK);
  assert_int_equal(worker_new(&worker, &options, &session, &error), STATUS_OK);
  stream_connect(&session.stream, recording_emit, &port);
  recording_clear(&port);
  recording_clear(&heard);
  now = 0;
  chord = 0;
  live_begin(session.live, 0);
}

static int finish(void **state)
{
  (void)state;
  worker_free(worker);
  session_close(&session);
  worker = NULL;
  return 0;
}

static void receive(unsigned status, int pitch, int velocity)
{
  const uint8_t bytes[3] = {(uint8_t)status, (uint8_t)pitch, (uint8_t)velocity};
  const struct port_stream stream = stream_port(&session.stream);
  assert_true(recording_emit(&heard, now, bytes, 3));
  stream.receive(stream.user, now, bytes, 3);
}

/* A step of playing: chords that overlap, every other step with a key that changes within. */
static void play_step(void)
{
  const struct port_stream stream = stream_port(&session.stream);
  const int root = 48 + chord / 4 % 12;
  for (int voice = 0; voice < CHORD; voice++) {
    if (chord % 4 == 0) {
      receive(0x90, root + 3 * voice, 40 + 7 * voice);
    } else if (chord % 4 == 3) {
      receive(0x80, root + 3 * voice, 0);
    }
  }
  chord++;
  now += STEP;
  stream.advance(stream.user, now);
}

/* Of every key: on, off, on, off, and at the end nothing sounds. */
static void check_balance(void)
{
  int sounding[128] = {0};
  for (uint32_t i = 0; i < port.count; i++) {
    const uint8_t *bytes = recording_bytes(&port, i);
    sounding[bytes[1]] += bytes[0] == 0x90 ? 1 : -1;
    assert_in_range(sounding[bytes[1]], 0, 1);
    assert_true(i == 0 || port.messages[i].time >= port.messages[i - 1].time);
  }
  for (int key = 0; key < 128; key++) {
    assert_int_equal(sounding[key], 0);
  }
  assert_int_equal(live_counters(session.live)->dropped, 0);
}

static void *play(void *unused)
{
  (void)unused;
  while (!atomic_load(&done) || chord % 4 != 0) {
    if (port.count + 2 * CHORD < RECORDING_MAX) {
      play_step();
    } else { /* no more room to remember: only let time pass, so that models are taken up */
      now += STEP;
      live_advance(session.live, now);
      chord = 0;
    }
    realtime_sleep(NANOS_PER_MILLISECOND);
  }
  return NULL;
}

/* Control until so many models were taken up. */
static int control(int swaps, struct watch *watch)
{
  const nanos limit = realtime_now() + PATIENCE_SECONDS * NANOS_PER_SECOND;
  int seen = 0;
  while (seen < swaps && realtime_now() < limit) {
    char line[WORKER_LINE];
    watch_drain(watch, worker_records(worker));
    worker_poll(worker, line);
    seen += strstr(line, "is in use now") != NULL;
    seen += strstr(line, "stays as it was") != NULL && seen > 0; /* nothing more to learn is fine too */
    realtime_sleep(NANOS_PER_MILLISECOND);
  }
  return seen;
}

static void models_are_swapped_within_chords_and_nothing_is_lost(void **state)
{
  (void)state;
  pthread_t player;
  struct error error = {STATUS_OK, ""};
  struct watch *watch = malloc(sizeof *watch);
  assert_non_null(watch);
  watch_init(watch);
  start(LIVE_MONITOR, 1e-4, 1);
  atomic_store(&done, false);
  assert_int_equal(pthread_create(&player, NULL, play, NULL), 0);
  assert_int_equal(worker_start(worker, &error), STATUS_OK);
  const int swaps = control(SWAPS, watch);
  atomic_store(&done, true);
  assert_int_equal(pthread_join(player, NULL), 0);
  worker_stop(worker);
  assert_int_equal(swaps, SWAPS);
  assert_true(personal_current("tuned") > 0);
  assert_true(watch->now > 0);
  /* In monitor mode all that comes goes, in order, at once. */
  assert_int_equal(port.count, heard.count);
  assert_memory_equal(port.bytes, heard.bytes, heard.used);
  assert_memory_equal(port.messages, heard.messages, heard.count * sizeof *heard.messages);
  assert_int_equal(live_counters(session.live)->capture_lost, 0);
  check_balance();
  free(watch);
}

/* The same jobs inline: the swap falls between a chord's note-ons and its note-offs. */
static void a_swap_in_a_chord_leaves_no_note_hanging(void **state)
{
  (void)state;
  char line[WORKER_LINE];
  start(LIVE_CLEAN, 1e-4, 1);
  for (int i = 0; i < 402; i++) {
    play_step();
    worker_drain(worker, now);
  }
  const struct model *before = session.model;
  worker_work(worker);
  bool used = false;
  for (int i = 0; i < 10 && !used; i++) {
    worker_poll(worker, line);
    now += STEP;
    live_advance(session.live, now); /* the keys are down */
    used = strstr(line, "is in use now") != NULL;
  }
  assert_true(used);
  assert_ptr_not_equal(session.model, before);
  assert_int_equal(personal_current("tuned"), 1);
  for (int i = 0; i < 402; i++) {
    play_step();
  }
  assert_true(live_counters(session.live)->notes_out > 0);
  check_balance();
}

static void without_new_music_nothing_is_learnt(void **state)
{
  (void)state;
  char line[WORKER_LINE];
  double share;
  start(LIVE_CLEAN, 5, 1);
  for (int i = 0; i < 400; i++) {
    play_step();
    worker_drain(worker, now);
  }
  worker_work(worker);
  worker_poll(worker, line);
  assert_string_equal(line, "");
  assert_int_equal(worker_state(worker, &share), WORKER_WAITING);
  assert_true(worker_pause(worker, true));
  worker_work(worker);
  assert_int_equal(worker_state(worker, &share), WORKER_PAUSED);
  assert_int_equal(personal_current("tuned"), 0);
}

static void a_stop_ends_learning(void **state)
{
  (void)state;
  struct error error;
  double share = 0;
  start(LIVE_CLEAN, 1e-4, 0.02);
  for (int i = 0; i < 400; i++) {
    play_step();
  }
  assert_int_equal(worker_start(worker, &error), STATUS_OK);
  const nanos limit = realtime_now() + PATIENCE_SECONDS * NANOS_PER_SECOND;
  while (worker_state(worker, &share) != WORKER_LEARNING && realtime_now() < limit) {
    realtime_sleep(NANOS_PER_MILLISECOND);
  }
  assert_int_equal(worker_state(worker, &share), WORKER_LEARNING);
  worker_stop(worker);
  assert_int_equal(worker_state(worker, &share), WORKER_WAITING);
  assert_int_equal(personal_current("tuned"), 0);
  assert_int_equal(access(folder_join(&folder, "data/emend"), F_OK), -1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_teardown(a_stop_ends_learning, finish),
    cmocka_unit_test_teardown(without_new_music_nothing_is_learnt, finish),
    cmocka_unit_test_teardown(a_swap_in_a_chord_leaves_no_note_hanging, finish),
    cmocka_unit_test_teardown(models_are_swapped_within_chords_and_nothing_is_lost, finish),
  };
  return cmocka_run_group_tests(tests, make_files, remove_files);
}
