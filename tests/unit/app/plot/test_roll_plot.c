/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "file.h"
#include "folder.h"
#include "roll_plot.h"

static struct error error;

static void add(struct note_list *notes, nanos on_ms, int pitch)
{
  const struct note note = {.on = on_ms * NANOS_PER_MILLISECOND,
                            .off = (on_ms + 200) * NANOS_PER_MILLISECOND,
                            .pitch = (uint8_t)pitch,
                            .velocity = 80};
  assert_int_equal(note_list_add(notes, note), STATUS_OK);
}

static size_t count(const struct roll *roll, enum roll_mark mark)
{
  size_t found = 0;

  for (size_t i = 0; i < roll->count; i++) {
    found += roll->notes[i].mark == mark;
  }
  return found;
}

static void tells_kept_removed_and_added(void **state)
{
  struct note_list before = {NULL, 0, 0}, after = {NULL, 0, 0};
  struct roll roll;
  (void)state;

  add(&before, 0, 60);
  add(&before, 100, 61);  /* removed */
  add(&before, 1000, 62); /* the first of two is the nearer one */
  add(&before, 1049, 62); /* removed */
  add(&before, 2000, 64); /* too far from its like: removed, and the other one added */
  add(&after, 0, 60);
  add(&after, 1010, 62);
  add(&after, 2051, 64);
  assert_int_equal(roll_compare(&before, &after, &roll, &error), STATUS_OK);
  assert_int_equal(count(&roll, ROLL_KEPT), 2);
  assert_int_equal(count(&roll, ROLL_REMOVED), 3);
  assert_int_equal(count(&roll, ROLL_ADDED), 1);
  free(roll.notes);
  assert_int_equal(roll_compare(&before, NULL, &roll, &error), STATUS_OK);
  assert_int_equal(count(&roll, ROLL_KEPT), 5);
  free(roll.notes);
  note_list_free(&before);
  note_list_free(&after);
}

static void assert_begins(const char *path, const char *start)
{
  uint8_t *data;
  size_t size;

  assert_int_equal(file_read(path, 1 << 24, &data, &size, &error), STATUS_OK);
  assert_true(size > strlen(start));
  assert_memory_equal(data, start, strlen(start));
  free(data);
}

static void draws_either_format_and_refuses_others(void **state)
{
  struct roll_note notes[3] = {{{0, NANOS_PER_SECOND, 0, 0, 100, 0, 0}, ROLL_KEPT},
                               {{5, 5, 0, 127, 1, 0, 0}, ROLL_REMOVED},
                               {{9, 10, 0, 60, 127, 0, 0}, ROLL_ADDED}};
  struct roll_span gap = {1, NANOS_PER_SECOND};
  struct roll roll = {notes, 3, true, &gap, 1, 0, ROLL_END};
  struct folder folder;
  (void)state;

  folder_make(&folder);
  assert_int_equal(roll_draw(&roll, folder_join(&folder, "a.svg"), &error), STATUS_OK);
  assert_begins(folder_join(&folder, "a.svg"), "<?xml");
  assert_int_equal(roll_draw(&roll, folder_join(&folder, "a.PNG"), &error), STATUS_OK);
  assert_begins(folder_join(&folder, "a.PNG"), "\x89PNG");
  assert_int_equal(roll_draw(&roll, folder_join(&folder, "a.gif"), &error), STATUS_USAGE);
  assert_int_equal(roll_draw(&roll, folder_join(&folder, "none/a.svg"), &error), STATUS_NOT_FOUND);
  roll.to = 1; /* the first note's first nanosecond */
  assert_int_equal(roll_draw(&roll, folder_join(&folder, "a.svg"), &error), STATUS_OK);
  roll.from = 2 * NANOS_PER_SECOND;
  roll.to = 3 * NANOS_PER_SECOND;
  assert_int_equal(roll_draw(&roll, folder_join(&folder, "b.svg"), &error), STATUS_USAGE);
  assert_int_equal(folder_count(folder.path), 2);
  folder_remove(folder.path);
}

/* The height of a picture is in its first lines: width="..." height="...". */
static double svg_height(const char *path)
{
  uint8_t *data;
  size_t size;
  double height = 0;

  assert_int_equal(file_read(path, 1 << 24, &data, &size, &error), STATUS_OK);
  data[size - 1] = 0;
  const char *at = strstr((const char *)data, "height=\"");
  assert_non_null(at);
  height = strtod(at + strlen("height=\""), NULL);
  free(data);
  return height;
}

static void long_takes_get_more_systems(void **state)
{
  struct roll_note notes[2] = {{{0, NANOS_PER_SECOND, 0, 60, 100, 0, 0}, ROLL_KEPT},
                               {{0, NANOS_PER_SECOND, 0, 60, 100, 0, 0}, ROLL_KEPT}};
  struct roll roll = {notes, 2, false, NULL, 0, 0, ROLL_END};
  double heights[4];
  static const int lengths[4] = {20, 59, 3600, 7200};
  struct folder folder;
  (void)state;

  folder_make(&folder);
  for (int i = 0; i < 4; i++) {
    notes[1].note.on = (lengths[i] - 1) * NANOS_PER_SECOND;
    notes[1].note.off = lengths[i] * NANOS_PER_SECOND;
    assert_int_equal(roll_draw(&roll, folder_join(&folder, "a.svg"), &error), STATUS_OK);
    heights[i] = svg_height(folder_join(&folder, "a.svg"));
  }
  assert_true(heights[1] > heights[0] && heights[2] > 20 * heights[1]);
  assert_true(heights[3] == heights[2]); /* a system holds more then */
  folder_remove(folder.path);
}

/* A gap from tick 48 to 96 of 96 a quarter, then a keyboard that went and did not come back. */
static const uint8_t marked[] = {'M', 'T', 'h', 'd',  0,   0,   0,   6,   0,    0,   0,   1,    0,    96,  'M',
                                 'T', 'r', 'k', 0,    0,   0,   67,  48,  0xFF, 6,   15,  'e',  'm',  'e', 'n',
                                 'd', ':', ' ', 'g',  'a', 'p', ' ', '(', 'a',  ')', '!', 48,   0xFF, 6,   17,
                                 'e', 'm', 'e', 'n',  'd', ':', ' ', 'e', 'n',  'd', ' ', 'o',  'f',  ' ', 'g',
                                 'a', 'p', 0,   0xFF, 6,   19,  'e', 'm', 'e',  'n', 'd', ':',  ' ',  'd', 'i',
                                 's', 'c', 'o', 'n',  'n', 'e', 'c', 't', 'e',  'd', 96,  0xFF, 0x2F, 0};

static void finds_gaps_in_markers_and_reports(void **state)
{
  struct roll roll = {.notes = NULL};
  struct folder folder;
  struct smf smf;
  (void)state;

  assert_int_equal(smf_read(&smf, marked, sizeof marked, "marked", &error), STATUS_OK);
  assert_int_equal(roll_gaps_from_markers(&roll, &smf, &error), STATUS_OK);
  assert_int_equal(roll.gap_count, 1);
  assert_true(roll.gaps[0].begin == NANOS_PER_SECOND / 4 && roll.gaps[0].end == NANOS_PER_SECOND / 2);
  smf_free(&smf);

  folder_make(&folder);
  const char *path = folder_join(&folder, "report.json");
  const char *const good = "{\"gaps\": [{\"begin\": 1.5, \"end\": 2}]}";
  folder_put(path, good, strlen(good));
  assert_int_equal(roll_gaps_from_report(&roll, path, &error), STATUS_OK);
  assert_int_equal(roll.gap_count, 2);
  assert_true(roll.gaps[1].begin == 3 * NANOS_PER_SECOND / 2 && roll.gaps[1].end == 2 * NANOS_PER_SECOND);
  const char *const bad[] = {"{",
                             "[]",
                             "{}",
                             "{\"gaps\": 3}",
                             "{\"gaps\": [{\"begin\": 3, \"end\": 2}]}",
                             "{\"gaps\": [{\"begin\": 0, \"end\": 1e300}]}"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    folder_put(path, bad[i], strlen(bad[i]));
    assert_int_equal(roll_gaps_from_report(&roll, path, &error), STATUS_FORMAT);
    assert_non_null(strstr(error.text, "report.json"));
  }
  assert_int_equal(roll.gap_count, 2);
  free(roll.gaps);
  folder_remove(folder.path);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(tells_kept_removed_and_added),
    cmocka_unit_test(draws_either_format_and_refuses_others),
    cmocka_unit_test(long_takes_get_more_systems),
    cmocka_unit_test(finds_gaps_in_markers_and_reports),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
