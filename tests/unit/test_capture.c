/* Takes on disk: where they begin and end, what is in them, what happens when the disk refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "capture.h"
#include "fake_predictor.h"
#include "folder.h"
#include "recording_port.h"
#include "take_folder.h"

#define MS NANOS_PER_MILLISECOND
#define SECOND NANOS_PER_SECOND

enum { MEGABYTE = 1 << 20, RING = 1 << 16 };

static struct folder folder;
static struct live *live;
static struct capture *capture;
static struct fake_predictor fake;
static struct recording_port port;
static struct take_list takes;

static void open_capture(uint64_t limit)
{
  const struct capture_options options = {.folder = folder_join(&folder, "takes"),
                                          .make_private = true,
                                          .pause = 20,
                                          .limit = limit,
                                          .preset = "test"};
  struct error error;
  assert_int_equal(capture_open(&capture, &options, live, &error), STATUS_OK);
}

static int set_up(void **state)
{
  (void)state;
  const struct live_config config = {
    .mode = LIVE_CLEAN, .strength = 0.5F, .bpm = 120, .capture_capacity = RING};
  struct error error;
  folder_make(&folder);
  recording_clear(&port);
  fake_predictor_init(&fake);
  assert_int_equal(live_new(&live, &config, &fake.cleaner, recording_emit, &port, &error), STATUS_OK);
  live_begin(live, 0);
  return 0;
}

static int tear_down(void **state)
{
  (void)state;
  capture_close(capture);
  capture = NULL;
  live_free(live);
  take_list_free(&takes);
  folder_remove(folder.path);
  return 0;
}

static void event(nanos time, bool sent, unsigned status, unsigned first, unsigned second)
{
  const struct ring_header header = {LIVE_RECORD_EVENT, sizeof(struct live_event_record)};
  union live_record record = {.event = {.time = time, .sent = sent, .size = 3}};
  record.event.bytes[0] = (uint8_t)status;
  record.event.bytes[1] = (uint8_t)first;
  record.event.bytes[2] = (uint8_t)second;
  capture_record(capture, &header, &record, time);
}

/* A stroke of 100 ms, received and sent. */
static void stroke(nanos time)
{
  event(time, false, 0x90, 60, 80);
  event(time, true, 0x90, 60, 80);
  event(time + 100 * MS, false, 0x80, 60, 64);
  event(time + 100 * MS, true, 0x80, 60, 64);
}

static void list(void)
{
  struct error error;
  take_list_free(&takes);
  assert_int_equal(take_folder_list(&takes, folder_join(&folder, "takes"), &error), STATUS_OK);
}

static struct journal_summary summary_of(size_t index)
{
  char path[DATAFILE_PATH_MAX];
  struct journal_summary summary;
  struct error error;
  uint8_t *data;
  size_t size;
  assert_true(index < takes.count);
  snprintf(path, sizeof path, "%s/%s", folder_join(&folder, "takes"), takes.list[index].name);
  assert_int_equal(take_load(path, &data, &size, &error), STATUS_OK);
  assert_int_equal(journal_summarise(&summary, data, size, path, &error), STATUS_OK);
  free(data);
  return summary;
}

static void finish(void)
{
  capture_close(capture);
  capture = NULL;
  list();
}

static unsigned rights(const char *path)
{
  struct stat about;
  assert_int_equal(stat(path, &about), 0);
  return about.st_mode & 0777u;
}

static void test_takes_part_at_pauses(void **state)
{
  (void)state;
  open_capture(64 * MEGABYTE);
  stroke(5 * SECOND);
  stroke(20 * SECOND);
  stroke(45 * SECOND);
  finish();
  assert_int_equal(takes.count, 2);
  assert_int_equal(summary_of(0).notes_in, 2);
  assert_int_equal(summary_of(0).end, JOURNAL_PAUSE);
  assert_int_equal(summary_of(1).notes_in, 1);
  assert_true(summary_of(1).ended);
  assert_int_equal(summary_of(1).end, JOURNAL_QUIT);
}

static void test_silence_ends_a_take_by_itself(void **state)
{
  (void)state;
  open_capture(64 * MEGABYTE);
  stroke(5 * SECOND);
  capture_flush(capture, 24 * SECOND);
  list();
  assert_false(summary_of(0).ended);
  assert_int_equal(summary_of(0).received, 2); /* all that was flushed is there */
  capture_flush(capture, 26 * SECOND);
  assert_int_equal(summary_of(0).end, JOURNAL_PAUSE);
}

static void test_a_held_note_is_no_pause(void **state)
{
  (void)state;
  open_capture(64 * MEGABYTE);
  event(SECOND, false, 0x90, 60, 80);
  event(SECOND, true, 0x90, 60, 80);
  capture_flush(capture, 60 * SECOND);
  event(61 * SECOND, false, 0x80, 60, 64);
  event(61 * SECOND, true, 0x80, 60, 64);
  finish();
  assert_int_equal(takes.count, 1);
  assert_int_equal(summary_of(0).length, 60 * SECOND);
}

static void test_clocks_and_pedals_alone_are_no_take(void **state)
{
  (void)state;
  open_capture(64 * MEGABYTE);
  event(SECOND, false, 0xF8, 0, 0);
  event(2 * SECOND, false, 0xFE, 0, 0);
  list();
  assert_int_equal(takes.count, 0);
  event(3 * SECOND, false, 0xB0, 64, 5);
  finish();
  assert_int_equal(takes.count, 0);
}

static void test_takes_are_private(void **state)
{
  (void)state;
  static const mode_t masks[] = {0, 0777};
  for (size_t i = 0; i < 2; i++) {
    const mode_t before = umask(masks[i]);
    open_capture(64 * MEGABYTE);
    stroke(SECOND);
    finish();
    umask(before);
    assert_int_equal(rights(folder_join(&folder, "takes")), 0700);
    assert_int_equal(takes.count, i + 1); /* two in one second have two names */
    char path[DATAFILE_PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", folder_join(&folder, "takes"), takes.list[i].name);
    assert_int_equal(rights(path), 0600);
  }
}

static void test_a_full_take_goes_on_in_the_next(void **state)
{
  (void)state;
  open_capture(MEGABYTE); /* 256 KiB a file */
  enum { STROKES = 7000 };
  for (int i = 0; i < STROKES; i++) {
    stroke(SECOND + i * 200 * MS);
  }
  finish();
  assert_true(takes.count >= 2);
  uint64_t notes = 0;
  for (size_t i = 0; i < takes.count; i++) {
    const struct journal_summary summary = summary_of(i);
    assert_true(summary.ended && summary.lost_bytes == 0 && takes.list[i].size <= MEGABYTE / 4);
    assert_int_equal(summary.start.continues, i > 0);
    assert_int_equal(summary.end, i + 1 < takes.count ? JOURNAL_FULL : JOURNAL_QUIT);
    notes += summary.notes_in;
  }
  assert_int_equal(notes, STROKES);
}

static void test_the_oldest_make_room_but_good_ones_stay(void **state)
{
  (void)state;
  char line[CAPTURE_LINE];
  open_capture(MEGABYTE);
  stroke(SECOND);
  assert_true(capture_label(capture, CAPTURE_GOOD));
  capture_flush(capture, 2 * SECOND);
  assert_int_equal(capture_poll(capture, line), CAPTURE_RECORDING);
  assert_non_null(strstr(line, "marked good"));
  capture_flush(capture, 40 * SECOND);
  list();
  assert_true(summary_of(0).keep && summary_of(0).good == 1);
  char good[JOURNAL_NAME_MAX];
  snprintf(good, sizeof good, "%s", takes.list[0].name);

  for (int i = 0; i < 40000; i++) {
    stroke(100 * SECOND + i * 200 * MS);
  }
  finish();
  assert_true(takes.total <= MEGABYTE);
  assert_true(takes.count >= 3);
  assert_string_equal(takes.list[0].name, good);
}

static void test_good_reaches_the_take_that_just_ended(void **state)
{
  (void)state;
  open_capture(64 * MEGABYTE);
  stroke(SECOND);
  capture_flush(capture, 40 * SECOND);
  assert_true(capture_label(capture, CAPTURE_GOOD));
  capture_flush(capture, 41 * SECOND);
  finish();
  assert_true(summary_of(0).keep && summary_of(0).ended);
}

/* Through the engine: FAKE_VELOCITY decides. */
static void play(nanos time, unsigned velocity)
{
  const uint8_t on[] = {0x90, 60, (uint8_t)velocity};
  const uint8_t off[] = {0x80, 60, 64};
  live_receive(live, time, on, sizeof on);
  live_receive(live, time + 50 * MS, off, sizeof off);
  live_advance(live, time + 100 * MS);
  capture_drain(capture, NULL, live_capture(live), time + 100 * MS);
}

static struct note_list notes_of(size_t index, enum journal_stream stream)
{
  char path[DATAFILE_PATH_MAX];
  struct note_list notes = {0};
  struct error error;
  uint8_t *data;
  size_t size;
  snprintf(path, sizeof path, "%s/%s", folder_join(&folder, "takes"), takes.list[index].name);
  assert_int_equal(take_load(path, &data, &size, &error), STATUS_OK);
  assert_int_equal(journal_notes(data, size, path, stream, &notes, &error), STATUS_OK);
  free(data);
  return notes;
}

static void test_what_the_engine_does_is_in_the_take(void **state)
{
  (void)state;
  char line[CAPTURE_LINE];
  open_capture(64 * MEGABYTE);
  play(SECOND, 80);
  play(2 * SECOND, 5);
  play(3 * SECOND, 6);
  assert_true(live_set_mode(live, LIVE_BYPASS));
  play(4 * SECOND, 7);
  const uint8_t sysex[] = {0xF0, 1, 2, 3, 4, 0xF7};
  live_receive(live, 5 * SECOND, sysex, sizeof sysex);
  assert_true(capture_label(capture, CAPTURE_UNDO));
  assert_true(capture_port(capture, false));
  capture_drain(capture, NULL, live_capture(live), 5 * SECOND);
  capture_poll(capture, line);
  assert_non_null(strstr(line, "velocity 6"));
  finish();
  const struct journal_summary summary = summary_of(0);
  assert_int_equal(summary.notes_in, 4);
  assert_int_equal(summary.notes_out, 2);
  assert_int_equal(summary.removed_total, 2);
  assert_int_equal(summary.undone, 1);
  assert_int_equal(summary.disconnects, 1);
  struct note_list raw = notes_of(0, JOURNAL_RAW), clean = notes_of(0, JOURNAL_CLEAN);
  assert_int_equal(raw.count, 4);
  assert_int_equal(raw.notes[1].damage, DAMAGE_GHOST);
  assert_int_equal(raw.notes[2].damage, DAMAGE_NONE);
  assert_int_equal(clean.count, 3);
  assert_int_equal(clean.notes[1].velocity, 6);
  assert_int_equal(clean.notes[1].off - clean.notes[1].on, 50 * MS);
  note_list_free(&raw);
  note_list_free(&clean);
}

static void test_what_was_not_recorded_is_counted(void **state)
{
  (void)state;
  open_capture(64 * MEGABYTE);
  const uint8_t pedal[] = {0xB0, 64, 127};
  play(SECOND, 80);
  for (int i = 0; i < 5000; i++) {
    live_receive(live, 2 * SECOND, pedal, sizeof pedal);
  }
  play(3 * SECOND, 80);
  finish();
  assert_true(live_counters(live)->capture_lost > 0);
  assert_int_equal(summary_of(0).not_recorded, live_counters(live)->capture_lost);
}

/* The monotonic clock says how long it was away. */
static void test_a_clock_that_begins_anew_leaves_the_take_whole(void **state)
{
  (void)state;
  const struct ring_header header = {LIVE_RECORD_EVENT, sizeof(struct live_event_record)};
  union live_record record = {.event = {.time = SECOND, .size = 3, .bytes = {0x90, 60, 64}}};
  open_capture(64 * MEGABYTE);
  stroke(100 * SECOND);
  capture_record(capture, &header, &record, 105 * SECOND);
  finish();
  assert_int_equal(takes.count, 1);
  assert_int_equal(summary_of(0).notes_in, 2);
  assert_int_equal(summary_of(0).length, 5 * SECOND);
}

static void allow_files_of(rlim_t size)
{
  struct rlimit limit;
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
  limit.rlim_cur = size < limit.rlim_max ? size : limit.rlim_max;
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void test_a_full_disk_stops_capture_until_the_next_take(void **state)
{
  (void)state;
  char line[CAPTURE_LINE];
  signal(SIGXFSZ, SIG_IGN);
  open_capture(64 * MEGABYTE);
  allow_files_of(1000);
  for (int i = 0; i < 100; i++) {
    stroke(SECOND + i * 200 * MS);
    capture_flush(capture, SECOND + i * 200 * MS);
  }
  allow_files_of(RLIM_INFINITY);
  assert_int_equal(capture_poll(capture, line), CAPTURE_STOPPED);
  assert_non_null(strstr(line, "capture stopped until the next take: "));
  stroke(30 * SECOND);
  assert_int_equal(capture_poll(capture, line), CAPTURE_STOPPED);
  assert_string_equal(line, ""); /* said once */
  stroke(80 * SECOND);
  assert_int_equal(capture_poll(capture, line), CAPTURE_RECORDING);
  finish();
  assert_int_equal(takes.count, 2);
  assert_false(summary_of(0).ended);
  assert_int_equal(summary_of(0).lost_bytes, 0); /* no record was left torn */
  assert_true(summary_of(0).notes_in > 2);
  assert_int_equal(summary_of(1).notes_in, 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
    TEST(test_takes_part_at_pauses),
    TEST(test_silence_ends_a_take_by_itself),
    TEST(test_a_held_note_is_no_pause),
    TEST(test_clocks_and_pedals_alone_are_no_take),
    TEST(test_takes_are_private),
    TEST(test_a_full_take_goes_on_in_the_next),
    TEST(test_the_oldest_make_room_but_good_ones_stay),
    TEST(test_good_reaches_the_take_that_just_ended),
    TEST(test_what_the_engine_does_is_in_the_take),
    TEST(test_what_was_not_recorded_is_counted),
    TEST(test_a_clock_that_begins_anew_leaves_the_take_whole),
    TEST(test_a_full_disk_stops_capture_until_the_next_take),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
