/* SPDX-License-Identifier: MIT */
/* The notes that a page shows. */
#include <math.h>
#include <string.h>

#include "cmocka_all.h"
#include "page_notes.h"

#define MS NANOS_PER_MILLISECOND
#define SECOND NANOS_PER_SECOND

static struct page_notes *notes;

static int set_up(void **state)
{
  (void)state;
  notes = page_notes_new();
  return notes != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
  (void)state;
  page_notes_free(notes);
  return 0;
}

static void event(nanos time, unsigned status, unsigned first, unsigned second)
{
  const union live_record record = {
    .event = {.time = time, .size = 3, .bytes = {(uint8_t)status, (uint8_t)first, (uint8_t)second}}};
  const struct ring_header header = {LIVE_RECORD_EVENT, sizeof record.event};
  assert_true(page_notes_record(notes, &header, &record));
}

static void decide(nanos time, unsigned pitch, bool passed, float log_odds)
{
  const union live_record record = {.decision = {.time = time,
                                                 .pitch = (uint8_t)pitch,
                                                 .velocity = 30,
                                                 .passed = passed,
                                                 .damage = DAMAGE_BRUSH,
                                                 .mode = passed ? LIVE_MONITOR : LIVE_CLEAN,
                                                 .log_odds = log_odds,
                                                 .threshold = -1}};
  const struct ring_header header = {LIVE_RECORD_DECISION, sizeof record.decision};
  assert_true(page_notes_record(notes, &header, &record));
}

static void test_a_stroke_is_a_note_with_its_fate(void **state)
{
  (void)state;
  event(SECOND, 0x90, 60, 80);
  decide(SECOND, 60, true, 5);
  event(SECOND + 10 * MS, 0x90, 61, 20);
  decide(SECOND + 10 * MS, 61, false, -5);
  event(SECOND + 20 * MS, 0x90, 62, 20);
  decide(SECOND + 20 * MS, 62, true, -5);
  event(SECOND + 30 * MS, 0x99, 36, 100); /* drums are not decided about */
  event(2 * SECOND, 0x80, 60, 64);
  assert_int_equal(page_notes_count(notes), 4);
  assert_int_equal(page_notes_get(notes, 0)->fate, PAGE_PASSED);
  assert_int_equal(page_notes_get(notes, 0)->off, 2 * SECOND);
  assert_int_equal(page_notes_get(notes, 1)->fate, PAGE_REMOVED);
  assert_int_equal(page_notes_get(notes, 1)->damage, DAMAGE_BRUSH);
  assert_true(page_notes_get(notes, 1)->off < 0);
  assert_int_equal(page_notes_get(notes, 2)->fate, PAGE_WOULD_REMOVE);
  assert_int_equal(page_notes_get(notes, 3)->fate, PAGE_UNDECIDED);
  assert_null(page_notes_get(notes, 4));
}

static void test_look_ahead_decides_later(void **state)
{
  (void)state;
  event(100 * MS, 0x90, 60, 80);
  event(110 * MS, 0x80, 60, 64);
  event(115 * MS, 0x90, 60, 30);
  decide(100 * MS, 60, true, 5);
  decide(115 * MS, 60, false, -5);
  assert_int_equal(page_notes_count(notes), 2);
  assert_int_equal(page_notes_get(notes, 0)->fate, PAGE_PASSED);
  assert_int_equal(page_notes_get(notes, 1)->fate, PAGE_REMOVED);
}

static void test_a_lost_event_leaves_its_decision(void **state)
{
  (void)state;
  decide(100 * MS, 60, false, -5);
  assert_int_equal(page_notes_count(notes), 1);
  assert_int_equal(page_notes_get(notes, 0)->velocity, 30);
}

static void test_what_ends_a_channel_ends_its_notes(void **state)
{
  (void)state;
  event(1 * MS, 0x90, 60, 80);
  event(2 * MS, 0x91, 60, 80);
  event(3 * MS, 0xB0, 123, 0);
  assert_int_equal(page_notes_get(notes, 0)->off, 3 * MS);
  assert_true(page_notes_get(notes, 1)->off < 0);
}

static void test_a_clock_that_begins_anew_does_not_jump_back(void **state)
{
  (void)state;
  event(100 * SECOND, 0x90, 60, 80);
  event(1 * SECOND, 0x90, 61, 80);
  event(2 * SECOND, 0x90, 62, 80);
  assert_int_equal(page_notes_get(notes, 0)->on, 100 * SECOND);
  assert_int_equal(page_notes_get(notes, 1)->on, 100 * SECOND);
  assert_int_equal(page_notes_get(notes, 2)->on, 101 * SECOND);
  assert_int_equal(page_notes_get(notes, 2)->time, 2 * SECOND);
  assert_int_equal(page_notes_now(notes), 101 * SECOND);
}

static void test_answers_mark_their_stroke(void **state)
{
  (void)state;
  event(1 * MS, 0x90, 60, 80);
  event(2 * MS, 0x90, 61, 80);
  page_notes_answer(notes, &(struct page_answer){.time = 1 * MS, .pitch = 60, .meant = true});
  page_notes_answer(notes, &(struct page_answer){.time = 2 * MS, .pitch = 61, .meant = false});
  page_notes_answer(notes,
                    &(struct page_answer){.time = 3 * MS, .pitch = 61, .meant = true}); /* no such note */
  assert_int_equal(page_notes_get(notes, 0)->mark, PAGE_MEANT);
  assert_int_equal(page_notes_get(notes, 1)->mark, PAGE_NOT_MEANT);
}

/* A reader that knows all changes knows all notes. */
static void test_the_log_of_changes_misses_nothing(void **state)
{
  (void)state;
  static struct page_note seen[1000];
  uint64_t at = 0;
  for (int i = 0; i < 1000; i++) {
    event(i * 50 * MS, 0x90, 21 + (unsigned)(i % 88), 1 + (unsigned)(i % 127));
    decide(i * 50 * MS, 21 + (unsigned)(i % 88), i % 7 != 0, i % 7 != 0 ? 3 : -3);
    event(i * 50 * MS + 40 * MS, 0x80, 21 + (unsigned)(i % 88), 64);
    for (; i % 13 == 0 && at < page_notes_changes(notes); at++) {
      const uint64_t number = page_notes_changed(notes, at);
      seen[number] = *page_notes_get(notes, number);
    }
  }
  for (; at < page_notes_changes(notes); at++) {
    const uint64_t number = page_notes_changed(notes, at);
    seen[number] = *page_notes_get(notes, number);
  }
  for (uint64_t i = 0; i < 1000; i++) {
    assert_memory_equal(&seen[i], page_notes_get(notes, i), sizeof seen[i]);
  }
}

static void test_old_notes_make_room(void **state)
{
  (void)state;
  const uint64_t more = 10;
  for (uint64_t i = 0; i < PAGE_NOTES_MAX + more; i++) {
    event((nanos)i * MS, 0x90, 60, 80);
  }
  assert_int_equal(page_notes_first(notes), more);
  assert_null(page_notes_get(notes, more - 1));
  assert_int_equal(page_notes_get(notes, more)->on, (nanos)more * MS);
  assert_true(page_notes_changes_first(notes) > 0);
}

static void test_a_note_is_printed_as_json(void **state)
{
  (void)state;
  char text[PAGE_NOTE_TEXT];
  struct page_note note = {.on = 1500 * MS,
                           .off = -1,
                           .pitch = 60,
                           .velocity = 80,
                           .fate = PAGE_REMOVED,
                           .damage = DAMAGE_GHOST,
                           .log_odds = -2.5F,
                           .threshold = -INFINITY};
  const size_t size = page_note_print(&note, 7, text);
  assert_int_equal(size, strlen(text));
  assert_string_equal(text, "[7,1500.0,null,0,60,80,1,4,-2.50,null,0]");
  note = (struct page_note){.on = INT64_MAX,
                            .off = INT64_MAX,
                            .channel = 255,
                            .pitch = 255,
                            .velocity = 255,
                            .fate = 255,
                            .damage = 255,
                            .log_odds = -3e38F,
                            .threshold = -3e38F,
                            .mark = 255};
  assert_true(page_note_print(&note, UINT64_MAX, text) < PAGE_NOTE_TEXT);
}

static void test_malformed_records_are_refused(void **state)
{
  (void)state;
  const union live_record record = {.event = {.size = 3}};
  const struct ring_header small = {LIVE_RECORD_EVENT, 3}, unknown = {99, sizeof record.event};
  assert_false(page_notes_record(notes, &small, &record));
  assert_false(page_notes_record(notes, &unknown, &record));
  assert_int_equal(page_notes_count(notes), 0);
}

#define NOTES_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
  const struct CMUnitTest tests[] = {
    NOTES_TEST(test_a_stroke_is_a_note_with_its_fate),
    NOTES_TEST(test_look_ahead_decides_later),
    NOTES_TEST(test_a_lost_event_leaves_its_decision),
    NOTES_TEST(test_what_ends_a_channel_ends_its_notes),
    NOTES_TEST(test_a_clock_that_begins_anew_does_not_jump_back),
    NOTES_TEST(test_answers_mark_their_stroke),
    NOTES_TEST(test_the_log_of_changes_misses_nothing),
    NOTES_TEST(test_old_notes_make_room),
    NOTES_TEST(test_a_note_is_printed_as_json),
    NOTES_TEST(test_malformed_records_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
