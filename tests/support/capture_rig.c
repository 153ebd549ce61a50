/* SPDX-License-Identifier: MIT */
#include "capture_rig.h"

#include <stdio.h>
#include <stdlib.h>

#include "cmocka_all.h"

enum { RING = 1 << 16 };

struct capture_rig capture_rig;

int rig_set_up(void **state)
{
  (void)state;
  const struct live_config config = {
    .mode = LIVE_CLEAN, .strength = 0.5F, .bpm = 120, .capture_capacity = RING};
  struct error error;
  folder_make(&capture_rig.folder);
  recording_clear(&capture_rig.port);
  fake_predictor_init(&capture_rig.fake);
  assert_int_equal(
    live_new(&capture_rig.live, &config, &capture_rig.fake.cleaner, recording_emit, &capture_rig.port, &error),
    STATUS_OK);
  live_begin(capture_rig.live, 0);
  return 0;
}

int rig_tear_down(void **state)
{
  (void)state;
  capture_close(capture_rig.capture);
  capture_rig.capture = NULL;
  live_free(capture_rig.live);
  take_list_free(&capture_rig.takes);
  folder_remove(capture_rig.folder.path);
  return 0;
}

void capture_rig_open(uint64_t limit)
{
  const struct capture_options options = {.folder = folder_join(&capture_rig.folder, "takes"),
                                          .make_private = true,
                                          .pause = 20,
                                          .limit = limit,
                                          .preset = "test"};
  struct error error;
  assert_int_equal(capture_open(&capture_rig.capture, &options, capture_rig.live, &error), STATUS_OK);
}

void capture_rig_event(nanos time, bool sent, unsigned status, unsigned first, unsigned second)
{
  const struct ring_header header = {LIVE_RECORD_EVENT, sizeof(struct live_event_record)};
  const union live_record record = {
    .event = {
      .time = time, .sent = sent, .size = 3, .bytes = {(uint8_t)status, (uint8_t)first, (uint8_t)second}}};
  capture_record(capture_rig.capture, &header, &record, time);
}

void capture_rig_stroke(nanos time)
{
  capture_rig_event(time, false, 0x90, 60, 80);
  capture_rig_event(time, true, 0x90, 60, 80);
  capture_rig_event(time + 100 * MS, false, 0x80, 60, 64);
  capture_rig_event(time + 100 * MS, true, 0x80, 60, 64);
}

void capture_rig_list(void)
{
  struct error error;
  take_list_free(&capture_rig.takes);
  assert_int_equal(take_folder_list(&capture_rig.takes, folder_join(&capture_rig.folder, "takes"), &error),
                   STATUS_OK);
}

void capture_rig_finish(void)
{
  capture_close(capture_rig.capture);
  capture_rig.capture = NULL;
  capture_rig_list();
}

const char *capture_rig_path(size_t index)
{
  static char path[DATAFILE_PATH_MAX];
  assert_true(index < capture_rig.takes.count);
  snprintf(path, sizeof path, "%s/%s", folder_join(&capture_rig.folder, "takes"),
           capture_rig.takes.list[index].name);
  return path;
}

struct journal_summary capture_rig_summary(size_t index)
{
  struct journal_summary summary;
  struct error error;
  uint8_t *data;
  size_t size;
  assert_int_equal(take_load(capture_rig_path(index), &data, &size, &error), STATUS_OK);
  assert_int_equal(journal_summarise(&summary, data, size, capture_rig_path(index), &error), STATUS_OK);
  free(data);
  return summary;
}

struct note_list capture_rig_notes(size_t index, enum journal_stream stream)
{
  struct note_list notes = {0};
  struct error error;
  uint8_t *data;
  size_t size;
  assert_int_equal(take_load(capture_rig_path(index), &data, &size, &error), STATUS_OK);
  assert_int_equal(journal_notes(data, size, capture_rig_path(index), stream, &notes, &error), STATUS_OK);
  free(data);
  return notes;
}
