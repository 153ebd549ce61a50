/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "live_threads.h"

#include "cleaner.h"
#include "cmocka_all.h"
#include "port_file.h"
#include "rt_thread.h"

enum { A_SECOND = 1000, CAPTURE_BYTES = 1 << 20, HEAD = 22, TURN_MS = 50, TURNS_MAX = 72000 };

static void put_number(uint8_t *at, size_t value)
{
  for (int i = 0; i < 4; i++) {
    at[i] = (uint8_t)(value >> (24 - 8 * i));
  }
}

/* A Standard MIDI File with a message each tick of 1 ms; one stroke in seven is a ghost. */
static void make_take(const char *path, int seconds)
{
  static const uint8_t head[HEAD] = {'M', 'T', 'h', 'd', 0, 0, 0, 6, 0, 0, 0, 1, 1, 0xF4, 'M', 'T', 'r', 'k'};
  static const uint8_t end[] = {1, 0xFF, 0x2F, 0};
  const size_t count = (size_t)seconds * A_SECOND;
  const size_t size = HEAD + 4 * count + sizeof end;
  uint8_t *bytes = malloc(size);
  FILE *file = fopen(path, "wb");
  assert_true(bytes != NULL && file != NULL);
  memcpy(bytes, head, HEAD);
  put_number(bytes + HEAD - 4, size - HEAD);
  for (size_t i = 0; i < count; i++) {
    uint8_t *at = bytes + HEAD + 4 * i;
    at[0] = 1;
    at[1] = i % 2 ? 0x80 : 0x90;
    at[2] = (uint8_t)(30 + i / 2 % 70);
    at[3] = i / 2 % 7 ? 80 : 6;
  }
  memcpy(bytes + size - sizeof end, end, sizeof end);
  assert_int_equal(fwrite(bytes, 1, size, file), size);
  assert_int_equal(fclose(file), 0);
  free(bytes);
}

void live_threads_start(struct live_threads *threads, int seconds, const struct port_stream *stream)
{
  struct preset preset;
  struct error error = {STATUS_OK, ""};
  folder_make(&threads->folder);
  const char *take = folder_join(&threads->folder, "take.mid");
  make_take(take, seconds);
  if (preset_load(&preset, EMEND_TEST_PRESETS "/pop", &error) != STATUS_OK ||
      session_open(&threads->session, &preset, true, CAPTURE_BYTES, NULL, &error) != STATUS_OK) {
    fail_msg("%s", error.text);
  }
  const struct port_options options = {.client_name = "emend", .in = take};
  const struct capture_options capturing = {
    .folder = threads->folder.path, .pause = 30, .limit = 64 << 20, .preset = preset.name};
  if (port_driver_file.open(&threads->port, &options, stream, &error) != STATUS_OK ||
      capture_open(&threads->capture, &capturing, threads->session.live, &error) != STATUS_OK) {
    fail_msg("%s", error.text);
  }
  stream_connect(&threads->session.stream, port_driver_file.send, threads->port);
  const struct worker_options working = {
    .capture = threads->capture, .learn_share = 1, .model = preset.model_path};
  assert_int_equal(worker_new(&threads->worker, &working, &threads->session, &error), STATUS_OK);
  assert_int_equal(worker_start(threads->worker, &error), STATUS_OK);
}

static bool is_over(struct live_threads *threads)
{
  char line[256];
  return port_driver_file.poll(threads->port, line, sizeof line) == PORT_LOST;
}

/* One model in, the other one out. */
static void swap(struct live_threads *threads, struct cleaner **spare)
{
  struct cleaner *back = live_retired(threads->session.live);
  if (back != NULL) {
    *spare = back;
  } else if (*spare != NULL && live_swap(threads->session.live, *spare)) {
    *spare = NULL;
  }
}

void live_threads_control(struct live_threads *threads)
{
  struct session *session = &threads->session;
  struct live *live = session->live;
  struct cleaner *other = NULL, *spare;
  struct error error = {STATUS_OK, ""};
  char line[WORKER_LINE];
  assert_int_equal(model_cleaner_new(session->model, &other, &error), STATUS_OK);
  spare = other;
  for (int turn = 0; !is_over(threads); turn++) {
    assert_true(turn < TURNS_MAX);
    if (turn % 10 == 0) {
      swap(threads, &spare);
      (void)live_set_mode(live, (enum live_mode)(turn / 10 % 3));
      (void)live_set_strength(live, (float)(turn % 100) / 100);
      (void)live_set_look_ahead(live, turn % 40 == 0 ? 20 * NANOS_PER_MILLISECOND : 0);
    }
    if (turn % 50 == 25) {
      (void)live_panic(live);
    }
    worker_poll(threads->worker, line);
    (void)capture_poll(threads->capture, line);
    realtime_sleep(TURN_MS * NANOS_PER_MILLISECOND);
  }
  port_driver_file.close(threads->port);
  threads->port = NULL;
  model_cleaner_free(other); /* the live thread has ended */
}

void live_threads_stop(struct live_threads *threads)
{
  worker_stop(threads->worker);
  worker_free(threads->worker);
  capture_close(threads->capture);
  session_close(&threads->session);
  folder_remove(threads->folder.path);
}
