/* SPDX-License-Identifier: MIT */
/* Random search: results, claims and the ranking of a folder of trials. */
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmocka_all.h"
#include "file.h"
#include "search_rig.h"
#include "search_table.h"

static const struct search_result sound = {
  .trial = 4,
  .number = SEARCH_SURROGATE,
  .nats = 6.25,
  .bound = 17.5,
  .epochs = 12,
  .threads = 2,
  .seconds = 3.5,
  .frames = 4602,
};

static void write_result(struct search_rig *f, const struct search_result *result, const char *path)
{
  struct search_settings settings;
  search_draw(&f->space, result->trial, &settings);
  assert_int_equal(search_result_write(&f->space, &settings, result, path, &f->error), STATUS_OK);
}

static void results_come_back(void **state)
{
  struct search_rig *f = *state;
  struct search_result failed = sound, result;
  const char *path = folder_join(&f->folder, "result.json");
  write_result(f, &sound, path);
  assert_int_equal(search_result_read(&f->space, 4, path, &result, &f->error), STATUS_OK);
  assert_false(result.failed);
  assert_int_equal(result.number, sound.number);
  assert_true(result.nats == sound.nats && result.bound == sound.bound && result.seconds == sound.seconds);
  assert_int_equal(result.epochs, 12);
  assert_int_equal(result.threads, 2);
  assert_int_equal(result.frames, 4602);
  assert_int_equal(search_result_read(&f->space, 5, path, &result, &f->error), STATUS_FORMAT);
  f->space.hash ^= 1;
  assert_int_equal(search_result_read(&f->space, 4, path, &result, &f->error), STATUS_FORMAT);
  assert_non_null(strstr(f->error.text, "another space"));
  f->space.hash ^= 1;
  failed.failed = true;
  snprintf(failed.reason, sizeof failed.reason, "the \"loss\" is gone");
  write_result(f, &failed, path);
  assert_int_equal(search_result_read(&f->space, 4, path, &result, &f->error), STATUS_OK);
  assert_true(result.failed);
  assert_string_equal(result.reason, failed.reason);
  assert_int_equal(search_result_read(&f->space, 4, folder_join(&f->folder, "none"), &result, &f->error),
                   STATUS_NOT_FOUND);
}

static void a_cut_or_changed_result_is_no_other_one(void **state)
{
  struct search_rig *f = *state;
  struct search_result result;
  uint8_t *data;
  size_t size;
  char path[512];
  snprintf(path, sizeof path, "%s", folder_join(&f->folder, "result.json"));
  write_result(f, &sound, path);
  assert_int_equal(file_read(path, 1 << 16, &data, &size, &f->error), STATUS_OK);
  for (size_t cut = 0; cut + 2 < size; cut++) { /* the last two are "}" and the end of the line */
    folder_put(path, data, cut);
    assert_int_equal(search_result_read(&f->space, 4, path, &result, &f->error), STATUS_FORMAT);
    assert_null(strchr(f->error.text, '\n'));
  }
  for (size_t at = 0; at < size; at++) {
    const uint8_t kept = data[at];
    data[at] ^= 0x10;
    folder_put(path, data, size);
    if (search_result_read(&f->space, 4, path, &result, &f->error) == STATUS_OK) {
      assert_true(result.failed || (isfinite(result.nats) && isfinite(result.bound)));
      assert_int_equal(result.trial, 4);
    }
    data[at] = kept;
  }
  free(data);
}

static void make_search(struct search_rig *f, char folder[512])
{
  const struct option_list names = {.items = {"some/where/rolls.json"}, .count = 1};
  snprintf(folder, 512, "%s", folder_join(&f->folder, "found"));
  assert_int_equal(
    search_folder_open(folder, folder_join(&f->folder, "space.cfg"), &f->space, 7, &names, &f->error),
    STATUS_OK);
}

static void a_folder_keeps_its_space_and_data(void **state)
{
  struct search_rig *f = *state;
  const struct option_list names = {.items = {"elsewhere/rolls.json"}, .count = 1};
  const char *path = folder_join(&f->folder, "space.cfg");
  char folder[512];
  struct search_space there;
  make_search(f, folder);
  assert_int_equal(search_folder_open(folder, path, &f->space, 7, &names, &f->error), STATUS_OK);
  assert_int_equal(search_folder_open(folder, path, &f->space, 8, &names, &f->error), STATUS_USAGE);
  assert_int_equal(search_folder_space(folder, &there, &f->error), STATUS_OK);
  assert_true(there.hash == f->space.hash);
  search_space_free(&there);
  f->space.hash ^= 1;
  assert_int_equal(search_folder_open(folder, path, &f->space, 7, &names, &f->error), STATUS_USAGE);
  f->space.hash ^= 1;
}

/* A process that holds trial 3 until it is killed; returns once it does. */
static pid_t hold(const char *folder)
{
  int ready[2];
  char byte;
  assert_int_equal(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    int lock;
    struct error error;
    if (search_claim(folder, 3, &lock, &error) == STATUS_OK && lock >= 0) {
      (void)!write(ready[1], "x", 1);
    }
    pause();
    _exit(0);
  }
  assert_true(child > 0);
  assert_int_equal(read(ready[0], &byte, 1), 1);
  close(ready[0]);
  close(ready[1]);
  return child;
}

static void a_claim_dies_with_its_process(void **state)
{
  struct search_rig *f = *state;
  char folder[512];
  int lock, end;
  struct search_result result;
  make_search(f, folder);
  assert_int_equal(search_look(folder, &f->space, 3, &result, &f->error), SEARCH_UNFINISHED);
  const pid_t child = hold(folder);
  assert_int_equal(search_claim(folder, 3, &lock, &f->error), STATUS_OK);
  assert_true(lock < 0);
  assert_int_equal(search_look(folder, &f->space, 3, &result, &f->error), SEARCH_RUNNING);
  assert_int_equal(search_claim(folder, 4, &lock, &f->error), STATUS_OK);
  assert_true(lock >= 0);
  search_release(lock);
  assert_int_equal(kill(child, SIGKILL), 0);
  assert_int_equal(waitpid(child, &end, 0), child);
  assert_int_equal(search_look(folder, &f->space, 3, &result, &f->error), SEARCH_UNFINISHED);
  assert_int_equal(search_claim(folder, 3, &lock, &f->error), STATUS_OK);
  assert_true(lock >= 0);
  search_release(lock);
}

/* The exact and the bound rank together; what is no bound comes after them, however small. */
static void the_table_ranks_within_kinds(void **state)
{
  struct search_rig *f = *state;
  static const struct {
    enum search_number number;
    double nats;
    bool failed;
  } given[] = {
    {SEARCH_SURROGATE, 1, false}, {SEARCH_BOUND, 7, false},     {SEARCH_EXACT, 8, false},
    {SEARCH_LOSS, 0.5, false},    {SEARCH_EXACT, 6, false},     {SEARCH_BOUND, 0, true},
    {SEARCH_BOUND, 7, false},     {SEARCH_DENOISING, 2, false},
  };
  static const int order[] = {4, 1, 6, 2, 7, 0, 3, 5, 9, 8};
  char folder[512], path[DATAFILE_PATH_MAX];
  struct search_table table;
  int lock;
  make_search(f, folder);
  for (int trial = 0; trial < 10; trial++) {
    assert_int_equal(search_claim(folder, trial, &lock, &f->error), STATUS_OK);
    search_path(folder, trial, "result.json", path);
    if (trial < 8) {
      struct search_result result = sound;
      result.trial = trial;
      result.number = given[trial].number;
      result.nats = given[trial].nats;
      result.failed = given[trial].failed;
      write_result(f, &result, path);
    } else if (trial == 8) {
      folder_put(path, "{", 1);
    }
    search_release(lock);
  }
  assert_int_equal(search_table_read(&table, folder, &f->error), STATUS_OK);
  assert_int_equal(table.count, 10);
  for (int i = 0; i < 10; i++) {
    assert_int_equal(table.rows[i].result.trial, order[i]);
  }
  assert_int_equal(table.rows[8].state, SEARCH_UNFINISHED);
  assert_int_equal(table.rows[9].state, SEARCH_BROKEN);
  search_table_free(&table);
  for (int trial = 0; trial < 10; trial++) { /* one level deeper than folder_remove goes */
    search_path(folder, trial, "", path);
    folder_remove(path);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(results_come_back, search_rig_set_up, search_rig_tear_down),
    cmocka_unit_test_setup_teardown(a_cut_or_changed_result_is_no_other_one, search_rig_set_up,
                                    search_rig_tear_down),
    cmocka_unit_test_setup_teardown(a_folder_keeps_its_space_and_data, search_rig_set_up, search_rig_tear_down),
    cmocka_unit_test_setup_teardown(a_claim_dies_with_its_process, search_rig_set_up, search_rig_tear_down),
    cmocka_unit_test_setup_teardown(the_table_ranks_within_kinds, search_rig_set_up, search_rig_tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
