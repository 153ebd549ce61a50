/* SPDX-License-Identifier: MIT */
/* Sixteen busy channels: a note waits for its own channel's step and at most a few others', and no channel's
 * predictor can tell when its steps were taken. In virtual time. */
#include <string.h>

#include "cmocka_all.h"
#include "live_rig.h"
#include "rng.h"

enum { BUSY = CHANNELS - 1, FRAME_MS = 20, LAST = CHANNELS - 1, EVENTS = 3000 };

#define MS NANOS_PER_MILLISECOND

static int steps_of(unsigned channel)
{
  return live_rig.fake.state[channel].advances;
}

static int all_steps(void)
{
  int steps = 0;
  for (unsigned channel = 0; channel < CHANNELS; channel++) {
    steps += steps_of(channel);
  }
  return steps;
}

/* A key is down on every channel, drums too, and the first tick is near. */
static void make_busy(void)
{
  live_rig_start(live_rig_clean());
  for (unsigned channel = 0; channel < CHANNELS; channel++) {
    live_rig_send(1, 0x90 | channel, 40 + channel, 80);
  }
  live_advance(live_rig.live, (FRAME_MS - 1) * MS);
  assert_int_equal(all_steps(), 0);
  (void)live_rig_sent();
}

/* The note's own channel knows the frame when the note is decided; no other was stepped before. */
static void test_a_note_in_a_tick(void **state)
{
  (void)state;
  make_busy();
  live_rig_send(FRAME_MS, 0x90 | LAST, 70, 80);
  assert_string_equal(live_rig_sent(), "20: 9f 46 50\n");
  assert_int_equal(live_counters(live_rig.live)->ticks, 1);
  assert_int_equal(steps_of(LAST), 1);
  assert_int_equal(all_steps(), 1);
  assert_int_equal(live_rig.fake.state[LAST].received.cell[1][40 + LAST - PITCH_LOW], 1);
  assert_int_equal(live_rig.fake.state[LAST].received.cell[0][70 - PITCH_LOW], 0);
  assert_int_equal(live_rig.fake.state[LAST].asked_received.cell[1][70 - PITCH_LOW], 1);
}

/* As a driver that wakes late: time passes before each of the notes that wait. */
static void test_notes_that_wait(void **state)
{
  (void)state;
  make_busy();
  for (unsigned i = 0; i < 4; i++) {
    const unsigned channel = LAST - i;
    const int before = all_steps();
    live_advance(live_rig.live, FRAME_MS * MS + i);
    live_rig_send(FRAME_MS, 0x90 | channel, 70, 80);
    assert_int_equal(steps_of(channel), 1);
    assert_in_range(all_steps() - before, 1, i == 0 ? LIVE_STEPS_MAX + 1 : 1);
  }
}

/* A few at each wake-up, all of them well before the next tick, each once and with the frame of that tick. */
static void test_steps_are_spread(void **state)
{
  (void)state;
  make_busy();
  for (int ms = FRAME_MS; ms < 2 * FRAME_MS; ms++) {
    const int before = all_steps();
    live_advance(live_rig.live, ms * MS);
    live_advance(live_rig.live, ms * MS + MS / 2);
    const int taken = all_steps() - before;
    assert_true(taken <= LIVE_STEPS_MAX);
    assert_true(taken == LIVE_STEPS_MAX || all_steps() == BUSY);
  }
  for (unsigned channel = 0; channel < CHANNELS; channel++) {
    assert_int_equal(steps_of(channel), channel != DRUM_CHANNEL);
    assert_int_equal(live_rig.fake.state[channel].received.cell[1][40 + channel - PITCH_LOW],
                     channel != DRUM_CHANNEL);
  }
}

/* Nobody lets time pass but by notes on one channel: the others keep up all the same. */
static void test_nobody_falls_behind(void **state)
{
  (void)state;
  make_busy();
  for (int frame = 1; frame <= 50; frame++) {
    live_rig_send(frame * FRAME_MS, 0x90, 60, 80);
    for (unsigned channel = 0; channel < CHANNELS; channel++) {
      const int expected = channel == 0 ? frame : channel == DRUM_CHANNEL ? 0 : frame - 1;
      assert_int_equal(steps_of(channel), expected);
    }
  }
}

/* What each channel's predictor was told and asked, in order. */
static uint64_t heard[CHANNELS];

static uint64_t mix(uint64_t sum, const struct frame *frame)
{
  for (int value = 0; value < FRAME_VALUES_MAX; value++) {
    for (int key = 0; key < PITCHES; key++) {
      sum = sum * 31 + frame->cell[value][key];
    }
  }
  return sum;
}

static uint64_t *sum_of(const void *state)
{
  return &heard[(const struct fake_state *)state - live_rig.fake.state];
}

static void hear_reset(void *state)
{
  *sum_of(state) = *sum_of(state) * 31 + 1;
  fake_ops.reset(state);
}

static void hear_advance(void *state, const struct frame *received, const struct frame *passed)
{
  *sum_of(state) = mix(mix(*sum_of(state) * 31 + 2, received), passed);
  fake_ops.advance(state, received, passed);
}

static void hear_believe(void *state, const struct frame *received, const struct frame *passed, int pitch,
                         struct belief *belief)
{
  *sum_of(state) = mix(mix(*sum_of(state) * 31 + 3, received), passed) + (uint64_t)pitch;
  fake_ops.believe(state, received, passed, pitch, belief);
}

/* The same strokes each time; `pause` says how often time passes beside them, 0: at random. */
static void play(uint64_t seed, nanos look_ahead, nanos pause, uint64_t sums[CHANNELS])
{
  static const struct predictor_ops ops = {hear_reset, hear_advance, hear_believe};
  struct live_config config = live_rig_clean();
  struct rng strokes, pauses;
  config.look_ahead = look_ahead;
  rng_seed(&strokes, seed);
  rng_seed(&pauses, seed + 1);
  live_rig_start(config);
  live_rig.fake.cleaner.ops = &ops;
  memset(heard, 0, sizeof heard);
  nanos now = 0;
  for (int i = 0; i < EVENTS; i++) {
    const nanos next = now + rng_below(&strokes, 4) * rng_below(&strokes, 3) * MS;
    while (now < next) {
      const nanos step = pause > 0 ? pause : (nanos)rng_below(&pauses, 30) * MS / 3;
      now = next - now < step ? next : now + step;
      live_advance(live_rig.live, now);
    }
    const uint8_t bytes[] = {(uint8_t)((rng_below(&strokes, 2) ? 0x90 : 0x80) | rng_below(&strokes, CHANNELS)),
                             (uint8_t)(40 + rng_below(&strokes, 30)), (uint8_t)(1 + rng_below(&strokes, 100))};
    live_receive(live_rig.live, now, bytes, sizeof bytes);
  }
  for (int ms = 0; ms <= 300; ms++) {
    live_advance(live_rig.live, now + ms * MS);
  }
  memcpy(sums, heard, sizeof heard);
}

static void test_when_makes_no_difference(void **state)
{
  (void)state;
  for (uint64_t seed = 1; seed <= 10; seed++) {
    const nanos look_ahead = seed % 2 == 0 ? 30 * MS : 0;
    uint64_t often[CHANNELS], seldom[CHANNELS];
    struct recording_port *sent = test_malloc(sizeof *sent);
    play(seed, look_ahead, MS / 10, often);
    *sent = live_rig.port;
    (void)live_rig_stop(NULL);
    play(seed, look_ahead, 0, seldom);
    if (memcmp(often, seldom, sizeof often) != 0) {
      fail_msg("seed %llu: a predictor was told something else", (unsigned long long)seed);
    }
    assert_int_equal(sent->count, live_rig.port.count);
    assert_memory_equal(sent->bytes, live_rig.port.bytes, sent->used);
    test_free(sent);
    (void)live_rig_stop(NULL);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_teardown(test_a_note_in_a_tick, live_rig_stop),
    cmocka_unit_test_teardown(test_notes_that_wait, live_rig_stop),
    cmocka_unit_test_teardown(test_steps_are_spread, live_rig_stop),
    cmocka_unit_test_teardown(test_nobody_falls_behind, live_rig_stop),
    cmocka_unit_test(test_when_makes_no_difference),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
