/* SPDX-License-Identifier: MIT */

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cmocka_all.h"
#include "dataset.h"
#include "file.h"
#include "folder.h"
#include "smf.h"
#include "smf_from_notes.h"

static enum status load_text(struct dataset *dataset, const char *text, const char *split, struct error *error)
{
  const char *path = folder_join(&test_folder, "rolls.json");
  folder_put(path, text, strlen(text));
  return dataset_load(dataset, path, split, error);
}

static void reads_rolls(void **state)
{
  (void)state;
  struct dataset dataset;
  struct error error;
  assert_int_equal(
    load_text(&dataset, "{\"train\": [[[21, 108], [], [60]], [[60]]], \"valid\": 3}", "train", &error),
    STATUS_OK);
  assert_true(dataset.rolls);
  assert_int_equal(dataset.count, 2);
  assert_int_equal(dataset.frames, 4);
  assert_int_equal(dataset.values, 1);
  const struct sequence *first = &dataset.sequences[0];
  assert_string_equal(first->name, "0");
  assert_int_equal(first->frames, 3);
  for (int i = 0; i < 3 * PITCHES; i++) {
    const int on = i == 0 || i == 87 || i == 2 * PITCHES + 60 - PITCH_LOW;
    assert_int_equal(first->cells[i], on);
  }
  const struct frame_def one = {FRAME_BEATS, 0.25, 1}, two = {FRAME_BEATS, 0.25, 2};
  assert_int_equal(dataset_frames(&dataset, &one, &error), STATUS_OK);
  assert_int_equal(dataset_frames(&dataset, &two, &error), STATUS_UNSUPPORTED);
  dataset_free(&dataset);
}

static void refuses_bad_rolls(void **state)
{
  (void)state;
  static const struct {
    const char *text;
    enum status status;
    const char *says;
  } cases[] = {
    {"{\"valid\": [], \"other\": []}", STATUS_NOT_FOUND, "valid, other"},
    {"{}", STATUS_NOT_FOUND, "none"},
    {"{\"train\": []}", STATUS_FORMAT, "empty"},
    {"{\"train\": 5}", STATUS_FORMAT, "train"},
    {"{\"train\": [[]]}", STATUS_FORMAT, "sequence 0"},
    {"{\"train\": [[[60]], 7]}", STATUS_FORMAT, "sequence 1"},
    {"{\"train\": [[[60], 60]]}", STATUS_FORMAT, "frame 1"},
    {"{\"train\": [[[60], [20]]]}", STATUS_FORMAT, "frame 1"},
    {"{\"train\": [[[109]]]}", STATUS_FORMAT, "108"},
    {"{\"train\": [[[60.5]]]}", STATUS_FORMAT, "frame 0"},
    {"{\"train\": [[[\"60\"]]]}", STATUS_FORMAT, "frame 0"},
    {"{\"train\": [[[99999999999999999999]]]}", STATUS_FORMAT, "JSON"},
    {"[]", STATUS_FORMAT, "splits"},
    {"{\"train\": [[[60", STATUS_FORMAT, "line 1"},
    {"", STATUS_FORMAT, "JSON"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct dataset dataset;
    struct error error;
    assert_int_equal(load_text(&dataset, cases[i].text, "train", &error), cases[i].status);
    if (strstr(error.text, cases[i].says) == NULL) {
      fail_msg("%s: %s", cases[i].text, error.text);
    }
    assert_null(dataset.sequences);
  }
}

static void add(struct note_list *list, int on_ms, int off_ms, int channel, int pitch, int velocity)
{
  struct note note = {.on = on_ms * NANOS_PER_MILLISECOND, .off = off_ms * NANOS_PER_MILLISECOND};
  note.channel = (uint8_t)channel;
  note.pitch = (uint8_t)pitch;
  note.velocity = (uint8_t)velocity;
  note.track = (uint16_t)channel;
  assert_int_equal(note_list_add(list, note), STATUS_OK);
}

static void put_notes(struct note_list *list, const char *path)
{
  note_list_sort(list);
  struct smf smf;
  struct error error;
  uint8_t *data;
  size_t size;
  assert_int_equal(smf_from_notes(list, &smf, &error), STATUS_OK);
  assert_int_equal(smf_write(&smf, &data, &size, &error), STATUS_OK);
  folder_put(path, data, size);
  free(data);
  smf_free(&smf);
  note_list_free(list);
}

static void put_scale(const char *path, int channel, int count)
{
  struct note_list list = {0};
  for (int i = 0; i < count; i++) {
    add(&list, 250 * i, 250 * i + 200, channel, 60 + i % 12, 64);
  }
  put_notes(&list, path);
}

static void makes_folder(const char *name)
{
  assert_int_equal(mkdir(folder_join(&test_folder, name), 0777), 0);
}

static void reads_folders_in_the_order_of_names(void **state)
{
  (void)state;
  makes_folder("train");
  makes_folder("valid");
  put_scale(folder_join(&test_folder, "train/b.MID"), 0, 20);
  put_scale(folder_join(&test_folder, "train/a.mid"), 3, 16);
  put_scale(folder_join(&test_folder, "train/c.midi"), 0, 15);
  put_scale(folder_join(&test_folder, "train/drums.mid"), DRUM_CHANNEL, 30);
  folder_put(folder_join(&test_folder, "train/damaged.mid"), "<html>", 6);
  folder_put(folder_join(&test_folder, "train/notes.txt"), "x", 1);
  struct dataset dataset;
  struct error error;
  assert_int_equal(dataset_load(&dataset, test_folder.path, "train", &error), STATUS_OK);
  assert_int_equal(dataset.count, 2);
  assert_int_equal(dataset.skipped, 1);
  assert_non_null(strstr(dataset.unread.text, "train/damaged.mid: byte 0"));
  assert_false(dataset.rolls);
  assert_string_equal(dataset.sequences[0].name, "a.mid:3");
  assert_string_equal(dataset.sequences[1].name, "b.MID:0");
  assert_int_equal(dataset.sequences[1].notes.count, 20);
  dataset_free(&dataset);
  assert_int_equal(dataset_load(&dataset, folder_join(&test_folder, "train"), "any", &error), STATUS_OK);
  assert_int_equal(dataset.count, 2);
  dataset_free(&dataset);
  assert_int_equal(dataset_load(&dataset, folder_join(&test_folder, "train/a.mid"), "any", &error), STATUS_OK);
  assert_int_equal(dataset.count, 1);
  dataset_free(&dataset);
}

static void refuses_folders_without_takes(void **state)
{
  (void)state;
  struct dataset dataset;
  struct error error;
  makes_folder("train");
  makes_folder("empty");
  folder_put(folder_join(&test_folder, "train/damaged.mid"), "<html>", 6);
  assert_int_equal(dataset_load(&dataset, test_folder.path, "test", &error), STATUS_NOT_FOUND);
  assert_non_null(strstr(error.text, "empty, train"));
  assert_int_equal(dataset_load(&dataset, test_folder.path, "empty", &error), STATUS_NOT_FOUND);
  assert_int_equal(dataset_load(&dataset, test_folder.path, "train", &error), STATUS_FORMAT);
  assert_non_null(strstr(error.text, "damaged.mid"));
  put_scale(folder_join(&test_folder, "train/short.mid"), 0, 15);
  assert_int_equal(dataset_load(&dataset, test_folder.path, "train", &error), STATUS_FORMAT);
  assert_non_null(strstr(error.text, "16"));
  assert_int_equal(dataset_load(&dataset, folder_join(&test_folder, "none"), "train", &error),
                   STATUS_NOT_FOUND);
}

static void assert_note(const struct note *note, int on_ms, int off_ms, int pitch, int velocity)
{
  assert_int_equal((note->on + NANOS_PER_MILLISECOND / 2) / NANOS_PER_MILLISECOND, on_ms);
  assert_int_equal((note->off + NANOS_PER_MILLISECOND / 2) / NANOS_PER_MILLISECOND, off_ms);
  assert_int_equal(note->channel, 0);
  assert_int_equal(note->pitch, pitch);
  assert_int_equal(note->velocity, velocity);
}

/* The one keyboard: of strokes within 60 ms the loudest stays, and a stroke ends its key's note. */
static void merges_channels_as_one_keyboard(void **state)
{
  (void)state;
  struct note_list list = {0};
  for (int i = 0; i < 16; i++) {
    add(&list, 1000 + 500 * i, 1400 + 500 * i, 1, 40, 50);
    add(&list, 1025 + 500 * i, 1200 + 500 * i, 2, 40, 90);
  }
  add(&list, 100, 900, 1, 80, 70);
  add(&list, 400, 600, 2, 80, 60);
  const char *path = folder_join(&test_folder, "a.mid");
  put_notes(&list, path);
  struct dataset dataset;
  struct error error;
  assert_int_equal(dataset_load(&dataset, path, "x", &error), STATUS_OK);
  assert_int_equal(dataset.count, 3);
  assert_string_equal(dataset.sequences[2].name, "a.mid:all");
  const struct note_list *all = &dataset.sequences[2].notes;
  assert_int_equal(all->count, 18);
  assert_note(&all->notes[0], 100, 400, 80, 70);
  assert_note(&all->notes[1], 400, 600, 80, 60);
  for (int i = 0; i < 16; i++) {
    assert_note(&all->notes[2 + i], 1025 + 500 * i, 1200 + 500 * i, 40, 90);
  }
  dataset_free(&dataset);
}

static int cell(const struct sequence *sequence, int t, int value, int pitch)
{
  return sequence->cells[(t * 2 + value) * PITCHES + pitch - PITCH_LOW];
}

static void frames_takes_as_the_live_engine_does(void **state)
{
  (void)state;
  struct note_list list = {0};
  add(&list, 125, 300, 0, 60, 64);
  add(&list, 130, 140, 0, 21, 64);
  for (int i = 0; i < 16; i++) {
    add(&list, 1010 + 100 * i, 1050 + 100 * i, 0, 108, 64);
  }
  const char *path = folder_join(&test_folder, "a.mid");
  put_notes(&list, path);
  struct dataset dataset;
  struct error error;
  assert_int_equal(dataset_load(&dataset, path, "x", &error), STATUS_OK);
  const struct frame_def def = {FRAME_MILLISECONDS, 60, 2};
  assert_int_equal(dataset_frames(&dataset, &def, &error), STATUS_OK);
  const struct sequence *sequence = &dataset.sequences[0];
  assert_int_equal(sequence->frames, 2550 / 60 + 1);
  assert_int_equal(dataset.frames, sequence->frames);
  assert_int_equal(dataset.values, 2);
  for (int t = 0; t < 8; t++) {
    /* The note-off at 300 ms comes after that moment's tick: the frame it opens still has the key. */
    assert_int_equal(cell(sequence, t, 0, 60), t >= 2 && t <= 5);
    assert_int_equal(cell(sequence, t, 1, 60), t == 2);
    assert_int_equal(cell(sequence, t, 0, 21), t == 2);
  }
  const struct frame_def beats = {FRAME_BEATS, 1, 1};
  assert_int_equal(dataset_frames(&dataset, &beats, &error), STATUS_OK);
  assert_int_equal(dataset.frames, 2550 / 500 + 1);
  dataset_free(&dataset);
}

static void refuses_times_that_must_be_wrong(void **state)
{
  (void)state;
  struct note_list list = {0};
  for (int i = 0; i < 16; i++) {
    add(&list, 1010 + 100 * i, 1050 + 100 * i, 0, 108, 64);
  }
  list.notes[15].off = INT64_C(5) * 3600 * NANOS_PER_SECOND;
  const char *path = folder_join(&test_folder, "a.mid");
  put_notes(&list, path);
  struct dataset dataset;
  struct error error;
  assert_int_equal(dataset_load(&dataset, path, "x", &error), STATUS_FORMAT);
  assert_non_null(strstr(error.text, "4 hours"));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, test_folder_set_up, test_folder_tear_down)

int main(void)
{
  const struct CMUnitTest tests[] = {
    TEST(reads_rolls),
    TEST(refuses_bad_rolls),
    TEST(reads_folders_in_the_order_of_names),
    TEST(refuses_folders_without_takes),
    TEST(merges_channels_as_one_keyboard),
    TEST(frames_takes_as_the_live_engine_does),
    TEST(refuses_times_that_must_be_wrong),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
