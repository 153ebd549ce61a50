/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "fill_source.h"
#include "folder.h"
#include "gaps.h"
#include "journal.h"
#include "smf_append.h"
#include "smf_from_notes.h"

static struct error error;
/* Ten quarters on one key at 120 a minute in 4/4: a take of five seconds. */
static void put_take(const char *path, const struct smf_marker *markers, size_t count)
{
  struct note_list notes = {NULL, 0, 0};
  struct note_list none = {NULL, 0, 0};
  struct smf smf;
  uint8_t *data, *marked;
  size_t size, marked_size;

  for (int i = 0; i < 10; i++) {
    const struct note note = {
      .on = i * NANOS_PER_SECOND / 2, .off = (i + 1) * NANOS_PER_SECOND / 2, .pitch = 60, .velocity = 80};
    assert_int_equal(note_list_add(&notes, note), STATUS_OK);
  }
  assert_int_equal(smf_from_notes(&notes, &smf, &error), STATUS_OK);
  assert_int_equal(smf_write(&smf, &data, &size, &error), STATUS_OK);
  smf_free(&smf);
  assert_int_equal(smf_read(&smf, data, size, "take", &error), STATUS_OK);
  const struct smf_addition addition = {"none", &none, "marks", markers, count};
  assert_int_equal(smf_append(&smf, data, size, &addition, &marked, &marked_size, &error), STATUS_OK);
  folder_put(path, marked, marked_size);
  smf_free(&smf);
  free(data);
  free(marked);
  note_list_free(&notes);
}

static void open_take(struct fill_source *source, const struct smf_marker *markers, size_t count)
{
  const char *path = folder_join(&test_folder, "take.mid");

  put_take(path, markers, count);
  assert_int_equal(fill_source_open(source, path, FRAME_MILLISECONDS, &error), STATUS_OK);
}

static void reads_seconds_and_bars(void **state)
{
  struct gap_text gap;
  (void)state;

  assert_int_equal(gap_parse(&gap, "12.5:14", &error), STATUS_OK);
  assert_true(!gap.bars && gap.begin == 12.5 && gap.end == 14);
  assert_int_equal(gap_parse(&gap, "0-.5", &error), STATUS_OK);
  assert_true(!gap.bars && gap.begin == 0 && gap.end == 0.5);
  assert_int_equal(gap_parse(&gap, "5:1:6:3", &error), STATUS_OK);
  assert_true(gap.bars && gap.begin_bar == 5 && gap.begin == 1 && gap.end_bar == 6 && gap.end == 3);
  assert_int_equal(gap_parse(&gap, "5:3-6:1.5", &error), STATUS_OK);
  assert_true(gap.bars && gap.begin_bar == 5 && gap.begin == 3 && gap.end_bar == 6 && gap.end == 1.5);
}

static void refuses_what_is_no_gap(void **state)
{
  static const char *const bad[] = {"",      "5",         "5:",      ":5",      "5:4",     "5:5",
                                    "-1:5",  "1:-5",      "a:b",     "1 2",     "nan:2",   "1:inf",
                                    "1:2:3", "1:2:3:4:5", "2:1:1:1", "1:2:1:2", "1e999:2", "1:2 ",
                                    "1;2",   "1:2:1:1",   "-:-:-:-", "--1:2",   "1::2"};
  struct gap_text gap;
  (void)state;

  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    assert_int_equal(gap_parse(&gap, bad[i], &error), STATUS_USAGE);
    assert_non_null(strstr(error.text, "--gap "));
    assert_non_null(strstr(error.text, bad[i]));
  }
}

static enum status ask(const struct fill_source *source, const char *one, const char *other,
                       struct fill_gaps *gaps)
{
  struct gap_text asked[2];
  int count = other != NULL ? 2 : 1;

  *gaps = (struct fill_gaps){NULL, 0, 0};
  assert_int_equal(gap_parse(&asked[0], one, &error), STATUS_OK);
  if (other != NULL) {
    assert_int_equal(gap_parse(&asked[1], other, &error), STATUS_OK);
  }
  return gaps_add_asked(source, asked, count, gaps, &error);
}

static void assert_gap(const struct fill_gap *gap, double begin, double end, enum fill_reason reason)
{
  assert_true(gap->begin == (nanos)(begin * 1e9) && gap->end == (nanos)(end * 1e9));
  assert_int_equal(gap->reason, reason);
}

static void finds_the_gaps_that_are_asked_for(void **state)
{
  struct fill_source source;
  struct fill_gaps gaps;
  (void)state;

  open_take(&source, NULL, 0);
  assert_int_equal(ask(&source, "1:3:2:2", "0.25:0.5", &gaps), STATUS_OK);
  assert_int_equal(gaps.count, 2);
  assert_gap(&gaps.gaps[0], 0.25, 0.5, FILL_ASKED);
  assert_gap(&gaps.gaps[1], 1, 2.5, FILL_ASKED);
  fill_gaps_free(&gaps);
  assert_int_equal(ask(&source, "1:2", "2:5", &gaps),
                   STATUS_OK); /* they only touch; the last ends with the take */
  assert_int_equal(gaps.count, 2);
  fill_gaps_free(&gaps);
  fill_source_close(&source);
}

static void refuses_gaps_that_overlap_or_lie_outside(void **state)
{
  static const char *const bad[][3] = {{"1:3", "2:4", "overlap"},
                                       {"1:1:2:1", "0:3", "overlap"},
                                       {"4:5.1", NULL, "outside the take"},
                                       {"9:12", NULL, "outside"},
                                       {"1:1e300", NULL, "outside"},
                                       {"1:1:9:1", NULL, "outside"},
                                       {"1:5:2:1", NULL, "no beat 5"},
                                       {"0:1:1:1", NULL, "no bar 0"},
                                       {"1:1.0000001", NULL, "shorter than a tick"}};
  struct fill_source source;
  struct fill_gaps gaps;
  (void)state;

  open_take(&source, NULL, 0);
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    assert_int_equal(ask(&source, bad[i][0], bad[i][1], &gaps), STATUS_USAGE);
    assert_non_null(strstr(error.text, bad[i][2]));
    assert_non_null(strstr(error.text, bad[i][0]));
    fill_gaps_free(&gaps);
  }
  fill_source_close(&source);
}

static void takes_disconnections_from_markers(void **state)
{
  static const struct smf_marker markers[] = {
    {480, JOURNAL_MARK_DISCONNECTED},  {960, JOURNAL_MARK_CONNECTED},  {1440, JOURNAL_MARK_CONNECTED},
    {4320, JOURNAL_MARK_DISCONNECTED}, {9000, JOURNAL_MARK_CONNECTED}, {9100, JOURNAL_MARK_DISCONNECTED}};
  struct fill_source source;
  struct fill_gaps gaps = {NULL, 0, 0};
  (void)state;

  open_take(&source, markers, sizeof markers / sizeof markers[0]);
  assert_int_equal(gaps_add_marked(&source, &gaps, &error), STATUS_OK);
  assert_int_equal(gaps.count, 2);
  assert_gap(&gaps.gaps[0], 0.5, 1, FILL_DISCONNECTED);
  assert_gap(&gaps.gaps[1], 4.5, 5, FILL_DISCONNECTED); /* as far as the take goes */
  fill_gaps_free(&gaps);
  fill_source_close(&source);
}

static void makes_one_of_gaps_that_overlap(void **state)
{
  static const struct fill_gap given[] = {
    {50, 60, FILL_SILENCE}, {10, 20, FILL_ASKED},        {15, 30, FILL_SILENCE}, {30, 40, FILL_SILENCE},
    {52, 55, FILL_ASKED},   {70, 90, FILL_DISCONNECTED}, {65, 75, FILL_SILENCE},
  };
  static const struct fill_gap wanted[] = {
    {10, 30, FILL_ASKED}, {30, 40, FILL_SILENCE}, {50, 60, FILL_ASKED}, {65, 90, FILL_DISCONNECTED}};
  struct fill_gaps gaps = {NULL, 0, 0};
  (void)state;

  for (size_t i = 0; i < sizeof given / sizeof given[0]; i++) {
    assert_int_equal(fill_gaps_add(&gaps, given[i]), STATUS_OK);
  }
  gaps_settle(&gaps);
  assert_int_equal(gaps.count, sizeof wanted / sizeof wanted[0]);
  for (size_t i = 0; i < gaps.count; i++) {
    assert_true(gaps.gaps[i].begin == wanted[i].begin && gaps.gaps[i].end == wanted[i].end);
    assert_int_equal(gaps.gaps[i].reason, wanted[i].reason);
  }
  fill_gaps_free(&gaps);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(reads_seconds_and_bars),
    cmocka_unit_test(refuses_what_is_no_gap),
    cmocka_unit_test(finds_the_gaps_that_are_asked_for),
    cmocka_unit_test(refuses_gaps_that_overlap_or_lie_outside),
    cmocka_unit_test(takes_disconnections_from_markers),
    cmocka_unit_test(makes_one_of_gaps_that_overlap),
  };
  return cmocka_run_group_tests(tests, test_folder_set_up, test_folder_tear_down);
}
