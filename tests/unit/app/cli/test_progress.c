/* SPDX-License-Identifier: MIT */
/* Progress where standard error is no terminal. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmocka_all.h"
#include "folder.h"
#include "progress.h"

/* What standard error was given between capture and release. */
static int held;

static void capture(void)
{
  fflush(stderr);
  held = dup(STDERR_FILENO);
  const int file = open(folder_join(&test_folder, "said"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  assert_true(held >= 0 && file >= 0);
  assert_true(dup2(file, STDERR_FILENO) >= 0);
  assert_int_equal(close(file), 0);
}

static void release(char *text, size_t size)
{
  fflush(stderr);
  assert_true(dup2(held, STDERR_FILENO) >= 0);
  assert_int_equal(close(held), 0);
  FILE *file = fopen(folder_join(&test_folder, "said"), "r");
  assert_non_null(file);
  text[fread(text, 1, size - 1, file)] = '\0';
  assert_int_equal(fclose(file), 0);
}

static void without_a_terminal_nothing_is_said(void **state)
{
  (void)state;
  struct progress progress;
  char text[256];
  capture();
  progress_begin(&progress, "work");
  progress_show(&progress, 0.5, 3600, "note");
  progress_end(&progress);
  release(text, sizeof text);
  assert_string_equal(text, "");
}

static void a_log_has_a_line_of_its_own_for_each(void **state)
{
  (void)state;
  struct progress progress;
  char text[256];
  capture();
  progress_begin(&progress, "work");
  progress.log_every = 1e-9;
  progress_show(&progress, 0.25, 3600, "first");
  progress_show(&progress, 0.5, 90, "second");
  progress_show(&progress, 2, 90, "no share");
  progress_end(&progress);
  release(text, sizeof text);
  assert_string_equal(text, "work: 25 %, left 1 h 00 min  first\nwork: 50 %, left 1:30  second\n");
}

static void a_log_has_no_line_before_its_time(void **state)
{
  (void)state;
  struct progress progress;
  char text[256];
  capture();
  progress_begin(&progress, "work");
  progress.log_every = 1e6;
  progress_show(&progress, 0.5, 1, "note");
  progress_end(&progress);
  release(text, sizeof text);
  assert_string_equal(text, "");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(without_a_terminal_nothing_is_said),
    cmocka_unit_test(a_log_has_a_line_of_its_own_for_each),
    cmocka_unit_test(a_log_has_no_line_before_its_time),
  };
  return cmocka_run_group_tests(tests, test_folder_set_up, test_folder_tear_down);
}
