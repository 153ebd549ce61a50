/* SPDX-License-Identifier: MIT */
/* Files through the engine. Each kind of file that once came back changed is made here and comes back as it
 * was. */
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "fake_predictor.h"
#include "midi_bytes.h"
#include "removals.h"
#include "replay.h"
#include "rng.h"
#include "same_notes.h"
#include "stream_port.h"

/* The fake gate takes strokes softer than FAKE_VELOCITY for ghosts. */
enum { SOFT = 5, LOUD = 80 };

#define FOREVER INT64_MAX

static struct fake_predictor fake;
static struct stream stream;
static struct watch watch;
static struct error error;

struct run {
  nanos look_ahead, until; /* until: FOREVER, or in real time to then */
  float strength;
  bool apart;
  struct spare spare;
};

static const struct run plain = {.until = FOREVER, .strength = 0.5F, .apart = true};

static void play(struct replay *replay, const struct run *run, struct live *live)
{
  const struct port_stream port = stream_port(&stream);
  const nanos end = run->until < replay_end(replay) ? run->until : replay_end(replay);
  if (run->apart) {
    while (replay_go_on(replay, &port)) {
      watch_drain(&watch, live_capture(live));
    }
    return;
  }
  port.begin(port.user, 0);
  while (replay_position(replay) < end) {
    const nanos next = replay_position(replay) + 37 * NANOS_PER_MILLISECOND;
    replay_step(replay, &port, next < end ? next : end);
    watch_drain(&watch, live_capture(live));
  }
  port.silence(port.user, replay_position(replay));
}

/* Through the engine; the caller frees the result. */
static struct replay_result clean(const struct midi_bytes *midi, const struct run *run)
{
  const struct live_config config = {.mode = LIVE_CLEAN,
                                     .strength = run->strength,
                                     .look_ahead = run->look_ahead,
                                     .bpm = 120,
                                     .capture_capacity = 1 << 16};
  const struct replay_options how = {run->look_ahead, run->apart, &run->spare};
  struct replay_result result;
  struct replay *replay;
  struct live *live;
  struct smf smf;

  fake_predictor_init(&fake);
  watch_init(&watch);
  assert_int_equal(smf_read(&smf, midi->data, midi->size, "test", &error), STATUS_OK);
  assert_int_equal(replay_new(&replay, &smf, &how, "test", &error), STATUS_OK);
  assert_int_equal(live_new(&live, &config, &fake.cleaner, stream_emit, &stream, &error), STATUS_OK);
  stream_init(&stream, live);
  stream_connect(&stream, replay_send, replay);
  play(replay, run, live);
  watch_drain(&watch, live_capture(live));
  live_free(live);
  assert_int_equal(replay_finish(replay, midi->data, midi->size, &result, &error), STATUS_OK);
  assert_int_equal(result.removed, watch.total);
  replay_free(replay);
  smf_free(&smf);
  return result;
}

/* Clean it; `removed` notes are to go and nothing else is to change. Frees it. */
static void expect(struct midi_bytes *midi, const struct run *run, size_t removed)
{
  struct replay_result result = clean(midi, run);
  struct same_notes tally;
  const char *fault = same_notes(midi->data, midi->size, result.data, result.size, &tally);
  if (fault != NULL || tally.removed != removed || tally.bridged != result.handed_count) {
    fail_msg("%s; %zu of %zu notes removed, %zu should be", fault ? fault : "miscounted", tally.removed,
             tally.notes, removed);
  }
  if (removed == 0) {
    assert_int_equal(result.size, midi->size);
    assert_memory_equal(result.data, midi->data, midi->size);
  }
  replay_result_free(&result);
  midi_free(midi);
}

/* --- Files: 480 ticks a quarter at 120 a minute, about a tick a millisecond --- */

static struct midi_bytes begin(int format, int tracks)
{
  struct midi_bytes midi = {.data = NULL};
  midi_header(&midi, format, tracks, 480);
  midi_begin_track(&midi);
  return midi;
}

static void note(struct midi_bytes *midi, uint32_t delta, uint8_t channel, uint8_t key, uint8_t velocity,
                 uint32_t length)
{
  MIDI_EVENT(midi, delta, 0x90 | channel, key, velocity);
  MIDI_EVENT(midi, length, 0x80 | channel, key, 51);
}

/* Eight notes, every other one soft. */
static void scale(struct midi_bytes *midi, uint8_t channel, uint8_t loud)
{
  for (uint8_t i = 0; i < 8; i++) {
    note(midi, 40, channel, (uint8_t)(60 + i), i % 2 == 0 ? loud : SOFT, 200);
  }
}

static void removes_notes_and_nothing_else(void **state)
{
  const nanos look_aheads[] = {0, 40 * NANOS_PER_MILLISECOND};
  (void)state;
  for (int i = 0; i < 4; i++) {
    struct run run = plain;
    run.look_ahead = look_aheads[i % 2];
    run.apart = i < 2;
    struct midi_bytes midi = begin(1, 2);
    MIDI_EVENT(&midi, 0, 0xFF, 0x51, 3, 7, 0xA1, 0x20);
    midi_end_track(&midi, 0);
    midi_begin_track(&midi);
    scale(&midi, 0, LOUD);
    MIDI_EVENT(&midi, 10, 0xF0, 2, 1, 0xF7);
    scale(&midi, 3, LOUD);
    midi_end_track(&midi, 2000);
    expect(&midi, &run, 8);
  }
}

/* on off on off of one key, the second stroke a bounce: the note lasts as long as the key was down. */
static void keeps_a_stroke_that_carries_the_note(void **state)
{
  struct midi_bytes midi = begin(0, 1);
  (void)state;
  note(&midi, 100, 0, 60, LOUD, 10);
  note(&midi, 5, 0, 60, SOFT, 385);
  midi_end_track(&midi, 10);
  struct replay_result result = clean(&midi, &plain);
  assert_int_equal(result.removed, 0); /* nothing was known of the key, and the note had ended */
  replay_result_free(&result);
  midi_free(&midi);
}

static void ends_notes_when_stopped(void **state)
{
  const struct run run = {.until = NANOS_PER_SECOND, .strength = 0.5F};
  struct midi_bytes midi = begin(0, 1);
  struct note_list played = {NULL, 0, 0};
  struct smf out;
  (void)state;
  MIDI_EVENT(&midi, 100, 0x90, 60, LOUD);
  note(&midi, 3000, 0, 62, LOUD, 1000);
  MIDI_EVENT(&midi, 100, 0x80, 60, 1);
  midi_end_track(&midi, 0);
  struct replay_result result = clean(&midi, &run);
  assert_int_equal(smf_read(&out, result.data, result.size, "out", &error), STATUS_OK);
  assert_int_equal(smf_notes(&out, &played, &error), STATUS_OK);
  assert_int_equal(played.count, 1);
  assert_in_range(played.notes[0].off / NANOS_PER_MILLISECOND, 998, 1001);
  assert_in_range(smf_tick_time(&out, out.track_end[0]) / NANOS_PER_MILLISECOND, 998, 1001);
  smf_free(&out);
  replay_result_free(&result);
  note_list_free(&played);
  midi_free(&midi);
}

/* --- What came back changed once --- */

static void keeps_hands_on_one_channel_apart(void **state)
{
  struct midi_bytes midi = begin(1, 2);
  (void)state;
  note(&midi, 0, 0, 60, LOUD, 480);
  note(&midi, 480, 0, 60, LOUD, 480);
  midi_end_track(&midi, 0);
  midi_begin_track(&midi);
  note(&midi, 480, 0, 60, LOUD, 480); /* struck at the tick at which the other hand lets go */
  note(&midi, 0, 0, 62, SOFT, 480);
  midi_end_track(&midi, 0);
  expect(&midi, &plain, 1);
}

static void keeps_short_notes_and_their_ends(void **state)
{
  struct midi_bytes midi = begin(0, 1);
  (void)state;
  for (uint32_t i = 0; i < 12; i++) {
    MIDI_EVENT(&midi, 200, 0x90, (uint8_t)(60 + i), LOUD);
    if (i % 2 == 0) {
      MIDI_EVENT(&midi, 2 * i, (uint8_t)(60 + i), 0); /* a note-on of velocity 0, by running status */
    } else {
      MIDI_EVENT(&midi, 2 * i, 0x80, (uint8_t)(60 + i), (uint8_t)i);
    }
  }
  midi_end_track(&midi, 0);
  expect(&midi, &plain, 0);
}

static void keeps_a_restrike_written_before_its_release(void **state)
{
  struct midi_bytes midi = begin(0, 1);
  (void)state;
  MIDI_EVENT(&midi, 0, 0x90, 60, LOUD);
  MIDI_EVENT(&midi, 480, 0x90, 60, LOUD);
  MIDI_EVENT(&midi, 0, 0x80, 60, 64);
  MIDI_EVENT(&midi, 480, 0x80, 60, 64);
  note(&midi, 0, 0, 61, LOUD, 0);
  midi_end_track(&midi, 0);
  expect(&midi, &plain, 0);
}

/* The same keys of the same channel on two ports, by either meta event; soft ones on one of them go there. */
static void keeps_ports_apart(void **state)
{
  (void)state;
  for (int by_name = 0; by_name < 2; by_name++) {
    struct midi_bytes midi = begin(1, 2);
    for (uint8_t port = 0; port < 2; port++) {
      if (port == 1) {
        midi_begin_track(&midi);
      }
      if (by_name) {
        MIDI_EVENT(&midi, 0, 0xFF, 0x09, 1, 'A' + port);
      } else {
        MIDI_EVENT(&midi, 0, 0xFF, 0x21, 1, port);
      }
      note(&midi, 0, 0, 60, port == 0 ? LOUD : SOFT, 480);
      note(&midi, 0, 0, 60, LOUD, 240);
      midi_end_track(&midi, 0);
    }
    expect(&midi, &plain, 1);
  }
}

static void leaves_an_overlapped_note_its_length(void **state)
{
  struct midi_bytes midi = begin(0, 1);
  (void)state;
  for (uint8_t i = 0; i < 4; i++) {
    MIDI_EVENT(&midi, 300, 0x90, 60 + i, SOFT);
    MIDI_EVENT(&midi, 20, 0x90, 60 + i, LOUD);
    MIDI_EVENT(&midi, 20, 0x80, 60 + i, 1);
    MIDI_EVENT(&midi, 143, 0x80, 60 + i, 2);
  }
  midi_end_track(&midi, 0);
  expect(&midi, &plain, 4);
}

/* Drums by GS, XG (bank and part mode) and GM2 pass; so do those that the user names. */
static void passes_drums_wherever_they_are(void **state)
{
  static const struct {
    uint8_t bytes[16];
    size_t size;
  } says[] = {
    {{0xF0, 10, 0x41, 0x10, 0x42, 0x12, 0x40, 0x1A, 0x15, 2, 0x0F, 0xF7}, 12},
    {{0xF0, 8, 0x43, 0x10, 0x4C, 8, 10, 7, 2, 0xF7}, 10},
    {{0xBA, 0, 127}, 3},
    {{0xBA, 0, 120}, 3},
  };
  (void)state;
  for (size_t i = 0; i < sizeof says / sizeof *says; i++) {
    struct midi_bytes midi = begin(0, 1);
    midi_event(&midi, 0, says[i].bytes, says[i].size);
    scale(&midi, 10, LOUD); /* channel 11 */
    scale(&midi, 9, LOUD);
    scale(&midi, 0, LOUD);
    midi_end_track(&midi, 0);
    expect(&midi, &plain, 4);
  }
  struct run run = plain;
  assert_int_equal(spare_drums(&run.spare, "11", &error), STATUS_OK);
  struct midi_bytes midi = begin(0, 1);
  scale(&midi, 10, LOUD);
  scale(&midi, 0, LOUD);
  midi_end_track(&midi, 0);
  expect(&midi, &run, 4);
}

static void keeps_drums_without_note_offs(void **state)
{
  struct midi_bytes midi = begin(0, 1);
  (void)state;
  for (uint8_t i = 0; i < 32; i++) {
    MIDI_EVENT(&midi, 120, 0x99, 36, SOFT);
  }
  midi_end_track(&midi, 0);
  expect(&midi, &plain, 0);
}

/* Key switches: very soft notes on low keys, between music. */
static void keeps_what_the_user_spares(void **state)
{
  struct run run = plain;
  (void)state;
  assert_int_equal(spare_keep(&run.spare, "C1:B1,ch3", &error), STATUS_OK);
  struct midi_bytes midi = begin(0, 1);
  for (uint8_t i = 0; i < 8; i++) {
    note(&midi, 100, 0, 24 + i, 1, 12);
    note(&midi, 8, 0, 67, i % 2 == 0 ? LOUD : SOFT, 192);
    note(&midi, 8, 2, 67, SOFT, 192);
  }
  midi_end_track(&midi, 0);
  expect(&midi, &run, 4);
}

static void cleans_tracks_of_format_2_by_themselves(void **state)
{
  struct midi_bytes midi = begin(2, 3);
  (void)state;
  for (uint8_t track = 0; track < 3; track++) {
    if (track > 0) {
      midi_begin_track(&midi);
    }
    MIDI_EVENT(&midi, 0, 0xFF, 0x51, 3, track + 1, 0, 0);
    scale(&midi, 0, LOUD);
    midi_end_track(&midi, 0);
  }
  expect(&midi, &plain, 12);
}

static void takes_velocity_prefixes_along(void **state)
{
  struct midi_bytes midi = begin(0, 1);
  struct same_notes tally;
  (void)state;
  for (uint8_t i = 0; i < 8; i++) {
    MIDI_EVENT(&midi, 0, 0xB0, 88, 7 * i);
    note(&midi, 0, 0, 60 + i, i % 2 == 0 ? LOUD : SOFT, 100);
  }
  midi_end_track(&midi, 0);
  struct replay_result result = clean(&midi, &plain);
  assert_null(same_notes(midi.data, midi.size, result.data, result.size, &tally));
  assert_int_equal(tally.removed, 4);
  assert_int_equal(tally.prefixes, 4);
  replay_result_free(&result);
  midi_free(&midi);
}

/* The work goes with the notes: no frames for an hour in which nothing is played, before a note or after the
 * last. */
static void skips_long_silences(void **state)
{
  struct midi_bytes midi = begin(0, 1);
  (void)state;
  for (uint8_t channel = 0; channel < 9; channel++) {
    note(&midi, 0, channel, 60, LOUD, 480);
  }
  note(&midi, 3600 * 960, 0, 60, LOUD, 480);
  note(&midi, 0, 0, 62, SOFT, 480);
  midi_end_track(&midi, 3600 * 960);
  expect(&midi, &plain, 1);
  int advances = 0;
  for (int channel = 0; channel < CHANNELS; channel++) {
    advances += fake.state[channel].advances;
  }
  assert_in_range(advances, 1, 9 * 50 * 30); /* frames of 20 ms: 30 s of 2 hours */
}

/* Many strokes at one tick, of many keys and of one. */
static void takes_a_storm_at_one_tick(void **state)
{
  struct midi_bytes midi = begin(0, 1);
  (void)state;
  for (int i = 0; i < 20000; i++) {
    MIDI_EVENT(&midi, 0, 0x90, (uint8_t)(21 + (i % 3 == 0 ? 40 : i % 88)), i % 5 == 0 ? SOFT : LOUD);
  }
  midi_end_track(&midi, 0);
  struct replay_result result = clean(&midi, &plain);
  assert_in_range(result.removed, 4000, 19999); /* the soft ones, and what comes twice at once */
  replay_result_free(&result);
  midi_free(&midi);
}

/* With nothing to remove the file comes out byte for byte, whatever its notes are. */
static void gives_back_what_it_got(void **state)
{
  (void)state;
  for (uint64_t seed = 1; seed <= 40; seed++) {
    struct run run = {
      .look_ahead = (nanos)(seed % 2) * 30 * NANOS_PER_MILLISECOND, .until = FOREVER, .apart = seed % 3 != 0};
    struct midi_bytes midi = begin(1, 3);
    struct rng rng;
    rng_seed(&rng, seed);
    for (int i = 0; i < 600; i++) {
      const uint8_t key = (uint8_t)(60 + rng_below(&rng, 3));
      const uint8_t status = (uint8_t)((rng_below(&rng, 2) == 0 ? 0x90 : 0x80) | rng_below(&rng, 2));
      MIDI_EVENT(&midi, rng_below(&rng, 4) * rng_below(&rng, 40), status, key, (uint8_t)rng_below(&rng, 128));
      if (i % 200 == 199) {
        midi_end_track(&midi, 0);
      }
      if (i % 200 == 199 && i < 599) {
        midi_begin_track(&midi);
      }
    }
    expect(&midi, &run, 0);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(removes_notes_and_nothing_else),
    cmocka_unit_test(keeps_a_stroke_that_carries_the_note),
    cmocka_unit_test(ends_notes_when_stopped),
    cmocka_unit_test(keeps_hands_on_one_channel_apart),
    cmocka_unit_test(keeps_short_notes_and_their_ends),
    cmocka_unit_test(keeps_a_restrike_written_before_its_release),
    cmocka_unit_test(keeps_ports_apart),
    cmocka_unit_test(leaves_an_overlapped_note_its_length),
    cmocka_unit_test(passes_drums_wherever_they_are),
    cmocka_unit_test(keeps_drums_without_note_offs),
    cmocka_unit_test(keeps_what_the_user_spares),
    cmocka_unit_test(cleans_tracks_of_format_2_by_themselves),
    cmocka_unit_test(takes_velocity_prefixes_along),
    cmocka_unit_test(skips_long_silences),
    cmocka_unit_test(takes_a_storm_at_one_tick),
    cmocka_unit_test(gives_back_what_it_got),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
