/* SPDX-License-Identifier: MIT */
/* The look-ahead, the tempo and the ends of another program's notes, ordered while playing: order is kept,
 * nothing is lost, no note stays on. */
#include <stdlib.h>

#include "cmocka_all.h"
#include "counting_port.h"
#include "live_rig.h"
#include "rng.h"

#define MS NANOS_PER_MILLISECOND

static void change(int milliseconds, nanos now)
{
  assert_true(live_set_look_ahead(live_rig.live, milliseconds * MS));
  live_advance(live_rig.live, now * MS);
  assert_int_equal(live_current_look_ahead(live_rig.live), milliseconds * MS);
}

static void test_more_of_it(void **state)
{
  (void)state;
  live_rig_start(live_rig_clean());
  live_rig_send(0, 0x90, 60, 80);
  change(50, 10);
  live_rig_send(20, 0x80, 60, 0);
  live_rig_send(30, 0x90, 62, 80);
  live_advance(live_rig.live, 69 * MS);
  assert_string_equal(live_rig_sent(), "0: 90 3c 50\n");
  live_advance(live_rig.live, 200 * MS);
  live_rig_send(210, 0x80, 62, 0);
  live_advance(live_rig.live, 300 * MS);
  assert_string_equal(live_rig_sent(), "70: 80 3c 00\n80: 90 3e 50\n260: 80 3e 00\n");
  assert_int_equal(live_counters(live_rig.live)->sounding, 0);
}

/* What is overdue goes at once, what is not keeps its time. */
static void test_less_of_it(void **state)
{
  (void)state;
  struct live_config config = live_rig_clean();
  config.look_ahead = 100 * MS;
  live_rig_start(config);
  live_rig_send(0, 0x90, 60, 80);
  live_rig_send(30, 0xB0, 64, 127);
  live_rig_send(55, 0xB0, 64, 0);
  change(20, 60);
  assert_string_equal(live_rig_sent(), "60: 90 3c 50\n60: b0 40 7f\n");
  live_advance(live_rig.live, 80 * MS);
  assert_string_equal(live_rig_sent(), "75: b0 40 00\n");
  live_rig_send(130, 0x80, 60, 0);
  change(0, 131);
  live_advance(live_rig.live, 132 * MS);
  assert_string_equal(live_rig_sent(), "131: 80 3c 00\n");
  live_rig_send(140, 0x90, 65, 80);
  assert_string_equal(live_rig_sent(), "140: 90 41 50\n");
}

static void test_its_limits(void **state)
{
  (void)state;
  live_rig_start(live_rig_clean());
  assert_true(live_set_look_ahead(live_rig.live, -5 * MS));
  live_advance(live_rig.live, 1 * MS);
  assert_int_equal(live_current_look_ahead(live_rig.live), 0);
  assert_true(live_set_look_ahead(live_rig.live, NANOS_PER_SECOND));
  live_advance(live_rig.live, 2 * MS);
  assert_int_equal(live_current_look_ahead(live_rig.live), LIVE_LOOK_AHEAD_MAX);
}

/* Changed at random while controllers count up and chords are held: none is missing, none is out of order. */
static void test_random_changes(void **state)
{
  (void)state;
  for (uint64_t seed = 1; seed <= 50; seed++) {
    struct rng rng;
    unsigned count = 0;
    nanos now = 0;
    rng_seed(&rng, seed);
    live_rig_start(live_rig_clean());
    for (int i = 0; i < 500; i++) {
      now += rng_below(&rng, 20);
      if (rng_below(&rng, 10) == 0) {
        assert_true(live_set_look_ahead(live_rig.live, (nanos)rng_below(&rng, 200) * MS));
        assert_true(live_set_tempo(live_rig.live, 40 + rng_below(&rng, 200)));
      }
      if (rng_below(&rng, 3) == 0) {
        live_rig_send(now, rng_below(&rng, 2) ? 0x90 : 0x80, 40 + rng_below(&rng, 20),
                      1 + rng_below(&rng, 100));
      }
      live_rig_send(now, 0xE0, count % 128, count / 128);
      count++;
      live_advance(live_rig.live, now * MS);
    }
    live_silence(live_rig.live, (now + 1) * MS);
    live_advance(live_rig.live, (now + 500) * MS);
    struct counting_port heard = {.room = UINT64_MAX};
    unsigned next = 0;
    for (uint32_t i = 0; i < live_rig.port.count; i++) {
      const uint8_t *bytes = recording_bytes(&live_rig.port, i);
      assert_true(counting_emit(&heard, live_rig.port.messages[i].time, bytes, live_rig.port.messages[i].size));
      if (bytes[0] == 0xE0 && (bytes[1] | bytes[2] << 7) != (int)next++) {
        fail_msg("seed %llu: bend %u is out of order", (unsigned long long)seed, next - 1);
      }
    }
    if (next != count || heard.sounding != 0 || heard.time_back || live_counters(live_rig.live)->dropped != 0) {
      fail_msg("seed %llu: %u of %u, %llu sound", (unsigned long long)seed, next, count,
               (unsigned long long)heard.sounding);
    }
    (void)live_rig_stop(NULL);
  }
}

static void test_ends_of_anothers_notes(void **state)
{
  (void)state;
  live_rig_start(live_rig_clean());
  live_rig_send(0, 0x90, 60, 80);
  assert_true(live_end_note(live_rig.live, 0, 60)); /* sounds by this engine: stays */
  assert_true(live_end_note(live_rig.live, 0, 64));
  assert_true(live_end_note(live_rig.live, 15, 127));
  assert_false(live_end_note(live_rig.live, 16, 0));
  assert_false(live_end_note(live_rig.live, 0, 128));
  live_rig_send(10, 0x90, 62, 80);
  assert_string_equal(live_rig_sent(), "0: 90 3c 50\n10: 80 40 40\n10: 8f 7f 40\n10: 90 3e 50\n");
  assert_int_equal(live_counters(live_rig.live)->sounding, 2);
  assert_int_equal(live_counters(live_rig.live)->dropped, 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_teardown(test_more_of_it, live_rig_stop),
    cmocka_unit_test_teardown(test_less_of_it, live_rig_stop),
    cmocka_unit_test_teardown(test_its_limits, live_rig_stop),
    cmocka_unit_test_teardown(test_random_changes, live_rig_stop),
    cmocka_unit_test_teardown(test_ends_of_anothers_notes, live_rig_stop),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
