/* SPDX-License-Identifier: MIT */
/* Captured takes as data: their clean notes, and which of a folder are held back. */
#include <stdlib.h>

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cmocka_all.h"
#include "dataset.h"
#include "folder.h"
#include "journal.h"

#define MS NANOS_PER_MILLISECOND

enum { TAPE = 1 << 14, NOTES = 20, UNDONE = 3, STEP = 100 };

static struct folder folder;
static struct dataset dataset;
static uint8_t tape[TAPE];
static size_t size;

static int set_up(void **state)
{
  (void)state;
  folder_make(&folder);
  return 0;
}

static int tear_down(void **state)
{
  (void)state;
  dataset_free(&dataset);
  folder_remove(folder.path);
  return 0;
}

static void put(struct journal_record record)
{
  size += journal_put(&record, tape + size);
}

static void message(enum journal_type type, nanos time, uint8_t status, uint8_t pitch)
{
  put((struct journal_record){
    .type = type, .time = time * MS, .message = {.size = 3, .bytes = {status, pitch, 64}}});
}

/* A take of so many notes, all received; every other one was removed, and UNDONE of these were undone. */
static void make_take(const char *name, int notes)
{
  size = JOURNAL_HEAD_SIZE;
  journal_put_head(tape, 0);
  put((struct journal_record){.type = JOURNAL_START, .start = {.settings = {.preset = "x"}}});
  for (int i = 0; i < notes; i++) {
    const uint8_t pitch = (uint8_t)(40 + i);
    const struct journal_decision decision = {.pitch = pitch, .velocity = 64, .passed = i % 2 == 0};
    message(JOURNAL_RECEIVED, i * STEP, 0x90, pitch);
    put((struct journal_record){.type = JOURNAL_DECISION, .time = i * STEP * MS, .decision = decision});
    if (decision.passed) {
      message(JOURNAL_SENT, i * STEP, 0x90, pitch);
      message(JOURNAL_SENT, i * STEP + 50, 0x80, pitch);
    }
    message(JOURNAL_RECEIVED, i * STEP + 50, 0x80, pitch);
    if (!decision.passed && i / 2 < UNDONE) {
      put((struct journal_record){
        .type = JOURNAL_UNDO, .time = i * STEP * MS, .undo = {.time = i * STEP * MS, .pitch = pitch}});
    }
  }
  folder_put(folder_join(&folder, name), tape, size);
}

/* The files of a split, by the first letters of their names. */
static const char *split(const char *name)
{
  static char letters[32];
  struct error error = {0};
  size_t count = 0;
  dataset_free(&dataset);
  const enum status status = dataset_load(&dataset, folder.path, name, &error);
  if (status != STATUS_OK) {
    return status_name(status);
  }
  for (size_t i = 0; i < dataset.count; i++) {
    letters[count++] = dataset.sequences[i].name[0];
  }
  letters[count] = '\0';
  return letters;
}

static void test_a_take_gives_its_clean_notes(void **state)
{
  (void)state;
  struct error error;
  make_take("a.take", 2 * NOTES);
  assert_int_equal(dataset_load(&dataset, folder_join(&folder, "a.take"), "any", &error), STATUS_OK);
  assert_int_equal(dataset.count, 1);
  const struct note_list *notes = &dataset.sequences[0].notes;
  assert_int_equal(notes->count, NOTES + UNDONE);
  for (size_t i = 0; i < notes->count; i++) {
    const int index = notes->notes[i].pitch - 40;
    assert_true(index % 2 == 0 || index / 2 < UNDONE);
    assert_int_equal(notes->notes[i].on, index * STEP * MS);
    assert_int_equal(notes->notes[i].off, (index * STEP + 50) * MS);
  }
}

static void test_every_fifth_take_is_held_back(void **state)
{
  (void)state;
  static const char *const names[] = {"a.take", "b.take", "d.take", "e.take", "f.take", "g.take", "h.mid"};
  for (size_t i = 0; i < 6; i++) {
    make_take(names[i], 2 * NOTES);
  }
  make_take("c.take", 4); /* too short to count */
  folder_put(folder_join(&folder, names[6]), "no MIDI file", 12);
  folder_put(folder_join(&folder, "a-filled.mid"), "", 0); /* of a take: not even looked at */
  assert_string_equal(split("train"), "abdeg");
  assert_string_equal(split("valid"), "f");
  assert_int_equal(dataset.skipped, 1);
  assert_string_equal(split("all"), "abdefg");
}

static void test_the_last_of_few_is_held_back(void **state)
{
  (void)state;
  make_take("a.take", 2 * NOTES);
  assert_string_equal(split("train"), status_name(STATUS_FORMAT));
  assert_string_equal(split("valid"), status_name(STATUS_FORMAT));
  assert_string_equal(split("all"), "a");
  make_take("b.take", 2 * NOTES);
  assert_string_equal(split("train"), "a");
  assert_string_equal(split("valid"), "b");
}

static void test_folders_of_splits_are_taken_as_they_are(void **state)
{
  (void)state;
  mkdir(folder_join(&folder, "train"), 0700);
  mkdir(folder_join(&folder, "valid"), 0700);
  make_take("train/a.take", 2 * NOTES);
  make_take("valid/b.take", 2 * NOTES);
  assert_string_equal(split("train"), "a");
  assert_string_equal(split("valid"), "b");
}

static void test_a_damaged_take_gives_what_is_whole(void **state)
{
  (void)state;
  struct error error;
  make_take("a.take", 4 * NOTES);
  folder_put(folder_join(&folder, "a.take"), tape, size / 2);
  assert_int_equal(dataset_load(&dataset, folder_join(&folder, "a.take"), "any", &error), STATUS_OK);
  assert_in_range(dataset.sequences[0].notes.count, NOTES - 4, NOTES + UNDONE + 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
    TEST(test_a_take_gives_its_clean_notes),       TEST(test_every_fifth_take_is_held_back),
    TEST(test_the_last_of_few_is_held_back),       TEST(test_folders_of_splits_are_taken_as_they_are),
    TEST(test_a_damaged_take_gives_what_is_whole),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
