/* SPDX-License-Identifier: MIT */
#include "capture_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { RING = 1 << 16 };

struct capture_rig rig;

int rig_set_up(void **state)
{
  (void)state;
  const struct live_config config = {
    .mode = LIVE_CLEAN, .strength = 0.5F, .bpm = 120, .capture_capacity = RING};
  struct error error;
  folder_make(&rig.folder);
  recording_clear(&rig.port);
  fake_predictor_init(&rig.fake);
  assert_int_equal(live_new(&rig.live, &config, &rig.fake.cleaner, recording_emit, &rig.port, &error),
                   STATUS_OK);
  live_begin(rig.live, 0);
  return 0;
}

int rig_tear_down(void **state)
{
  (void)state;
  capture_close(rig.capture);
  rig.capture = NULL;
  live_free(rig.live);
  take_list_free(&rig.takes);
  folder_remove(rig.folder.path);
  return 0;
}

void rig_open(uint64_t limit)
{
  const struct capture_options options = {.folder = folder_join(&rig.folder, "takes"),
                                          .make_private = true,
                                          .pause = 20,
                                          .limit = limit,
                                          .preset = "test"};
  struct error error;
  assert_int_equal(capture_open(&rig.capture, &options, rig.live, &error), STATUS_OK);
}

void rig_event(nanos time, bool sent, unsigned status, unsigned first, unsigned second)
{
  const struct ring_header header = {LIVE_RECORD_EVENT, sizeof(struct live_event_record)};
  const union live_record record = {
    .event = {
      .time = time, .sent = sent, .size = 3, .bytes = {(uint8_t)status, (uint8_t)first, (uint8_t)second}}};
  capture_record(rig.capture, &header, &record, time);
}

void rig_stroke(nanos time)
{
  rig_event(time, false, 0x90, 60, 80);
  rig_event(time, true, 0x90, 60, 80);
  rig_event(time + 100 * MS, false, 0x80, 60, 64);
  rig_event(time + 100 * MS, true, 0x80, 60, 64);
}

void rig_list(void)
{
  struct error error;
  take_list_free(&rig.takes);
  assert_int_equal(take_folder_list(&rig.takes, folder_join(&rig.folder, "takes"), &error), STATUS_OK);
}

void rig_finish(void)
{
  capture_close(rig.capture);
  rig.capture = NULL;
  rig_list();
}

const char *rig_path(size_t index)
{
  static char path[DATAFILE_PATH_MAX];
  assert_true(index < rig.takes.count);
  snprintf(path, sizeof path, "%s/%s", folder_join(&rig.folder, "takes"), rig.takes.list[index].name);
  return path;
}

struct journal_summary rig_summary(size_t index)
{
  struct journal_summary summary;
  struct error error;
  uint8_t *data;
  size_t size;
  assert_int_equal(take_load(rig_path(index), &data, &size, &error), STATUS_OK);
  assert_int_equal(journal_summarise(&summary, data, size, rig_path(index), &error), STATUS_OK);
  free(data);
  return summary;
}

struct note_list rig_notes(size_t index, enum journal_stream stream)
{
  struct note_list notes = {0};
  struct error error;
  uint8_t *data;
  size_t size;
  assert_int_equal(take_load(rig_path(index), &data, &size, &error), STATUS_OK);
  assert_int_equal(journal_notes(data, size, rig_path(index), stream, &notes, &error), STATUS_OK);
  free(data);
  return notes;
}
