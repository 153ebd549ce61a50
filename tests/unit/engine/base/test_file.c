/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/resource.h>
#include <sys/stat.h>

#include "cmocka_all.h"
#include "file.h"
#include "folder.h"

static int set_up(void **state)
{
  static struct folder folder;
  folder_make(&folder);
  *state = &folder;
  return 0;
}

static int tear_down(void **state)
{
  folder_remove(((struct folder *)*state)->path);
  return 0;
}

static void reads_back_what_it_wrote(void **state)
{
  const char *path = folder_join(*state, "a");
  uint8_t bytes[200001];
  for (size_t i = 0; i < sizeof bytes; i++) {
    bytes[i] = (uint8_t)(i * 31 >> 3);
  }
  struct error error;
  assert_int_equal(file_write(path, "old", 3, &error), STATUS_OK);
  assert_int_equal(file_write(path, bytes, sizeof bytes, &error), STATUS_OK);
  uint8_t *data;
  size_t size;
  assert_int_equal(file_read(path, sizeof bytes, &data, &size, &error), STATUS_OK);
  assert_int_equal(size, sizeof bytes);
  assert_memory_equal(data, bytes, size);
  free(data);
  assert_int_equal(folder_count(((struct folder *)*state)->path), 1);
}

static void obeys_the_umask(void **state)
{
  const char *path = folder_join(*state, "a");
  struct error error;
  const mode_t before = umask(027);
  assert_int_equal(file_write(path, "x", 1, &error), STATUS_OK);
  umask(before);
  struct stat about;
  assert_int_equal(stat(path, &about), 0);
  assert_int_equal(about.st_mode & 0777, 0640);
}

static void assert_rights(const char *path, mode_t rights)
{
  struct stat about;
  assert_int_equal(lstat(path, &about), 0);
  assert_true(S_ISREG(about.st_mode));
  assert_int_equal(about.st_mode & 0777, rights);
}

static void keeps_the_rights_of_a_file_that_is_there(void **state)
{
  const char *path = folder_join(*state, "a");
  struct error error;
  const mode_t all[] = {0600, 0664, 0640, 0400};
  assert_int_equal(file_write(path, "x", 1, &error), STATUS_OK);
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    assert_int_equal(chmod(path, all[i]), 0);
    assert_int_equal(file_write(path, "xy", 2, &error), STATUS_OK);
    assert_rights(path, all[i]);
  }
  assert_int_equal(chmod(path, 0666), 0);
  assert_int_equal(file_write_private(path, "x", 1, &error), STATUS_OK);
  assert_rights(path, 0600);
}

static void assert_holds(const char *path, const char *text)
{
  struct error error;
  uint8_t *data;
  size_t size;
  assert_int_equal(file_read(path, 100, &data, &size, &error), STATUS_OK);
  assert_int_equal(size, strlen(text));
  assert_memory_equal(data, text, size);
  free(data);
}

/* Links of both kinds, to a file in another folder and to one that is not there yet; then one that goes round.
 */
static void writes_where_a_link_points(void **state)
{
  struct folder *folder = *state;
  struct error error;
  char target[512], first[512], second[512], none[512];
  snprintf(target, sizeof target, "%s", folder_join(folder, "inside"));
  assert_int_equal(mkdir(target, 0777), 0);
  snprintf(target, sizeof target, "%s", folder_join(folder, "inside/target"));
  snprintf(first, sizeof first, "%s", folder_join(folder, "first"));
  snprintf(second, sizeof second, "%s", folder_join(folder, "inside/second"));
  snprintf(none, sizeof none, "%s", folder_join(folder, "none"));
  assert_int_equal(symlink("inside/second", first), 0);
  assert_int_equal(symlink(target, second), 0);
  struct stat about;
  for (int i = 0; i < 2; i++) {
    const char *text = i == 0 ? "new" : "old";
    assert_int_equal(file_write(first, text, 3, &error), STATUS_OK);
    assert_holds(target, text);
    assert_int_equal(lstat(first, &about), 0);
    assert_true(S_ISLNK(about.st_mode));
    assert_int_equal(lstat(second, &about), 0);
    assert_true(S_ISLNK(about.st_mode));
  }
  assert_int_equal(unlink(second), 0);
  assert_int_equal(symlink("../first", second), 0);
  assert_int_equal(file_write(first, "x", 1, &error), STATUS_IO);
  assert_int_equal(symlink("nowhere/such", none), 0);
  assert_int_equal(file_write(none, "x", 1, &error), STATUS_NOT_FOUND);
  assert_int_equal(folder_count(folder->path), 3);
}

static void reads_an_empty_file_and_refuses_a_large_one(void **state)
{
  const char *path = folder_join(*state, "a");
  struct error error;
  uint8_t *data;
  size_t size;
  assert_int_equal(file_write(path, "", 0, &error), STATUS_OK);
  assert_int_equal(file_read(path, 10, &data, &size, &error), STATUS_OK);
  assert_int_equal(size, 0);
  free(data);
  assert_int_equal(file_write(path, "01234567890", 11, &error), STATUS_OK);
  assert_int_equal(file_read(path, 10, &data, &size, &error), STATUS_FORMAT);
  assert_null(data);
}

static void says_what_cannot_be_read(void **state)
{
  struct error error;
  uint8_t *data;
  size_t size;
  const char *path = folder_join(*state, "missing");
  assert_int_equal(file_read(path, 10, &data, &size, &error), STATUS_NOT_FOUND);
  assert_non_null(strstr(error.text, path));
  const char *folder = ((struct folder *)*state)->path;
  assert_int_equal(file_read(folder, 10, &data, &size, &error), STATUS_IO);
  assert_non_null(strstr(error.text, "; name a file"));
  assert_int_equal(file_read("", 10, &data, &size, &error), STATUS_NOT_FOUND);
  assert_non_null(strstr(error.text, "a file without a name"));
  assert_int_equal(close(STDIN_FILENO), 0);
  assert_int_equal(file_read("-", 10, &data, &size, &error), STATUS_IO);
  assert_string_equal(error.text, "cannot read standard input: it is closed; name a file instead");
  assert_int_equal(open(folder, O_RDONLY), STDIN_FILENO);
  assert_int_equal(file_read("-", 10, &data, &size, &error), STATUS_IO);
  assert_non_null(strstr(error.text, "cannot read standard input: "));
}

static void leaves_nothing_when_it_cannot_write(void **state)
{
  struct folder *folder = *state;
  struct error error;
  const char *inside = folder_join(folder, "inside");
  assert_int_equal(mkdir(inside, 0777), 0);
  assert_int_equal(file_write(inside, "x", 1, &error), STATUS_IO);
  assert_non_null(strstr(error.text, "folder"));
  assert_int_equal(file_write(folder_join(folder, "none/such"), "x", 1, &error), STATUS_NOT_FOUND);
  assert_int_equal(folder_count(folder->path), 1);
  assert_int_equal(folder_count(inside), 0);
}

/* The write fails half way (a limit on file sizes stands in for the disk): the old file stays. */
static void keeps_the_old_file_when_writing_fails(void **state)
{
  struct folder *folder = *state;
  const char *path = folder_join(folder, "a");
  struct error error;
  assert_int_equal(file_write(path, "old", 3, &error), STATUS_OK);
  struct rlimit before;
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
  void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
  const struct rlimit small = {4096, before.rlim_max};
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
  static const char large[10000];
  const enum status status = file_write(path, large, sizeof large, &error);
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
  signal(SIGXFSZ, handler);
  assert_int_equal(status, STATUS_IO);
  assert_non_null(strstr(error.text, "limit"));
  assert_int_equal(folder_count(folder->path), 1);
  struct stat about;
  assert_int_equal(stat(path, &about), 0);
  assert_int_equal(about.st_size, 3);
}

/* A full disk: the device that always says so, and its line for the user. */
static void reports_a_full_disk(void **state)
{
  (void)state;
  struct error error;
  if (access("/dev/full", W_OK) != 0) {
    skip();
  }
  assert_int_equal(file_write("/dev/full", "x", 1, &error), STATUS_IO);
  assert_non_null(strstr(error.text, "free some space"));
  struct stat about;
  assert_int_equal(stat("/dev/full", &about), 0);
  assert_true(S_ISCHR(about.st_mode));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(reads_back_what_it_wrote, set_up, tear_down),
    cmocka_unit_test_setup_teardown(obeys_the_umask, set_up, tear_down),
    cmocka_unit_test_setup_teardown(keeps_the_rights_of_a_file_that_is_there, set_up, tear_down),
    cmocka_unit_test_setup_teardown(writes_where_a_link_points, set_up, tear_down),
    cmocka_unit_test_setup_teardown(reads_an_empty_file_and_refuses_a_large_one, set_up, tear_down),
    cmocka_unit_test_setup_teardown(says_what_cannot_be_read, set_up, tear_down),
    cmocka_unit_test_setup_teardown(leaves_nothing_when_it_cannot_write, set_up, tear_down),
    cmocka_unit_test_setup_teardown(keeps_the_old_file_when_writing_fails, set_up, tear_down),
    cmocka_unit_test(reports_a_full_disk),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
