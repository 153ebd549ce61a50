/* SPDX-License-Identifier: MIT */
/* Filling with the matches' votes for a network: what is added, where, and how it is struck. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "fill_run.h"

enum { BAR_NOTES = 8, BARS = 12, SEED = 11 };

#define MS NANOS_PER_MILLISECOND

static const nanos beat = 240 * MS; /* 4 frames */

static struct model *make_model(void)
{
  const struct net_config config = {.kind = NET_VRAE,
                                    .frame = {FRAME_MILLISECONDS, 60, 2},
                                    .tie = TIE_PITCH,
                                    .cell = CELL_GRU,
                                    .posterior = POSTERIOR_INCREMENTS,
                                    .feed = FEED_INCREMENT,
                                    .hidden = 4,
                                    .latent = 2,
                                    .generator = 4,
                                    .matches = 4};
  struct model *model;
  struct error error;
  assert_int_equal(model_new(&model, &config, &error), STATUS_OK);
  return model;
}

/* A tune of four bars, over and over; every bar a little later than the grid. */
static struct note_list make_take(nanos later, int louder)
{
  struct note_list notes = {0};
  struct rng rng;
  int tune[4 * BAR_NOTES];
  rng_seed(&rng, SEED);
  for (int i = 0; i < 4 * BAR_NOTES; i++) {
    tune[i] = 48 + (int)rng_below(&rng, 30);
  }
  for (int i = 0; i < BARS * BAR_NOTES; i++) {
    const bool changed = i >= BARS * BAR_NOTES / 2;
    const nanos on = 30 * MS + i * beat + (changed ? later : 0);
    const struct note note = {.on = on,
                              .off = on + 200 * MS,
                              .channel = 3,
                              .pitch = (uint8_t)tune[i % (4 * BAR_NOTES)],
                              .velocity = (uint8_t)(60 + (changed ? louder : 0)),
                              .track = 2};
    assert_int_equal(note_list_add(&notes, note), STATUS_OK);
  }
  return notes;
}

static struct note take_out(struct note_list *notes, size_t index)
{
  const struct note gone = notes->notes[index];
  memmove(notes->notes + index, notes->notes + index + 1, (--notes->count - index) * sizeof *notes->notes);
  return gone;
}

static struct fill_result fill(const struct note_list *played, const struct fill_options *options)
{
  struct model *model = make_model();
  struct fill_run run;
  struct fill_result result;
  struct error error;
  assert_int_equal(fill_run_init(&run, model, played, options->gaps, &error), STATUS_OK);
  run.votes = true;
  assert_int_equal(fill_run_take(&run, options, &result, &error), STATUS_OK);
  fill_run_free(&run);
  model_free(model);
  return result;
}

static void assert_restored(const struct fill_note *added, const struct note *lost)
{
  assert_int_equal(added->note.pitch, lost->pitch);
  assert_in_range(llabs(added->note.on - lost->on), 0, 5 * MS);
  assert_in_range(llabs((added->note.off - added->note.on) - (lost->off - lost->on)), 0, 5 * MS);
  assert_in_range(abs(added->note.velocity - lost->velocity), 0, 2);
  assert_int_equal(added->note.channel, lost->channel);
  assert_int_equal(added->note.track, lost->track);
  assert_true(added->matched);
}

/* The place and touch of the match, on the feel of here: 18 ms later and louder by a third. */
static void test_dropped_note(void **state)
{
  (void)state;
  struct note_list notes = make_take(18 * MS, 20);
  const struct note lost = take_out(&notes, 70);
  const struct fill_options options = {.dropped = true, .strength = 0.4};
  struct fill_result result = fill(&notes, &options);
  assert_int_equal(result.count, 1);
  assert_restored(&result.notes[0], &lost);
  assert_int_equal(result.notes[0].reason, FILL_DROPPED);
  fill_result_free(&result);
  note_list_free(&notes);
}

static void test_gap(void **state)
{
  (void)state;
  struct note_list notes = make_take(0, 0);
  struct note lost[6];
  for (int i = 0; i < 6; i++) {
    lost[i] = take_out(&notes, 70);
  }
  struct fill_gaps gaps = {0};
  const struct fill_gap gap = {lost[0].on - 20 * MS, lost[5].off + 20 * MS, FILL_ASKED};
  assert_int_equal(fill_gaps_add(&gaps, gap), STATUS_OK);
  const struct fill_options options = {.gaps = &gaps, .strength = 0.5};
  struct fill_result result = fill(&notes, &options);
  assert_int_equal(result.count, 6);
  for (int i = 0; i < 6; i++) {
    assert_restored(&result.notes[i], &lost[i]);
    assert_int_equal(result.notes[i].reason, FILL_ASKED);
  }
  fill_result_free(&result);
  fill_gaps_free(&gaps);
  note_list_free(&notes);
}

static void test_whole_take_stays(void **state)
{
  (void)state;
  struct note_list notes = make_take(0, 0);
  const struct fill_options options = {.dropped = true, .strength = 0.4};
  struct fill_result result = fill(&notes, &options);
  assert_int_equal(result.count, 0);
  fill_result_free(&result);
  note_list_free(&notes);
}

/* Whatever is lost and hidden: added notes lie in the take and overlap no other of their pitch. */
static void test_never_overlaps(void **state)
{
  (void)state;
  struct rng rng;
  rng_seed(&rng, SEED);
  printf("seed %d\n", SEED);
  for (int run = 0; run < 20; run++) {
    struct note_list notes = make_take(rng_below(&rng, 40) * MS, 10);
    for (int i = 0; i < 20; i++) {
      take_out(&notes, rng_below(&rng, (uint32_t)notes.count));
    }
    struct fill_gaps gaps = {0};
    const nanos begin = rng_below(&rng, 15000) * MS;
    const struct fill_gap gap = {begin, begin + 50 * MS + rng_below(&rng, 3000) * MS, FILL_ASKED};
    assert_int_equal(fill_gaps_add(&gaps, gap), STATUS_OK);
    const struct fill_options options = {
      .gaps = &gaps, .dropped = true, .strength = 0.9, .variant = rng_below(&rng, 2)};
    struct fill_result result = fill(&notes, &options);
    for (size_t i = 0; i < result.count; i++) {
      const struct note *added = &result.notes[i].note;
      assert_true(added->on >= 0 && added->off > added->on && added->velocity > 0);
      for (size_t k = 0; k < notes.count; k++) {
        assert_true(notes.notes[k].pitch != added->pitch || notes.notes[k].on >= added->off ||
                    notes.notes[k].off <= added->on);
      }
      for (size_t k = 0; k < i; k++) {
        const struct note *other = &result.notes[k].note;
        assert_true(other->pitch != added->pitch || other->on >= added->off || other->off <= added->on);
      }
    }
    fill_result_free(&result);
    fill_gaps_free(&gaps);
    note_list_free(&notes);
  }
}

static void test_refuses(void **state)
{
  (void)state;
  struct model *model = make_model();
  struct note_list notes = make_take(0, 0);
  struct fill_gaps gaps = {0};
  struct fill_result result;
  struct error error;
  const struct fill_options options = {.gaps = &gaps, .strength = 0.5};
  const nanos last = notes.notes[notes.count - 1].off;
  const struct fill_gap outside[] = {
    {-MS, 5 * MS, FILL_ASKED}, {5 * MS, 5 * MS, FILL_ASKED}, {5 * MS, last + MS, FILL_ASKED}};
  for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
    assert_int_equal(fill_gaps_add(&gaps, outside[i]), STATUS_OK);
    assert_int_equal(fill_take(model, &notes, &options, &result, &error), STATUS_USAGE);
    assert_non_null(strstr(error.text, "gap"));
    gaps.count = 0;
  }
  model->config.matches = 0;
  assert_int_equal(fill_take(model, &notes, &options, &result, &error), STATUS_UNSUPPORTED);
  fill_gaps_free(&gaps);
  note_list_free(&notes);
  model_free(model);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_dropped_note),     cmocka_unit_test(test_gap),
    cmocka_unit_test(test_whole_take_stays), cmocka_unit_test(test_never_overlaps),
    cmocka_unit_test(test_refuses),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
