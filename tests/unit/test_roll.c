#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

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
  const struct roll roll = {notes, 3, true};
  struct folder folder;
  (void)state;

  folder_make(&folder);
  assert_int_equal(roll_draw(&roll, folder_join(&folder, "a.svg"), &error), STATUS_OK);
  assert_begins(folder_join(&folder, "a.svg"), "<?xml");
  assert_int_equal(roll_draw(&roll, folder_join(&folder, "a.PNG"), &error), STATUS_OK);
  assert_begins(folder_join(&folder, "a.PNG"), "\x89PNG");
  assert_int_equal(roll_draw(&roll, folder_join(&folder, "a.gif"), &error), STATUS_USAGE);
  assert_int_equal(roll_draw(&roll, folder_join(&folder, "none/a.svg"), &error), STATUS_NOT_FOUND);
  assert_int_equal(folder_count(folder.path), 2);
  folder_remove(folder.path);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(tells_kept_removed_and_added),
    cmocka_unit_test(draws_either_format_and_refuses_others),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
