/* SPDX-License-Identifier: MIT */
/* All 16 channels busy at once, each with a state of the preset's model: on every one it decides as if there
 * were no other. */
#include <stdlib.h>
#include <string.h>

#include "cleaner.h"
#include "cmocka_all.h"
#include "damage.h"
#include "live.h"
#include "model.h"
#include "rng.h"
#include "take.h"

enum { STROKES = 150, DECISIONS_MAX = 1000, CAPTURE_BYTES = 1 << 20, ALL = -1 };

#define PERIOD (5 * NANOS_PER_MILLISECOND)

struct heard {
  struct live_decision_record decisions[CHANNELS][DECISIONS_MAX];
  size_t count[CHANNELS];
  size_t sent[CHANNELS];
  uint64_t sum[CHANNELS]; /* of what was sent, in order */
};

static struct heard together, alone;
static struct cleaner *cleaner;
static struct model *model;

static bool hear(void *user, nanos time, const uint8_t *bytes, size_t size)
{
  struct heard *heard = user;
  const unsigned channel = bytes[0] & 15;
  heard->sent[channel]++;
  heard->sum[channel] = heard->sum[channel] * 31 + (uint64_t)time;
  for (size_t i = 0; i < size; i++) {
    heard->sum[channel] = heard->sum[channel] * 31 + bytes[i];
  }
  return true;
}

static void drain(struct live *live, struct heard *heard)
{
  struct ring_header header;
  union live_record record;
  while (ring_read(live_capture(live), &header, &record, sizeof record)) {
    if (header.type == LIVE_RECORD_DECISION) {
      const unsigned channel = record.decision.channel;
      assert_true(heard->count[channel] < DECISIONS_MAX);
      heard->decisions[channel][heard->count[channel]++] = record.decision;
    }
  }
}

/* The strokes of one channel, or of all. */
/* Each channel has keys of its own here, as what is known of a key's contacts is known of the key. */
static const struct corrupt_rates contacts = {.bounce = 0.05, .release = 0.05};

static void make_take(int only, struct take *take)
{
  struct note_list all = {0};
  struct error error;
  for (int channel = 0; channel < CHANNELS; channel++) {
    struct note_list played = {0};
    struct rng rng;
    rng_seed(&rng, 20 + (uint64_t)channel);
    nanos now = 0;
    for (int i = 0; i < STROKES; i++) {
      now += (nanos)rng_between(&rng, 5e6, 160e6);
      const struct note note = {.on = now,
                                .off = now + (nanos)rng_between(&rng, 60e6, 600e6),
                                .channel = (uint8_t)channel,
                                .pitch = (uint8_t)(PITCH_LOW + channel * 5 + (int)rng_below(&rng, 5)),
                                .velocity = (uint8_t)(30 + rng_below(&rng, 80))};
      assert_int_equal(note_list_add(&played, note), STATUS_OK);
    }
    struct note_list damaged = {0};
    assert_int_equal(corrupt_notes(&played, &contacts, &rng, &damaged, &error), STATUS_OK);
    for (size_t i = 0; i < damaged.count && (only == ALL || only == channel); i++) {
      assert_int_equal(note_list_add(&all, damaged.notes[i]), STATUS_OK);
    }
    note_list_free(&played);
    note_list_free(&damaged);
  }
  note_list_sort(&all);
  assert_int_equal(take_from_notes(take, &all), STATUS_OK);
  note_list_free(&all);
}

static void play(int only, struct heard *heard)
{
  const struct live_config config = {
    .mode = LIVE_CLEAN, .strength = 0.5F, .bpm = 120, .capture_capacity = CAPTURE_BYTES};
  struct live *live;
  struct error error;
  struct take take;
  make_take(only, &take);
  memset(heard, 0, sizeof *heard);
  assert_int_equal(live_new(&live, &config, cleaner, hear, heard, &error), STATUS_OK);
  live_begin(live, 0);
  nanos now = 0;
  for (size_t i = 0; i < take.count; i++) {
    for (; now + PERIOD <= take.messages[i].time; now += PERIOD) {
      live_advance(live, now + PERIOD);
      drain(live, heard);
    }
    live_receive(live, take.messages[i].time, take.messages[i].bytes, take.messages[i].size);
  }
  for (int i = 0; i < 100; i++) { /* held-back note-offs come */
    live_advance(live, now += PERIOD);
    drain(live, heard);
  }
  drain(live, heard);
  assert_int_equal(live_counters(live)->capture_lost, 0);
  assert_int_equal(live_counters(live)->dropped, 0);
  live_free(live);
  take_free(&take);
}

static void channels_do_not_disturb_each_other(void **state)
{
  (void)state;
  size_t removed = 0;
  play(ALL, &together);
  for (int channel = 0; channel < CHANNELS; channel++) {
    play(channel, &alone);
    assert_int_equal(alone.count[channel] > 0, channel != DRUM_CHANNEL);
    assert_int_equal(together.count[channel], alone.count[channel]);
    for (size_t i = 0; i < alone.count[channel]; i++) {
      const struct live_decision_record *a = &alone.decisions[channel][i];
      const struct live_decision_record *b = &together.decisions[channel][i];
      assert_true(a->time == b->time && a->pitch == b->pitch && a->passed == b->passed);
      assert_true(a->log_odds == b->log_odds);
      removed += !a->passed;
    }
    assert_int_equal(together.sent[channel], alone.sent[channel]);
    assert_int_equal(together.sum[channel], alone.sum[channel]);
  }
  assert_true(removed > 100);
}

static int load(void **state)
{
  struct error error;
  (void)state;
  return model_load(&model, EMEND_TEST_PRESETS "/pop/vosp.safetensors", &error) == STATUS_OK &&
             model_cleaner_new(model, &cleaner, &error) == STATUS_OK
           ? 0
           : -1;
}

static int unload(void **state)
{
  (void)state;
  model_cleaner_free(cleaner);
  model_free(model);
  return 0;
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(channels_do_not_disturb_each_other)};
  return cmocka_run_group_tests(tests, load, unload);
}
