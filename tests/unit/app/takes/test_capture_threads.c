/* SPDX-License-Identifier: MIT */
/* Capture between two threads: one drains, the other labels and looks on. For the thread sanitizer. */
#include <stdlib.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "capture.h"
#include "cmocka_all.h"
#include "folder.h"
#include "recording_port.h"
#include "take_folder.h"

enum { STROKES = 2000, TURNS = 200, PORTS = 100000 }; /* of PORTS more the take would be full */

static struct folder folder;
static struct live *live;
static struct capture *capture;
static struct recording_port port;
static _Atomic bool over;

static void record(nanos time, bool sent, uint8_t status)
{
  const struct ring_header header = {LIVE_RECORD_EVENT, sizeof(struct live_event_record)};
  const union live_record event = {.event = {.time = time, .sent = sent, .size = 3, .bytes = {status, 60, 64}}};
  capture_record(capture, &header, &event, time);
}

static void *drain(void *unused)
{
  (void)unused;
  for (int i = 0; i < STROKES; i++) {
    const nanos time = (i + 1) * NANOS_PER_SECOND / 10;
    record(time, false, 0x90);
    record(time, true, 0x90);
    record(time, false, 0x80);
    record(time, true, 0x80);
    capture_flush(capture, time);
  }
  atomic_store(&over, true);
  return NULL;
}

static void test_labels_come_from_another_thread(void **state)
{
  (void)state;
  const struct live_config config = {.mode = LIVE_CLEAN, .strength = 0.5F, .bpm = 120};
  struct error error;
  pthread_t thread;
  char line[CAPTURE_LINE];
  folder_make(&folder);
  const struct capture_options options = {
    .folder = folder_join(&folder, "takes"), .pause = 20, .limit = 1 << 30, .preset = "test"};
  assert_int_equal(live_new(&live, &config, NULL, recording_emit, &port, &error), STATUS_OK);
  assert_int_equal(capture_open(&capture, &options, live, &error), STATUS_OK);
  uint64_t good = capture_label(capture, CAPTURE_GOOD); /* it waits for the take */
  assert_int_equal(pthread_create(&thread, NULL, drain, NULL), 0);
  for (int i = 0; !atomic_load(&over); i++) {
    good += i < TURNS && capture_label(capture, CAPTURE_GOOD);
    (void)capture_label(capture, CAPTURE_UNDO);
    (void)(i < PORTS && capture_port(capture, i % 2 == 0));
    (void)live_set_strength(live, (float)(i % 100) / 100);
    (void)capture_poll(capture, line);
  }
  pthread_join(thread, NULL);
  capture_close(capture);

  struct take_list takes;
  struct journal_summary summary;
  char path[DATAFILE_PATH_MAX];
  uint8_t *data;
  size_t size;
  assert_int_equal(take_folder_list(&takes, options.folder, &error), STATUS_OK);
  assert_int_equal(takes.count, 1);
  assert_int_equal(take_folder_find(&takes, options.folder, "last", path, &error), STATUS_OK);
  assert_int_equal(take_load(path, &data, &size, &error), STATUS_OK);
  assert_int_equal(journal_summarise(&summary, data, size, path, &error), STATUS_OK);
  assert_int_equal(summary.notes_in, STROKES);
  assert_true(summary.ended && summary.lost_bytes == 0);
  assert_in_range(summary.good, 1, good);
  free(data);
  take_list_free(&takes);
  live_free(live);
  folder_remove(folder.path);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_labels_come_from_another_thread)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
