/* SPDX-License-Identifier: MIT */
/* The store of personal models. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmocka_all.h"
#include "file.h"
#include "folder.h"
#include "learn_rig.h"
#include "personal.h"

static struct folder folder;
static struct model *base;

static const struct learn_result result = {
  .minutes = 16.5,
  .held_minutes = 3.25,
  .share = 0.5,
  .before = {5.5, 0.25, 1000, 30, 200, 20},
  .after = {4.5, 0.125, 1000, 10, 200, 25},
  .better = true,
};

static int set_up(void **state)
{
  (void)state;
  folder_make(&folder);
  setenv("XDG_DATA_HOME", folder.path, 1);
  return 0;
}

static int tear_down(void **state)
{
  (void)state;
  char path[128];
  snprintf(path, sizeof path, "%s/emend/models/pop", folder.path);
  chmod(path, 0700);
  folder_remove(path);
  snprintf(path, sizeof path, "%s/emend/models", folder.path);
  folder_remove(path);
  folder_remove(folder.path);
  return 0;
}

static int publish(void)
{
  int number = 0;
  struct error error = {STATUS_OK, ""};
  assert_int_equal(personal_publish("pop", base, "pop", &result, &number, &error), STATUS_OK);
  return number;
}

static void models_are_numbered_recorded_and_used(void **state)
{
  (void)state;
  struct personal_list list;
  struct error error;
  assert_int_equal(personal_current("pop"), 0);
  assert_int_equal(personal_list("pop", &list, &error), STATUS_OK);
  assert_int_equal(list.count, 0);
  assert_int_equal(publish(), 1);
  assert_int_equal(publish(), 2);
  assert_int_equal(personal_current("pop"), 2);
  assert_int_equal(personal_current("folk"), 0);
  assert_int_equal(personal_list("pop", &list, &error), STATUS_OK);
  assert_int_equal(list.count, 2);
  assert_int_equal(list.records[1].number, 2);
  assert_string_equal(list.records[0].from, "pop");
  assert_int_equal(strlen(list.records[0].made), strlen("2026-11-23 20:15"));
  assert_true(list.records[0].result.minutes == 16.5);
  assert_memory_equal(&list.records[0].result.after, &result.after, sizeof result.after);
  free(list.records);
}

static void one_can_go_back(void **state)
{
  (void)state;
  struct error error;
  (void)publish();
  (void)publish();
  assert_int_equal(personal_use("pop", 1, &error), STATUS_OK);
  assert_int_equal(personal_current("pop"), 1);
  assert_int_equal(personal_use("pop", 0, &error), STATUS_OK);
  assert_int_equal(personal_current("pop"), 0);
  assert_int_equal(personal_use("pop", 7, &error), STATUS_NOT_FOUND);
  assert_int_equal(personal_current("pop"), 0);
  assert_int_equal(personal_use("pop", 2, &error), STATUS_OK);
  assert_int_equal(personal_delete("pop", 2, &error), STATUS_OK);
  assert_int_equal(personal_current("pop"), 0);
  assert_int_equal(personal_delete("pop", 2, &error), STATUS_NOT_FOUND);
  assert_int_equal(personal_use("../pop", 1, &error), STATUS_USAGE);
}

static void what_cannot_be_read_is_not_taken_for_the_preset(void **state)
{
  (void)state;
  struct error error;
  char path[DATAFILE_PATH_MAX], line[512];
  int number = 1;
  (void)publish();
  assert_int_equal(personal_path("pop", 1, path, &error), STATUS_OK);
  snprintf(strrchr(path, '/'), 16, "/current");
  assert_int_equal(file_write(path, "\1\2\3", 3, &error), STATUS_OK);
  assert_int_equal(personal_current("pop"), PERSONAL_UNKNOWN);
  assert_null(personal_load("pop", NULL, &number, path, line));
  assert_int_equal(number, 0);
  assert_non_null(strstr(line, "emend models use"));
}

static void only_the_user_may_look(void **state)
{
  (void)state;
  char path[128];
  struct stat about;
  (void)publish();
  snprintf(path, sizeof path, "%s/emend/models/pop", folder.path);
  assert_int_equal(stat(path, &about), 0);
  assert_int_equal(about.st_mode & 0777, 0700);
}

static void a_model_that_cannot_be_used_is_told(void **state)
{
  (void)state;
  char path[DATAFILE_PATH_MAX], line[512];
  int number;
  struct error error;
  (void)publish();
  struct model *model = personal_load("pop", base, &number, path, line);
  assert_non_null(model);
  assert_int_equal(number, 1);
  assert_string_equal(line, "");
  model_free(model);

  struct net_config other = base->config;
  other.hidden++;
  assert_int_equal(model_new(&model, &other, &error), STATUS_OK);
  assert_null(personal_load("pop", model, &number, path, line));
  assert_non_null(strstr(line, "Personal model 1 cannot be used"));
  model_free(model);

  assert_int_equal(truncate(path, 100), 0);
  assert_null(personal_load("pop", base, &number, path, line));
  assert_non_null(strstr(line, "Personal model 1 cannot be used"));
  assert_int_equal(unlink(path), 0);
  assert_null(personal_load("pop", base, &number, path, line));
  assert_non_null(strstr(line, "no personal model 1"));
}

static void a_store_that_cannot_be_written_is_told_and_left_whole(void **state)
{
  (void)state;
  char path[128];
  int number;
  struct error error;
  if (geteuid() == 0) {
    skip(); /* nothing is forbidden to root */
  }
  (void)publish();
  snprintf(path, sizeof path, "%s/emend/models/pop", folder.path);
  const int before = folder_count(path);
  assert_int_equal(chmod(path, 0500), 0);
  assert_int_equal(personal_check("pop", &error), STATUS_IO);
  assert_int_equal(personal_publish("pop", base, "pop", &result, &number, &error), STATUS_IO);
  assert_int_equal(folder_count(path), before);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(models_are_numbered_recorded_and_used, set_up, tear_down),
    cmocka_unit_test_setup_teardown(one_can_go_back, set_up, tear_down),
    cmocka_unit_test_setup_teardown(what_cannot_be_read_is_not_taken_for_the_preset, set_up, tear_down),
    cmocka_unit_test_setup_teardown(only_the_user_may_look, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_model_that_cannot_be_used_is_told, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_store_that_cannot_be_written_is_told_and_left_whole, set_up, tear_down),
  };
  base = learn_rig_base();
  const int failed = cmocka_run_group_tests(tests, NULL, NULL);
  model_free(base);
  return failed;
}
