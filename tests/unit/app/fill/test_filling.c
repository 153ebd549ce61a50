/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cmocka_all.h"
#include "fill_job.h"
#include "fill_source.h"
#include "folder.h"
#include "rng.h"
#include "smf_from_notes.h"

enum { TAKES = 40, NOTES_MAX = 60 };

static struct error error;
static void add(struct note_list *notes, nanos on_ms, nanos off_ms, int channel, int pitch)
{
  const struct note note = {.on = on_ms * NANOS_PER_MILLISECOND,
                            .off = off_ms * NANOS_PER_MILLISECOND,
                            .channel = (uint8_t)channel,
                            .pitch = (uint8_t)pitch,
                            .velocity = 80,
                            .track = (uint16_t)(channel & 1)};
  assert_int_equal(note_list_add(notes, note), STATUS_OK);
}

/* 480 ticks a quarter at 120 a minute: a tick is 1.04 ms. */
static void open_take(struct fill_source *source, const struct note_list *notes, enum frame_unit unit)
{
  const char *path = folder_join(&test_folder, "take.mid");
  struct smf smf;
  uint8_t *data;
  size_t size;

  assert_int_equal(smf_from_notes(notes, &smf, &error), STATUS_OK);
  assert_int_equal(smf_write(&smf, &data, &size, &error), STATUS_OK);
  folder_put(path, data, size);
  assert_int_equal(fill_source_open(source, path, unit, &error), STATUS_OK);
  free(data);
  smf_free(&smf);
}

static void put(struct fill_result *result, nanos on_ms, nanos off_ms, int channel, int pitch)
{
  struct fill_note *added = &result->notes[result->count++];

  *added = (struct fill_note){.note = {.on = on_ms * NANOS_PER_MILLISECOND,
                                       .off = off_ms * NANOS_PER_MILLISECOND,
                                       .channel = (uint8_t)channel,
                                       .pitch = (uint8_t)pitch,
                                       .velocity = 60},
                              .probability = 0.75F,
                              .reason = FILL_DROPPED};
}

static struct fill_result new_result(void)
{
  struct fill_result result = {calloc(NOTES_MAX, sizeof(struct fill_note)), 0, NOTES_MAX};

  assert_non_null(result.notes);
  return result;
}

static void makes_two_hands_one_keyboard(void **state)
{
  struct note_list notes = {NULL, 0, 0};
  struct fill_source source;
  (void)state;

  add(&notes, 0, 500, 0, 72);
  add(&notes, 0, 500, 1, 48);
  add(&notes, 500, 900, 9, 40); /* drums */
  add(&notes, 1000, 1500, 0, 74);
  open_take(&source, &notes, FRAME_MILLISECONDS);
  assert_int_equal(source.all.count, 4);
  assert_int_equal(source.played.count, 3);
  assert_true(source.end == 1500 * NANOS_PER_MILLISECOND);
  fill_source_close(&source);
  note_list_free(&notes);
}

/* 90 a minute, so that music at 120 differs. */
static const uint8_t slow[] = {'M',  'T', 'h',  'd', 0,  0,  0,  6,  0, 0,    0,    1, 0,    96,
                               'M',  'T', 'r',  'k', 0,  0,  0,  18, 0, 0xFF, 0x51, 3, 0x0A, 0x2C,
                               0x2B, 96,  0x90, 60,  80, 96, 60, 0,  0, 0xFF, 0x2F, 0};

static void counts_beats_as_music_at_120(void **state)
{
  const char *path = folder_join(&test_folder, "slow.mid");
  struct fill_source source;
  (void)state;

  folder_put(path, slow, sizeof slow);
  assert_int_equal(fill_source_open(&source, path, FRAME_BEATS, &error), STATUS_OK);
  assert_int_equal(source.played.count, 1);
  assert_true(source.played.notes[0].on == NANOS_PER_SECOND / 2);
  assert_true(source.played.notes[0].off == NANOS_PER_SECOND);
  for (uint64_t tick = 0; tick < 500; tick++) {
    assert_int_equal(fill_source_tick(&source, fill_source_time(&source, tick)), tick);
  }
  assert_true(fill_source_seconds(&source, NANOS_PER_SECOND) > 1.33);
  fill_source_close(&source);
  assert_int_equal(fill_source_open(&source, path, FRAME_MILLISECONDS, &error), STATUS_OK);
  assert_true(source.end > 1330 * NANOS_PER_MILLISECOND);
  fill_source_close(&source);
}

static void leaves_the_bytes_alone_without_notes_to_add(void **state)
{
  struct note_list notes = {NULL, 0, 0};
  struct fill_result result = {NULL, 0, 0};
  const struct fill_gaps gaps = {NULL, 0, 0};
  struct fill_source source;
  struct filling filling;
  (void)state;

  add(&notes, 0, 500, 0, 72);
  open_take(&source, &notes, FRAME_MILLISECONDS);
  assert_int_equal(filling_make(&filling, &source, &result, &gaps, true, &error), STATUS_OK);
  assert_int_equal(filling.size, source.size);
  assert_memory_equal(filling.data, source.data, source.size);
  filling_free(&filling);
  fill_source_close(&source);
  note_list_free(&notes);
}

/* On every channel and key of a file one note at a time, if it was so before. */
static void assert_no_overlap(const struct note_list *notes)
{
  for (size_t i = 0; i < notes->count; i++) {
    for (size_t j = i + 1; j < notes->count; j++) {
      const struct note *a = &notes->notes[i], *b = &notes->notes[j];
      if (a->channel == b->channel && a->pitch == b->pitch) {
        assert_true(a->on < b->on && a->off <= b->on);
      }
    }
  }
}

static void check_random_take(struct rng *rng)
{
  struct note_list notes = {NULL, 0, 0}, all = {NULL, 0, 0};
  struct fill_result result = new_result();
  const struct fill_gaps gaps = {NULL, 0, 0};
  struct fill_source source;
  struct filling filling;
  struct smf smf;

  for (int i = 0; i < 40; i++) {
    add(&notes, 10 * i, 10 * i + 1 + (nanos)rng_below(rng, 9), (int)rng_below(rng, 2),
        60 + (int)rng_below(rng, 3));
  }
  open_take(&source, &notes, FRAME_MILLISECONDS);
  for (int i = 0; i < NOTES_MAX; i++) {
    nanos on = 7 * i;
    put(&result, on, on + rng_below(rng, 60), (int)rng_below(rng, 2), 60 + (int)rng_below(rng, 4));
  }
  assert_int_equal(filling_make(&filling, &source, &result, &gaps, true, &error), STATUS_OK);
  assert_true(filling.result.count > 0 && filling.result.count == filling.notes.count);
  assert_int_equal(smf_read(&smf, filling.data, filling.size, "filled", &error), STATUS_OK);
  assert_int_equal(smf_notes(&smf, &all, &error), STATUS_OK);
  assert_int_equal(all.count, notes.count + filling.notes.count);
  assert_no_overlap(&all);
  assert_int_equal(marks_fill_track(&smf), source.smf.track_count);
  smf_free(&smf);
  filling_free(&filling);
  fill_source_close(&source);
  note_list_free(&notes);
  note_list_free(&all);
}

static void never_strikes_a_key_that_sounds(void **state)
{
  const uint64_t seed = (uint64_t)time(NULL);
  struct rng rng;
  (void)state;

  print_message("seed %llu\n", (unsigned long long)seed);
  rng_seed(&rng, seed);
  for (int i = 0; i < TAKES; i++) {
    check_random_take(&rng);
  }
}

static void marks_gaps_and_added_chords(void **state)
{
  struct note_list notes = {NULL, 0, 0};
  struct fill_result result = new_result();
  struct fill_gap gap = {1000 * NANOS_PER_MILLISECOND, 2000 * NANOS_PER_MILLISECOND, FILL_SILENCE};
  const struct fill_gaps gaps = {&gap, 1, 1};
  struct fill_source source;
  struct filling filling;
  struct smf smf;
  struct mark_span span;
  size_t at = 0;
  (void)state;

  add(&notes, 0, 500, 0, 72);
  open_take(&source, &notes, FRAME_MILLISECONDS);
  put(&result, 1500, 1600, 0, 60);
  put(&result, 1500, 1600, 0, 66);
  assert_int_equal(filling_make(&filling, &source, &result, &gaps, true, &error), STATUS_OK);
  assert_int_equal(smf_read(&smf, filling.data, filling.size, "filled", &error), STATUS_OK);
  assert_true(marks_next(&smf, MARK_GAP, MARK_GAP_END, &at, &span));
  assert_int_equal(span.begin, 960);
  assert_int_equal(span.end, 1920);
  assert_false(marks_next(&smf, MARK_GAP, MARK_GAP_END, &at, &span));
  at = 0;
  assert_true(marks_next(&smf, MARK_ADDED " C4 F#4", MARK_GAP_END, &at, &span));
  assert_int_equal(span.begin, 1440);
  smf_free(&smf);
  filling_free(&filling);
  fill_source_close(&source);
  note_list_free(&notes);
}

static bool tell_stop(void *user, double share)
{
  ++*(int *)user;
  return share < 0.5;
}

/* A filler of weights drawn by chance. */
static void draws_variants_that_differ_and_stops_when_told(void **state)
{
  static const struct net_config config = {.kind = NET_VRAE,
                                           .frame = {FRAME_MILLISECONDS, 60, 2},
                                           .tie = TIE_PITCH,
                                           .cell = CELL_GRU,
                                           .hidden = 2,
                                           .latent = 1,
                                           .generator = 2,
                                           .matches = 1};
  struct gap_text gap;
  struct fill_order order = {.asked = &gap, .asked_count = 1, .strength = 0.9, .variants = 3, .seed = 5};
  struct note_list notes = {NULL, 0, 0};
  struct fill_outcome *outcome = malloc(sizeof *outcome);
  struct fill_source source;
  struct model *model;
  struct rng rng;
  int told = 0;
  (void)state;

  assert_non_null(outcome);
  for (int i = 0; i < 20; i++) {
    add(&notes, 500 * i, 500 * i + 400, 0, 60 + i % 7);
  }
  open_take(&source, &notes, FRAME_MILLISECONDS);
  assert_int_equal(model_new(&model, &config, &error), STATUS_OK);
  rng_seed(&rng, 3);
  for (size_t i = 0; i < model->params.size; i++) {
    model->params.block[i] = (float)rng_normal(&rng);
  }
  assert_int_equal(gap_parse(&gap, "3:4", &error), STATUS_OK);
  assert_int_equal(fill_job(model, &source, &order, outcome, &error), STATUS_OK);
  assert_int_equal(outcome->count, 3);
  assert_int_equal(fill_outcome_twin(outcome, 1), -1);
  assert_int_equal(fill_outcome_twin(outcome, 2), -1);
  assert_true(outcome->fillings[0].notes.count > 0);
  fill_outcome_free(outcome);
  order.tell = tell_stop;
  order.user = &told;
  assert_int_equal(fill_job(model, &source, &order, outcome, &error), STATUS_INTERRUPTED);
  assert_true(told > 0);
  fill_outcome_free(outcome);
  model_free(model);
  fill_source_close(&source);
  note_list_free(&notes);
  free(outcome);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(makes_two_hands_one_keyboard),
    cmocka_unit_test(counts_beats_as_music_at_120),
    cmocka_unit_test(leaves_the_bytes_alone_without_notes_to_add),
    cmocka_unit_test(never_strikes_a_key_that_sounds),
    cmocka_unit_test(marks_gaps_and_added_chords),
    cmocka_unit_test(draws_variants_that_differ_and_stops_when_told),
  };
  return cmocka_run_group_tests(tests, test_folder_set_up, test_folder_tear_down);
}
