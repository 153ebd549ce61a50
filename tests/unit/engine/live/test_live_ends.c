/* SPDX-License-Identifier: MIT */
/* Notes whose end is lost on the way in or out: each is ended, and no key that is still held. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "live_rig.h"

static const nanos ms = NANOS_PER_MILLISECOND;

static void start_bypass(void)
{
  struct live_config config = live_rig_clean();
  config.mode = LIVE_BYPASS;
  live_rig_start(config);
}

/* In steps as a driver takes them. */
static void pass_until(nanos *now, nanos milliseconds)
{
  for (; *now < milliseconds; *now += 5) {
    live_advance(live_rig.live, *now * ms);
  }
  *now = milliseconds;
  live_advance(live_rig.live, *now * ms);
}

static void test_a_lost_release_is_made_up_for(void **state)
{
  (void)state;
  nanos now = 0;
  start_bypass();
  live_rig_send(0, 0x90, 60, 80);
  pass_until(&now, 300);
  live_lost(live_rig.live, 300 * ms);
  pass_until(&now, 795);
  assert_string_equal(live_rig_sent(), "0: 90 3c 50\n");
  pass_until(&now, 1000);
  assert_string_equal(live_rig_sent(), "800: 80 3c 40\n");
  assert_int_equal(live_counters(live_rig.live)->ended_unheard, 1);
  assert_int_equal(live_counters(live_rig.live)->sounding, 0);
}

/* What has been held for long may be held for as long again, and as long as others of late. */
static void test_a_long_hold_is_not_cut(void **state)
{
  (void)state;
  nanos now = 0;
  start_bypass();
  live_rig_send(0, 0x90, 50, 80);
  pass_until(&now, 4000);
  live_rig_send(4000, 0x80, 50, 64);
  live_rig_send(4000, 0x90, 60, 80);
  pass_until(&now, 4300);
  live_rig_send(4300, 0x91, 60, 80); /* another channel has no such holds */
  (void)live_rig_sent();
  live_lost(live_rig.live, 4400 * ms);
  pass_until(&now, 8995);
  assert_string_equal(live_rig_sent(), "4900: 81 3c 40\n");
  live_rig_send(8995, 0x80, 60, 64);
  assert_string_equal(live_rig_sent(), "8995: 80 3c 40\n");
  pass_until(&now, 20000);
  assert_string_equal(live_rig_sent(), "");
}

static void test_what_is_heard_of_is_not_in_doubt(void **state)
{
  (void)state;
  nanos now = 0;
  start_bypass();
  for (unsigned key = 60; key < 63; key++) {
    live_rig_send(0, 0x90, key, 80);
  }
  pass_until(&now, 100);
  live_lost(live_rig.live, 100 * ms);
  (void)live_rig_sent();
  live_rig_send(110, 0xA0, 60, 20); /* it is pressed: it is down */
  live_rig_send(120, 0x80, 61, 64);
  live_rig_send(130, 0x90, 62, 70); /* struck again: it was up */
  assert_string_equal(live_rig_sent(), "110: a0 3c 14\n120: 80 3d 40\n130: 80 3e 40\n130: 90 3e 46\n");
  now = 130;
  pass_until(&now, 20000);
  assert_string_equal(live_rig_sent(), "");
  assert_int_equal(live_counters(live_rig.live)->sounding, 2);
}

/* It is bounded: 10 s after the loss. */
static void test_doubt_ends(void **state)
{
  (void)state;
  nanos now = 0;
  start_bypass();
  live_rig_send(0, 0x90, 60, 80);
  pass_until(&now, 30000);
  (void)live_rig_sent();
  live_lost(live_rig.live, 30000 * ms);
  pass_until(&now, 35000);
  live_lost(live_rig.live, 35000 * ms); /* no new patience */
  pass_until(&now, 39995);
  assert_string_equal(live_rig_sent(), "");
  pass_until(&now, 40000);
  assert_string_equal(live_rig_sent(), "40000: 80 3c 40\n");
}

static void test_who_returns_gets_the_ends(void **state)
{
  (void)state;
  nanos now = 0;
  start_bypass();
  live_rig_send(0, 0x90, 60, 80);
  live_rig_send(0, 0x90, 62, 80);
  live_rig_send(0, 0x90, 64, 80);
  live_rig_send(0, 0xB0, 64, 127);
  pass_until(&now, 10);
  live_rig_send(10, 0x80, 64, 64); /* before the leave is told, but after it */
  live_listener(live_rig.live, 20 * ms, 7, false);
  live_rig_send(30, 0x80, 60, 64);
  live_rig_send(30, 0xB0, 64, 0);
  live_rig_send(40, 0x90, 70, 80); /* nobody has heard it */
  live_rig_send(50, 0x80, 70, 64);
  pass_until(&now, 2000);
  (void)live_rig_sent();
  live_listener(live_rig.live, 2000 * ms, 8, true); /* whoever it is */
  pass_until(&now, 2095);
  assert_string_equal(live_rig_sent(), "");
  pass_until(&now, 2100);
  assert_string_equal(live_rig_sent(), "2100: 80 3c 40\n2100: 80 40 40\n2100: b0 40 00\n");
  live_rig_send(2150, 0x80, 62, 64); /* it was on all the time */
  assert_string_equal(live_rig_sent(), "2150: 80 3e 40\n");
  now = 2150;
  pass_until(&now, 4000);
  assert_string_equal(live_rig_sent(),
                      "2600: 80 3c 40\n2600: 80 3e 40\n2600: 80 40 40\n2600: b0 40 00\n3100: 80 3e 40\n");
  live_listener(live_rig.live, 4000 * ms, 7, true); /* the one who had left */
  pass_until(&now, 4100);
  assert_string_equal(live_rig_sent(), "4100: 80 3c 40\n4100: 80 3e 40\n4100: 80 40 40\n4100: b0 40 00\n");
  pass_until(&now, 10000);
  (void)live_rig_sent();
  live_listener(live_rig.live, 10000 * ms, 7, true); /* nothing is noted any more */
  pass_until(&now, 20000);
  assert_string_equal(live_rig_sent(), "");
}

static void test_more_may_be_away_than_have_a_place(void **state)
{
  (void)state;
  nanos now = 0;
  start_bypass();
  for (unsigned i = 0; i < 20; i++) {
    live_rig_send(10 * (nanos)i, 0x90, 40 + i, 80);
    live_listener(live_rig.live, 10 * (nanos)i * ms, 100 + i, false);
    live_rig_send(10 * (nanos)i, 0x80, 40 + i, 64);
  }
  now = 200;
  pass_until(&now, 3000);
  (void)live_rig_sent();
  live_listener(live_rig.live, 3000 * ms, 5, true);
  pass_until(&now, 3100);
  assert_int_equal(live_rig.port.count, 20);
}

static void send_sensing(nanos time)
{
  live_receive(live_rig.live, time * ms, (const uint8_t[]){0xFE}, 1);
}

static void test_a_pulled_cable_ends_what_it_held(void **state)
{
  (void)state;
  nanos now = 0;
  start_bypass();
  live_rig_send(0, 0x90, 60, 80);
  live_rig_send(0, 0xB0, 64, 127);
  for (nanos time = 250; time <= 1000; time += 250) {
    pass_until(&now, time);
    send_sensing(time);
  }
  (void)live_rig_sent();
  pass_until(&now, 1325);
  assert_string_equal(live_rig_sent(), "");
  pass_until(&now, 1330);
  assert_string_equal(live_rig_sent(), "1330: 80 3c 40\n1330: b0 40 00\n");
  assert_int_equal(live_counters(live_rig.live)->unplugged, 1);
  live_rig_send(1400, 0x90, 62, 80); /* it is back, and has not sent any yet */
  now = 1400;
  pass_until(&now, 5000);
  assert_string_equal(live_rig_sent(), "1400: 90 3e 50\n");
}

/* A keyboard that sends it at times, or never, promises nothing; nor is a program that stood still a silence.
 */
static void test_only_a_kept_promise_counts(void **state)
{
  (void)state;
  nanos now = 0;
  start_bypass();
  live_rig_send(0, 0x90, 60, 80);
  for (nanos time = 400; time <= 4000; time += 400) {
    pass_until(&now, time);
    send_sensing(time);
  }
  for (nanos time = 4250; time <= 5250; time += 250) {
    pass_until(&now, time);
    send_sensing(time);
  }
  live_advance(live_rig.live, 8000 * ms); /* stood still */
  send_sensing(8010);
  now = 8010;
  pass_until(&now, 8200);
  live_lost(live_rig.live, 8200 * ms);
  pass_until(&now, 8500);
  send_sensing(8500);
  assert_int_equal(live_counters(live_rig.live)->unplugged, 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_teardown(test_a_lost_release_is_made_up_for, live_rig_stop),
    cmocka_unit_test_teardown(test_a_long_hold_is_not_cut, live_rig_stop),
    cmocka_unit_test_teardown(test_what_is_heard_of_is_not_in_doubt, live_rig_stop),
    cmocka_unit_test_teardown(test_doubt_ends, live_rig_stop),
    cmocka_unit_test_teardown(test_who_returns_gets_the_ends, live_rig_stop),
    cmocka_unit_test_teardown(test_more_may_be_away_than_have_a_place, live_rig_stop),
    cmocka_unit_test_teardown(test_a_pulled_cable_ends_what_it_held, live_rig_stop),
    cmocka_unit_test_teardown(test_only_a_kept_promise_counts, live_rig_stop),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
