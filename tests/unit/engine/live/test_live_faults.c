/* SPDX-License-Identifier: MIT */
/* What may befall a stream from outside, in numbers: restarts, jumps of the clock, floods. */
#include <stdlib.h>

#include "bytes_check.h"
#include "cmocka_all.h"
#include "counting_port.h"
#include "fake_predictor.h"
#include "live_rig.h"
#include "rng.h"

#define MS NANOS_PER_MILLISECOND
#define HOUR (3600 * NANOS_PER_SECOND)

enum { RESTARTS = 10000, PROGRAM = 4000, OP_RESTART = 13 };

/* A program of bytes_machine.h; of its operations one in eight begins the stream anew. */
static size_t make_program(struct rng *rng, uint8_t program[PROGRAM])
{
  for (size_t i = 0; i < PROGRAM; i++) {
    program[i] = (uint8_t)rng_next(rng);
  }
  for (size_t i = 2; i + 4 < PROGRAM; i += 1 + rng_below(rng, 60)) {
    program[i] = (uint8_t)(OP_RESTART | (1 + 2 * rng_below(rng, 4)) << 4);
  }
  return PROGRAM;
}

static void test_ten_thousand_restarts(void **state)
{
  (void)state;
  struct bytes_tally tally = {0};
  uint8_t program[PROGRAM];
  for (uint64_t seed = 1; tally.begins < RESTARTS; seed++) {
    struct rng rng;
    rng_seed(&rng, seed);
    const char *fault = bytes_check(program, make_program(&rng, program), &tally);
    if (fault != NULL) {
      fail_msg("seed %llu: %s", (unsigned long long)seed, fault);
    }
  }
  print_message("%llu restarts, %llu messages, %llu notes let through, %llu refused, %llu dropped, %llu swaps, "
                "%llu panics, %llu jumps of over a minute\n",
                (unsigned long long)tally.begins, (unsigned long long)tally.messages,
                (unsigned long long)tally.notes_out, (unsigned long long)tally.refused,
                (unsigned long long)tally.dropped, (unsigned long long)tally.swaps,
                (unsigned long long)tally.panics, (unsigned long long)tally.jumps);
  assert_true(tally.messages > RESTARTS && tally.notes_out > 0 && tally.refused > 0 && tally.dropped > 0);
  assert_true(tally.swaps > 0 && tally.panics > 0 && tally.jumps > 0);
}

/* Whatever the clock does, the notes around it are ended, the pedal passes, and cleaning goes on. */
static void check_jump(nanos jump, nanos look_ahead, struct frame_def frame)
{
  static const nanos start = 2 * HOUR;
  struct live_config config = live_rig_clean();
  config.look_ahead = look_ahead;
  live_rig_start(config);
  live_rig.fake.cleaner.frame = frame;
  live_begin(live_rig.live, start);
  live_receive(live_rig.live, start, (const uint8_t[]){0x90, 60, 80}, 3);
  live_receive(live_rig.live, start + 1, (const uint8_t[]){0x90, 61, 3}, 3);
  nanos time = start + jump;
  const uint64_t ticks = live_counters(live_rig.live)->ticks;
  live_advance(live_rig.live, time);
  assert_true(live_counters(live_rig.live)->ticks - ticks <= 64);
  live_receive(live_rig.live, time, (const uint8_t[]){0xB0, 64, 127}, 3);
  live_receive(live_rig.live, time, (const uint8_t[]){0x80, 60, 0}, 3);
  live_receive(live_rig.live, time, (const uint8_t[]){0x80, 61, 0}, 3);
  time = jump > 0 ? time : start;
  for (int i = 0; i < 50; i++) {
    live_advance(live_rig.live, time += 10 * MS);
  }
  live_receive(live_rig.live, time, (const uint8_t[]){0x90, 62, 3}, 3); /* a ghost */
  live_receive(live_rig.live, time, (const uint8_t[]){0x80, 62, 0}, 3);
  live_advance(live_rig.live, time + look_ahead + 40 * MS);
  assert_int_equal(live_rig.port.count, 3); /* of the loud note, the pedal and the note's end */
  assert_int_equal(recording_bytes(&live_rig.port, 0)[0], 0x90);
  assert_int_equal(live_counters(live_rig.live)->sounding, 0);
  assert_int_equal(live_rig_suppressed(), 2);
  assert_int_equal(live_counters(live_rig.live)->dropped, 0);
  for (uint32_t i = 1; i < live_rig.port.count; i++) {
    assert_true(live_rig.port.messages[i].time >= live_rig.port.messages[i - 1].time);
  }
  (void)live_rig_stop(NULL);
}

static void test_clock_jumps(void **state)
{
  (void)state;
  static const nanos jumps[] = {0,     1,         -1,           21 * MS,   -MS,         NANOS_PER_SECOND,
                                -HOUR, -2 * HOUR, 65 * 20 * MS, 24 * HOUR, 1000 * HOUR, 87600 * HOUR};
  static const struct frame_def frames[] = {{FRAME_MILLISECONDS, 20, 2}, {FRAME_BEATS, 0.25, 2}};
  for (size_t i = 0; i < sizeof jumps / sizeof jumps[0]; i++) {
    for (size_t f = 0; f < sizeof frames / sizeof frames[0]; f++) {
      check_jump(jumps[i], 0, frames[f]);
      check_jump(jumps[i], 30 * MS, frames[f]);
    }
  }
}

static struct counting_port port;
static struct fake_predictor fake;

static struct live *open_counted(uint64_t room)
{
  struct live *live;
  const struct live_config config = live_rig_clean();
  port = (struct counting_port){.room = room};
  fake_predictor_init(&fake);
  assert_int_equal(live_new(&live, &config, &fake.cleaner, counting_emit, &port, NULL), STATUS_OK);
  return live;
}

/* One stroke and its end on each decidable key in turn, and a controller. */
static void send_flood(struct live *live, nanos time, uint32_t round)
{
  const uint8_t pitch = (uint8_t)(PITCH_LOW + round % PITCHES);
  const uint8_t channel = (uint8_t)(round / PITCHES % CHANNELS);
  live_receive(live, time, (const uint8_t[]){0x90 | channel, pitch, 100}, 3);
  live_receive(live, time, (const uint8_t[]){0xB0 | channel, 1, pitch}, 3);
  live_receive(live, time, (const uint8_t[]){0x80 | channel, pitch, 0}, 3);
}

static void test_a_flood_at_one_instant(void **state)
{
  (void)state;
  enum { ROUNDS = 100000 };
  struct live *live = open_counted(UINT64_MAX);
  for (uint32_t i = 0; i < ROUNDS; i++) {
    send_flood(live, 5 * MS, i);
  }
  live_advance(live, 100 * MS);
  assert_int_equal(port.ons, ROUNDS);
  assert_int_equal(port.offs, ROUNDS);
  assert_int_equal(port.others, ROUNDS);
  assert_int_equal(port.strays, 0);
  assert_int_equal(live_counters(live)->dropped, 0);
  assert_int_equal(live_counters(live)->sounding, 0);
  live_free(live);
}

/* Ten times what the port takes: much is lost, all of it is counted, and no note stays on. */
static void test_a_flood_that_the_port_cannot_take(void **state)
{
  (void)state;
  enum { ROUNDS = 20000 };
  struct live *live = open_counted(0);
  nanos time = 0;
  for (uint32_t i = 0; i < ROUNDS; i++) {
    port.room += i % 10 < 3;
    send_flood(live, time += MS, i);
  }
  port.room = UINT64_MAX;
  live_advance(live, time + 100 * MS);
  live_advance(live, time + 200 * MS);
  const struct live_counters *counters = live_counters(live);
  assert_int_equal(port.sounding, 0);
  assert_int_equal(counters->sounding, 0);
  assert_int_equal(port.ons, port.offs);
  assert_int_equal(port.strays, 0);
  assert_int_equal(counters->events_out, port.ons + port.offs + port.others);
  assert_int_equal(counters->notes_out, port.ons);
  assert_true(counters->dropped > ROUNDS);
  assert_int_equal(counters->dropped, 2 * (uint64_t)ROUNDS - port.ons - port.others);
  assert_false(port.time_back);
  live_free(live);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_ten_thousand_restarts),
    cmocka_unit_test_teardown(test_clock_jumps, live_rig_stop),
    cmocka_unit_test(test_a_flood_at_one_instant),
    cmocka_unit_test(test_a_flood_that_the_port_cannot_take),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
