/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "cmocka_all.h"
#include "fake_predictor.h"
#include "removals.h"
#include "replay.h"
#include "rng.h"
#include "smf_from_notes.h"
#include "stream_port.h"

/* The fake gate takes strokes softer than FAKE_VELOCITY for ghosts. */

static struct fake_predictor fake;
static struct stream stream;
static struct watch watch;
static struct error error;

static void add(struct note_list *notes, nanos on_ms, nanos off_ms, int pitch, int velocity, int track)
{
  const struct note note = {.on = on_ms * NANOS_PER_MILLISECOND,
                            .off = off_ms * NANOS_PER_MILLISECOND,
                            .pitch = (uint8_t)pitch,
                            .velocity = (uint8_t)velocity,
                            .track = (uint16_t)track};
  assert_int_equal(note_list_add(notes, note), STATUS_OK);
}

static struct smf make_file(struct note_list *notes)
{
  struct smf smf;

  note_list_sort(notes);
  assert_int_equal(smf_from_notes(notes, &smf, &error), STATUS_OK);
  return smf;
}

/* Through the engine, in slices; the caller frees the replay, and with it what `out` borrows. */
static struct replay *run(const struct smf *smf, nanos look_ahead, float strength, nanos until, struct smf *out)
{
  const struct live_config config = {.mode = LIVE_CLEAN,
                                     .strength = strength,
                                     .look_ahead = look_ahead,
                                     .bpm = 120,
                                     .capture_capacity = 1 << 16};
  struct replay *replay;
  struct live *live;

  fake_predictor_init(&fake);
  watch_init(&watch);
  assert_int_equal(replay_new(&replay, smf, look_ahead, "test", &error), STATUS_OK);
  assert_int_equal(live_new(&live, &config, &fake.cleaner, stream_emit, &stream, &error), STATUS_OK);
  stream_init(&stream, live);
  stream_connect(&stream, replay_send, replay);
  const struct port_stream port = stream_port(&stream);
  const nanos end = until < replay_end(replay) ? until : replay_end(replay);
  port.begin(port.user, 0);
  while (replay_position(replay) < end) {
    nanos next = replay_position(replay) + 37 * NANOS_PER_MILLISECOND;
    replay_step(replay, &port, next < end ? next : end);
    watch_drain(&watch, live_capture(live));
  }
  port.silence(port.user, replay_position(replay));
  live_free(live);
  assert_int_equal(replay_result(replay, out, &error), STATUS_OK);
  return replay;
}

static void assert_same_events(const struct smf *wanted, const struct smf *given)
{
  assert_int_equal(given->event_count, wanted->event_count);
  for (size_t i = 0; i < wanted->event_count; i++) {
    assert_int_equal(given->events[i].tick, wanted->events[i].tick);
    assert_int_equal(given->events[i].track, wanted->events[i].track);
    assert_int_equal(given->events[i].size, wanted->events[i].size);
    assert_memory_equal(given->events[i].bytes, wanted->events[i].bytes, wanted->events[i].size);
  }
}

static void removes_a_note_and_nothing_else(void **state)
{
  const nanos look_aheads[] = {0, 40 * NANOS_PER_MILLISECOND};
  (void)state;

  for (size_t i = 0; i < 2; i++) {
    struct note_list notes = {NULL, 0, 0}, wanted_notes = {NULL, 0, 0};
    struct smf out;

    add(&notes, 100, 400, 60, 90, 0);
    add(&notes, 250, 300, 72, 5, 0); /* goes */
    add(&notes, 250, 600, 64, 80, 1);
    add(&notes, 600, 900, 64, 80, 1);
    add(&wanted_notes, 100, 400, 60, 90, 0);
    add(&wanted_notes, 250, 600, 64, 80, 1);
    add(&wanted_notes, 600, 900, 64, 80, 1);
    struct smf smf = make_file(&notes), wanted = make_file(&wanted_notes);
    struct replay *replay = run(&smf, look_aheads[i], 0.5F, INT64_MAX, &out);
    assert_same_events(&wanted, &out);
    assert_int_equal(watch.total, 1);
    assert_int_equal(watch.first[0].pitch, 72);
    assert_int_equal(watch.first[0].time, 250 * NANOS_PER_MILLISECOND);
    assert_int_equal(atomic_load(&stream.decisions.count) > 0, 1);
    replay_free(replay);
    smf_free(&smf);
    smf_free(&wanted);
    note_list_free(&notes);
    note_list_free(&wanted_notes);
  }
}

/* on off on off of one key, the second stroke a bounce: the note lasts as long as the key was down. */
static void joins_a_note_that_a_bounce_split(void **state)
{
  struct note_list notes = {NULL, 0, 0}, joined = {NULL, 0, 0};
  struct smf out;
  (void)state;

  add(&notes, 100, 110, 60, 90, 0);
  add(&notes, 115, 500, 60, 5, 0);
  struct smf smf = make_file(&notes);
  struct replay *replay = run(&smf, 0, 0.5F, INT64_MAX, &out);
  assert_int_equal(smf_notes(&out, &joined, &error), STATUS_OK);
  assert_int_equal(joined.count, 1);
  assert_int_equal(joined.notes[0].velocity, 90);
  assert_in_range(joined.notes[0].off / NANOS_PER_MILLISECOND, 499, 501);
  replay_free(replay);
  smf_free(&smf);
  note_list_free(&notes);
  note_list_free(&joined);
}

static void ends_notes_when_stopped(void **state)
{
  struct note_list notes = {NULL, 0, 0}, played = {NULL, 0, 0};
  struct smf out;
  (void)state;

  add(&notes, 100, 5000, 60, 90, 0);
  add(&notes, 3000, 4000, 62, 90, 0);
  struct smf smf = make_file(&notes);
  struct replay *replay = run(&smf, 0, 0.5F, 1000 * NANOS_PER_MILLISECOND, &out);
  assert_int_equal(smf_notes(&out, &played, &error), STATUS_OK);
  assert_int_equal(played.count, 1);
  assert_in_range(played.notes[0].off / NANOS_PER_MILLISECOND, 999, 1001);
  replay_free(replay);
  smf_free(&smf);
  note_list_free(&notes);
  note_list_free(&played);
}

/* With nothing to remove the file comes out event for event, whatever its notes are. */
static void gives_back_what_it_got(void **state)
{
  (void)state;
  for (uint64_t seed = 1; seed <= 40; seed++) {
    struct note_list notes = {NULL, 0, 0};
    struct rng rng;
    struct smf out;

    rng_seed(&rng, seed);
    for (int i = 0; i < 200; i++) {
      nanos on = rng_below(&rng, 20000);
      /* Keys apart, so that notes of one key do not overlap and their ends have one meaning. */
      add(&notes, on, on + 1 + rng_below(&rng, 50), 21 + i % 88, 20 + (int)rng_below(&rng, 100), i % 3);
    }
    struct smf smf = make_file(&notes);
    struct replay *replay = run(&smf, (nanos)(seed % 2) * 30 * NANOS_PER_MILLISECOND, 0, INT64_MAX, &out);
    if (out.event_count != smf.event_count) {
      fail_msg("seed %d: %zu events of %zu", (int)seed, out.event_count, smf.event_count);
    }
    assert_same_events(&smf, &out);
    replay_free(replay);
    smf_free(&smf);
    note_list_free(&notes);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(removes_a_note_and_nothing_else),
    cmocka_unit_test(joins_a_note_that_a_bounce_split),
    cmocka_unit_test(ends_notes_when_stopped),
    cmocka_unit_test(gives_back_what_it_got),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
