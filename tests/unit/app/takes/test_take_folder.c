/* SPDX-License-Identifier: MIT */
/* The folder of takes: names that are given in part, room for more, files in use. */
#include <stdlib.h>

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cmocka_all.h"
#include "folder.h"
#include "take_file.h"

#define NONE UINT64_MAX /* none stays for its number */

static struct take_file file;

static void make(const char *name, uint32_t flags)
{
  uint8_t head[JOURNAL_HEAD_SIZE];
  journal_put_head(head, flags);
  folder_put(folder_join(&test_folder, name), head, sizeof head);
}

static const char *names(void)
{
  static char text[512];
  struct take_list takes;
  struct error error;
  size_t used = 0;
  text[0] = '\0';
  assert_int_equal(take_folder_list(&takes, test_folder.path, &error), STATUS_OK);
  for (size_t i = 0; i < takes.count; i++) {
    used += (size_t)snprintf(text + used, sizeof text - used, "%s ", takes.list[i].name);
  }
  take_list_free(&takes);
  return text;
}

/* The last part of the path found, or the status's name. */
static const char *find(const char *wanted)
{
  static char path[DATAFILE_PATH_MAX];
  struct take_list takes;
  struct error error;
  assert_int_equal(take_folder_list(&takes, test_folder.path, &error), STATUS_OK);
  const enum status status = take_folder_find(&takes, test_folder.path, wanted, path, &error);
  take_list_free(&takes);
  return status == STATUS_OK ? strrchr(path, '/') + 1 : status_name(status);
}

static void test_names_may_be_given_in_part(void **state)
{
  (void)state;
  make("2026-01-02_03-04-05.take", 0);
  make("2026-01-02_03-04-05_2.take", 0);
  make("2026-02-02_03-04-05.take", 0);
  make("notes.txt", 0);
  assert_string_equal(find("2026-02"), "2026-02-02_03-04-05.take");
  assert_string_equal(find("2026-01-02_03-04-05"), "2026-01-02_03-04-05.take");
  assert_string_equal(find("2026-01-02_03-04-05_2.take"), "2026-01-02_03-04-05_2.take");
  assert_string_equal(find("last"), "2026-02-02_03-04-05.take");
  assert_string_equal(find("2026-01"), status_name(STATUS_USAGE));
  assert_string_equal(find("2025"), status_name(STATUS_NOT_FOUND));
  assert_string_equal(find(""), status_name(STATUS_NOT_FOUND));
  assert_string_equal(find(folder_join(&test_folder, "notes.txt")), "notes.txt");
  assert_string_equal(find(folder_join(&test_folder, "none.take")), status_name(STATUS_NOT_FOUND));
}

static void test_no_folder_is_no_takes(void **state)
{
  (void)state;
  struct take_list takes;
  struct error error;
  assert_int_equal(take_folder_list(&takes, folder_join(&test_folder, "none"), &error), STATUS_OK);
  assert_int_equal(takes.count, 0);
  char path[DATAFILE_PATH_MAX];
  assert_int_equal(take_folder_find(&takes, folder_join(&test_folder, "none"), "last", path, &error),
                   STATUS_NOT_FOUND);
}

static void test_the_oldest_go_first_and_good_ones_stay(void **state)
{
  (void)state;
  make("2026-01-01_00-00-00.take", JOURNAL_KEEP);
  make("2026-01-02_00-00-00.take", 0);
  make("2026-01-02_00-00-00_2.take", 0);
  make("2026-01-03_00-00-00.take", 0);
  make("a-file-of-somebody.txt", 0);
  assert_true(take_folder_trim(test_folder.path, 2 * JOURNAL_HEAD_SIZE, NONE));
  assert_string_equal(names(), "2026-01-01_00-00-00.take 2026-01-03_00-00-00.take ");
  assert_false(take_folder_trim(test_folder.path, 0, NONE));
  assert_string_equal(names(), "2026-01-01_00-00-00.take ");
  assert_int_equal(folder_count(test_folder.path), 2);
}

static void test_a_take_being_written_stays(void **state)
{
  (void)state;
  const struct journal_start start = {.wall = 1795415713 * NANOS_PER_SECOND, .settings = {.preset = "test"}};
  struct error error;
  assert_int_equal(take_file_create(&file, test_folder.path, 7, &start, &error), STATUS_OK);
  assert_true(take_file_busy(file.path));
  assert_false(take_folder_trim(test_folder.path, 0, NONE));
  assert_int_equal(take_file_mark(file.path, JOURNAL_KEEP, &error), STATUS_OK);
  take_file_close(&file);
  assert_false(take_file_busy(file.path));
  assert_false(take_folder_trim(test_folder.path, 0, NONE)); /* it is good now */
}

static void test_names_are_local_times(void **state)
{
  (void)state;
  const struct journal_start start = {.wall = 1795415713 * NANOS_PER_SECOND, .settings = {.preset = "test"}};
  struct error error;
  setenv("TZ", "XXX-5:30", 1); /* five and a half hours ahead */
  tzset();
  assert_int_equal(take_utc_offset(start.wall), 19800);
  assert_int_equal(take_file_create(&file, test_folder.path, 7, &start, &error), STATUS_OK);
  take_file_close(&file);
  assert_int_equal(take_file_create(&file, test_folder.path, 10, &start, &error), STATUS_OK);
  take_file_close(&file);
  assert_string_equal(names(), "2026-11-23_12-05-13+0530_7.take 2026-11-23_12-05-13+0530_10.take ");
  setenv("TZ", "XXX+12", 1);
  tzset();
  assert_int_equal(take_utc_offset(start.wall), -43200);
}

/* The clock was ahead and is set right: what is new stays new. */
static void test_numbers_go_before_clocks(void **state)
{
  (void)state;
  make("2031-01-01_00-00-00+0100_8.take", 0);
  make("2026-01-01_00-00-00+0100_11.take", 0);
  make("2030-01-01_00-00-00-0800_10.take", 0);
  make("2033-01-01_00-00-00.take", 0);
  make("2033-01-01_00-00-00_5.take", 0); /* a second one of that second */
  assert_string_equal(names(),
                      "2033-01-01_00-00-00.take 2033-01-01_00-00-00_5.take 2031-01-01_00-00-00+0100_8.take "
                      "2030-01-01_00-00-00-0800_10.take 2026-01-01_00-00-00+0100_11.take ");
  assert_string_equal(find("last"), "2026-01-01_00-00-00+0100_11.take");
  assert_false(take_folder_trim(test_folder.path, 0, 10));
  assert_string_equal(names(), "2030-01-01_00-00-00-0800_10.take 2026-01-01_00-00-00+0100_11.take ");
}

static void assert_number(bool session, uint64_t number, uint64_t first)
{
  const struct take_number given = take_number(test_folder.path, session);
  assert_int_equal(given.number, number);
  assert_int_equal(given.first, first);
}

/* Also where all takes were deleted, and where the file that tells is damaged or was kept back. */
static void test_numbers_only_grow(void **state)
{
  (void)state;
  assert_number(true, 1, 1);
  assert_number(false, 2, 1);
  assert_number(true, 3, 1);
  assert_number(true, 4, 3);
  assert_number(false, 5, 3);
  make("2026-01-01_00-00-00+0100_20.take", 0);
  assert_number(false, 21, 3);
  folder_put(folder_join(&test_folder, ".number"), "9 18446744073709551615 x", 24);
  assert_number(false, 21, 21);
  assert_int_equal(unlink(folder_join(&test_folder, ".number")), 0);
  assert_int_equal(mkdir(folder_join(&test_folder, ".number"), 0700), 0);
  assert_number(true, 21, 21);
}

static void test_what_was_filled_goes_with_its_take(void **state)
{
  (void)state;
  struct error error;
  char path[DATAFILE_PATH_MAX];
  make("2026-01-01_10-00-00.take", 0);
  make("2026-01-02_10-00-00.take", 0);
  make("2026-01-01_10-00-00-filled.mid", 0);
  make("2026-01-02_10-00-00-filled.mid", 0);
  assert_string_equal(names(), "2026-01-01_10-00-00.take 2026-01-02_10-00-00.take ");
  assert_string_equal(find("2026-01-01"), "2026-01-01_10-00-00.take");
  assert_false(take_filled_path(folder_join(&test_folder, "song.mid"), path));
  assert_true(take_folder_trim(test_folder.path, JOURNAL_HEAD_SIZE, NONE));
  assert_int_equal(folder_count(test_folder.path), 2);
  assert_int_equal(take_delete(folder_join(&test_folder, "2026-01-02_10-00-00.take"), &error), STATUS_OK);
  assert_int_equal(folder_count(test_folder.path), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, test_folder_set_up, test_folder_tear_down)
  const struct CMUnitTest tests[] = {
    TEST(test_names_may_be_given_in_part),
    TEST(test_no_folder_is_no_takes),
    TEST(test_the_oldest_go_first_and_good_ones_stay),
    TEST(test_a_take_being_written_stays),
    TEST(test_names_are_local_times),
    TEST(test_numbers_go_before_clocks),
    TEST(test_numbers_only_grow),
    TEST(test_what_was_filled_goes_with_its_take),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
