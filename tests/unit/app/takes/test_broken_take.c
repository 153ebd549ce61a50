/* SPDX-License-Identifier: MIT */
/* What a program that died left on is found in the takes, whatever they are called. */
#include <stdlib.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "broken_take.h"
#include "cmocka_all.h"
#include "folder.h"
#include "journal.h"
#include "take_file.h"

enum { ENDED = 1, CONTINUES = 2 };

/* A take of one note-on, changed at `second`; returns its path. */
static const char *make_take(const char *name, time_t second, uint8_t pitch, int how)
{
  uint8_t bytes[JOURNAL_HEAD_SIZE + 3 * JOURNAL_RECORD_MAX];
  const char *path = folder_join(&test_folder, name);
  const struct journal_record records[] = {
    {.type = JOURNAL_START, .start = {.wall = NANOS_PER_SECOND, .continues = (how & CONTINUES) != 0}},
    {.type = JOURNAL_SENT, .message = {.size = 3, .bytes = {MIDI_NOTE_ON, pitch, 80}}},
    {.type = JOURNAL_END, .end = JOURNAL_FULL},
  };
  journal_put_head(bytes, 0);
  size_t size = JOURNAL_HEAD_SIZE;
  for (int i = 0; i < ((how & ENDED) != 0 ? 3 : 2); i++) {
    size += journal_put(&records[i], bytes + size);
  }
  folder_put(path, bytes, size);
  const struct timespec times[] = {{second, 0}, {second, 0}};
  assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
  return path;
}

static int found(int pitch)
{
  struct broken_takes broken;
  broken_takes_find(&broken, test_folder.path);
  broken_takes_free(&broken);
  return broken.left.on[0][pitch];
}

static void nothing_is_left_by_takes_that_ended(void **state)
{
  (void)state;
  assert_int_equal(found(60), 0);
  make_take("a.take", 100, 60, ENDED);
  assert_int_equal(found(60), 0);
}

/* One died, another ended in order after it; and each is seen to once. */
static void a_later_end_does_not_hide_a_broken_one(void **state)
{
  (void)state;
  const char *path = make_take("a.take", 100, 60, 0);
  assert_int_equal(take_file_mark(path, JOURNAL_KEEP, NULL), STATUS_OK);
  make_take("b.take", 200, 61, 0);
  make_take("c.take", 300, 62, ENDED);
  assert_int_equal(found(60), 1);
  assert_int_equal(found(61), 1);
  assert_int_equal(found(62), 0);
  assert_int_equal(take_file_mark(folder_join(&test_folder, "a.take"), JOURNAL_SEEN, NULL), STATUS_OK);
  assert_int_equal(found(60), 0);
  assert_int_equal(found(61), 1);
}

static void what_it_continues_counts(void **state)
{
  (void)state;
  make_take("a.take", 100, 59, ENDED);
  make_take("b.take", 200, 60, ENDED);
  make_take("c.take", 300, 61, ENDED | CONTINUES);
  make_take("d.take", 400, 62, CONTINUES);
  assert_int_equal(found(59), 0);
  assert_int_equal(found(60), 1);
  assert_int_equal(found(61), 1);
  assert_int_equal(found(62), 1);
}

static void one_that_is_being_written_is_passed_over(void **state)
{
  (void)state;
  make_take("a.take", 100, 60, 0);
  const char *path = make_take("b.take", 200, 61, 0);
  const int file = open(path, O_RDONLY);
  assert_true(file >= 0);
  assert_int_equal(flock(file, LOCK_EX), 0);
  assert_int_equal(found(60), 1);
  assert_int_equal(found(61), 0);
  close(file);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(nothing_is_left_by_takes_that_ended, test_folder_set_up,
                                    test_folder_tear_down),
    cmocka_unit_test_setup_teardown(a_later_end_does_not_hide_a_broken_one, test_folder_set_up,
                                    test_folder_tear_down),
    cmocka_unit_test_setup_teardown(what_it_continues_counts, test_folder_set_up, test_folder_tear_down),
    cmocka_unit_test_setup_teardown(one_that_is_being_written_is_passed_over, test_folder_set_up,
                                    test_folder_tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
