/* SPDX-License-Identifier: MIT */
/* Takes on disk: where they begin and end, what happens when the disk refuses. */
#include <stdlib.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture_rig.h"
#include "cmocka_all.h"

static unsigned rights(const char *path)
{
  struct stat about;
  assert_int_equal(stat(path, &about), 0);
  return about.st_mode & 0777u;
}

static void test_takes_part_at_pauses(void **state)
{
  (void)state;
  capture_rig_open(64 * MEGABYTE);
  capture_rig_stroke(5 * SECOND);
  capture_rig_stroke(20 * SECOND);
  capture_rig_stroke(45 * SECOND);
  capture_rig_finish();
  assert_int_equal(capture_rig.takes.count, 2);
  assert_int_equal(capture_rig_summary(0).notes_in, 2);
  assert_int_equal(capture_rig_summary(0).end, JOURNAL_PAUSE);
  assert_int_equal(capture_rig_summary(1).notes_in, 1);
  assert_true(capture_rig_summary(1).ended);
  assert_int_equal(capture_rig_summary(1).end, JOURNAL_QUIT);
}

static void test_silence_ends_a_take_by_itself(void **state)
{
  (void)state;
  capture_rig_open(64 * MEGABYTE);
  capture_rig_stroke(5 * SECOND);
  capture_flush(capture_rig.capture, 24 * SECOND);
  capture_rig_list();
  assert_false(capture_rig_summary(0).ended);
  assert_int_equal(capture_rig_summary(0).received, 2); /* all that was flushed is there */
  capture_flush(capture_rig.capture, 26 * SECOND);
  assert_int_equal(capture_rig_summary(0).end, JOURNAL_PAUSE);
}

static void test_a_held_note_is_no_pause(void **state)
{
  (void)state;
  capture_rig_open(64 * MEGABYTE);
  capture_rig_event(SECOND, false, 0x90, 60, 80);
  capture_rig_event(SECOND, true, 0x90, 60, 80);
  capture_flush(capture_rig.capture, 60 * SECOND);
  capture_rig_event(61 * SECOND, false, 0x80, 60, 64);
  capture_rig_event(61 * SECOND, true, 0x80, 60, 64);
  capture_rig_finish();
  assert_int_equal(capture_rig.takes.count, 1);
  assert_int_equal(capture_rig_summary(0).length, 60 * SECOND);
}

static void test_a_key_struck_twice_is_up_at_its_note_off(void **state)
{
  (void)state;
  capture_rig_open(64 * MEGABYTE);
  for (int stroke = 0; stroke < 2; stroke++) {
    capture_rig_event((1 + stroke) * SECOND, false, 0x90, 60, 80);
    capture_rig_event((1 + stroke) * SECOND, true, 0x90, 60, 80);
  }
  capture_rig_event(3 * SECOND, false, 0x80, 60, 64);
  capture_rig_event(3 * SECOND, true, 0x80, 60, 64);
  capture_flush(capture_rig.capture, 24 * SECOND);
  capture_rig_list();
  assert_int_equal(capture_rig_summary(0).end, JOURNAL_PAUSE);
}

static void test_a_folder_that_was_removed_is_made_again(void **state)
{
  (void)state;
  char line[CAPTURE_LINE];
  capture_rig_open(64 * MEGABYTE);
  capture_rig_stroke(SECOND);
  capture_flush(capture_rig.capture, 2 * SECOND);
  capture_rig_list();
  assert_int_equal(unlink(capture_rig_path(0)), 0);
  assert_int_equal(unlink(folder_join(&capture_rig.folder, "takes/.number")), 0);
  assert_int_equal(rmdir(folder_join(&capture_rig.folder, "takes")), 0);
  capture_rig_stroke(3 * SECOND);
  capture_flush(capture_rig.capture, 4 * SECOND);
  assert_int_equal(capture_poll(capture_rig.capture, line), CAPTURE_STOPPED);
  assert_non_null(strstr(line, "removed"));
  capture_rig_stroke(60 * SECOND);
  capture_rig_finish();
  assert_int_equal(capture_rig.takes.count, 1);
  assert_int_equal(capture_rig_summary(0).notes_in, 1);
}

static void test_clocks_and_pedals_alone_are_no_take(void **state)
{
  (void)state;
  capture_rig_open(64 * MEGABYTE);
  capture_rig_event(SECOND, false, 0xF8, 0, 0);
  capture_rig_event(2 * SECOND, false, 0xFE, 0, 0);
  capture_rig_list();
  assert_int_equal(capture_rig.takes.count, 0);
  capture_rig_event(3 * SECOND, false, 0xB0, 64, 5);
  capture_rig_finish();
  assert_int_equal(capture_rig.takes.count, 0);
}

static void test_takes_are_private(void **state)
{
  (void)state;
  static const mode_t masks[] = {0, 0777};
  for (size_t i = 0; i < 2; i++) {
    const mode_t before = umask(masks[i]);
    capture_rig_open(64 * MEGABYTE);
    capture_rig_stroke(SECOND);
    capture_rig_finish();
    umask(before);
    assert_int_equal(rights(folder_join(&capture_rig.folder, "takes")), 0700);
    assert_int_equal(capture_rig.takes.count, i + 1); /* two in one second have two names */
    assert_int_equal(rights(capture_rig_path(i)), 0600);
  }
}

static void test_a_full_take_goes_on_in_the_next(void **state)
{
  (void)state;
  capture_rig_open(MEGABYTE); /* 256 KiB a file */
  enum { STROKES = 7000 };
  for (int i = 0; i < STROKES; i++) {
    capture_rig_stroke(SECOND + i * 200 * MS);
  }
  capture_rig_finish();
  assert_true(capture_rig.takes.count >= 2);
  uint64_t notes = 0;
  for (size_t i = 0; i < capture_rig.takes.count; i++) {
    const struct journal_summary summary = capture_rig_summary(i);
    assert_true(summary.ended && summary.lost_bytes == 0 && capture_rig.takes.list[i].size <= MEGABYTE / 4);
    assert_int_equal(summary.start.continues, i > 0);
    assert_int_equal(summary.end, i + 1 < capture_rig.takes.count ? JOURNAL_FULL : JOURNAL_QUIT);
    notes += summary.notes_in;
  }
  assert_int_equal(notes, STROKES);
}

static void test_the_oldest_make_room_but_good_ones_stay(void **state)
{
  (void)state;
  char line[CAPTURE_LINE];
  capture_rig_open(MEGABYTE);
  capture_rig_stroke(SECOND);
  assert_true(capture_label(capture_rig.capture, CAPTURE_GOOD));
  capture_flush(capture_rig.capture, 2 * SECOND);
  assert_int_equal(capture_poll(capture_rig.capture, line), CAPTURE_RECORDING);
  assert_non_null(strstr(line, "marked good"));
  capture_flush(capture_rig.capture, 40 * SECOND);
  capture_rig_list();
  assert_true(capture_rig_summary(0).keep && capture_rig_summary(0).good == 1);
  char good[JOURNAL_NAME_MAX];
  snprintf(good, sizeof good, "%s", capture_rig.takes.list[0].name);

  for (int session = 0; session < 20; session++) {
    for (int i = 0; i < 2000; i++) {
      capture_rig_stroke((100 + session * 5 * 3600) * SECOND + i * 200 * MS);
    }
  }
  capture_rig_finish();
  assert_true(capture_rig.takes.total <= MEGABYTE);
  assert_true(capture_rig.takes.count >= 3);
  assert_string_equal(capture_rig.takes.list[0].name, good);
}

/* What is played now, and was the time before, is not deleted for what comes: it is told that there is no room.
 */
static void test_two_sessions_stay(void **state)
{
  (void)state;
  char line[CAPTURE_LINE];
  bool told = false;
  capture_rig_open(MEGABYTE);
  for (int session = 0; session < 2; session++) {
    for (int i = 0; i < 20000; i++) {
      capture_rig_stroke((1 + session * 6 * 3600) * SECOND + i * 200 * MS);
      if (i % 1000 == 0) {
        (void)capture_poll(capture_rig.capture, line);
        told = told || strstr(line, "of this session and the last one") != NULL;
      }
    }
  }
  capture_rig_finish();
  assert_true(told);
  assert_true(capture_rig.takes.total > MEGABYTE);
  assert_int_equal(capture_rig.takes.list[0].number, 1);
}

static void test_good_reaches_the_take_that_just_ended(void **state)
{
  (void)state;
  capture_rig_open(64 * MEGABYTE);
  capture_rig_stroke(SECOND);
  capture_flush(capture_rig.capture, 40 * SECOND);
  assert_true(capture_label(capture_rig.capture, CAPTURE_GOOD));
  capture_flush(capture_rig.capture, 41 * SECOND);
  capture_rig_finish();
  assert_true(capture_rig_summary(0).keep && capture_rig_summary(0).ended);
}

/* The monotonic clock says how long it was away. */
static void test_a_clock_that_begins_anew_leaves_the_take_whole(void **state)
{
  (void)state;
  const struct ring_header header = {LIVE_RECORD_EVENT, sizeof(struct live_event_record)};
  union live_record record = {.event = {.time = SECOND, .size = 3, .bytes = {0x90, 60, 64}}};
  capture_rig_open(64 * MEGABYTE);
  capture_rig_stroke(100 * SECOND);
  capture_record(capture_rig.capture, &header, &record, 105 * SECOND);
  capture_rig_finish();
  assert_int_equal(capture_rig.takes.count, 1);
  assert_int_equal(capture_rig_summary(0).notes_in, 2);
  assert_int_equal(capture_rig_summary(0).length, 5 * SECOND);
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
  capture_rig_open(64 * MEGABYTE);
  allow_files_of(1000);
  for (int i = 0; i < 100; i++) {
    capture_rig_stroke(SECOND + i * 200 * MS);
    capture_flush(capture_rig.capture, SECOND + i * 200 * MS);
  }
  allow_files_of(RLIM_INFINITY);
  assert_int_equal(capture_poll(capture_rig.capture, line), CAPTURE_STOPPED);
  assert_non_null(strstr(line, "capture stopped until the next take: "));
  capture_rig_stroke(30 * SECOND);
  assert_int_equal(capture_poll(capture_rig.capture, line), CAPTURE_STOPPED);
  assert_string_equal(line, ""); /* said once */
  capture_rig_stroke(80 * SECOND);
  assert_int_equal(capture_poll(capture_rig.capture, line), CAPTURE_RECORDING);
  capture_rig_finish();
  assert_int_equal(capture_rig.takes.count, 2);
  assert_false(capture_rig_summary(0).ended);
  assert_int_equal(capture_rig_summary(0).lost_bytes, 0); /* no record was left torn */
  assert_true(capture_rig_summary(0).notes_in > 2);
  assert_int_equal(capture_rig_summary(1).notes_in, 1);
}

static void test_a_folder_that_is_none_is_refused(void **state)
{
  (void)state;
  struct error error;
  folder_put(folder_join(&capture_rig.folder, "file"), "x", 1);
  const struct capture_options options = {
    .folder = folder_join(&capture_rig.folder, "file"), .pause = 20, .limit = MEGABYTE, .preset = "test"};
  assert_int_equal(capture_open(&capture_rig.capture, &options, capture_rig.live, &error), STATUS_IO);
  assert_null(capture_rig.capture);
  assert_non_null(strstr(error.text, "no folder"));
}

static void test_an_endless_take_is_parted(void **state)
{
  (void)state;
  capture_rig_open(64 * MEGABYTE);
  for (nanos time = SECOND; time < CAPTURE_TAKE_LONGEST + 600 * SECOND; time += 10 * SECOND) {
    capture_rig_stroke(time);
  }
  capture_rig_finish();
  assert_int_equal(capture_rig.takes.count, 2);
  assert_int_equal(capture_rig_summary(0).end, JOURNAL_FULL);
  assert_in_range(capture_rig_summary(0).length, CAPTURE_TAKE_LONGEST - 10 * SECOND,
                  CAPTURE_TAKE_LONGEST + 10 * SECOND);
  assert_true(capture_rig_summary(1).start.continues);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    CAPTURE_TEST(test_takes_part_at_pauses),
    CAPTURE_TEST(test_silence_ends_a_take_by_itself),
    CAPTURE_TEST(test_a_held_note_is_no_pause),
    CAPTURE_TEST(test_a_key_struck_twice_is_up_at_its_note_off),
    CAPTURE_TEST(test_a_folder_that_was_removed_is_made_again),
    CAPTURE_TEST(test_clocks_and_pedals_alone_are_no_take),
    CAPTURE_TEST(test_takes_are_private),
    CAPTURE_TEST(test_a_full_take_goes_on_in_the_next),
    CAPTURE_TEST(test_the_oldest_make_room_but_good_ones_stay),
    CAPTURE_TEST(test_two_sessions_stay),
    CAPTURE_TEST(test_good_reaches_the_take_that_just_ended),
    CAPTURE_TEST(test_a_clock_that_begins_anew_leaves_the_take_whole),
    CAPTURE_TEST(test_a_full_disk_stops_capture_until_the_next_take),
    CAPTURE_TEST(test_a_folder_that_is_none_is_refused),
    CAPTURE_TEST(test_an_endless_take_is_parted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
