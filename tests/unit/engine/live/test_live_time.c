/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "cmocka_all.h"
#include "live_rig.h"

static const nanos ms = NANOS_PER_MILLISECOND;

static void send_one(nanos time, unsigned status)
{
  live_receive(live_rig.live, time, (const uint8_t[]){(uint8_t)status}, 1);
}

static void test_look_ahead_delays_all_alike(void **state)
{
  (void)state;
  struct live_config config = live_rig_clean();
  config.look_ahead = 20 * ms;
  live_rig_start(config);
  live_rig_send(0, 0x90, 60, 80);
  live_rig_send(1, 0xB0, 64, 127);
  live_rig_send(2, 0x90, 62, 3);
  live_rig_send(9, 0x80, 62, 0);
  live_advance(live_rig.live, 19 * ms);
  assert_string_equal(live_rig_sent(), "");
  assert_int_equal(live_rig.fake.state[0].beliefs, 0);
  live_advance(live_rig.live, 21 * ms);
  assert_string_equal(live_rig_sent(), "20: 90 3c 50\n21: b0 40 7f\n");
  live_rig_send(100, 0x80, 60, 0);
  assert_string_equal(live_rig_sent(), "");
  live_receive(live_rig.live, 110 * ms, (const uint8_t[]){0xF0, 1, 2, 0xF7}, 4);
  live_receive(live_rig.live, 111 * ms, (const uint8_t[]){0xF0, 3, 4, 5}, 4); /* in pieces */
  live_receive(live_rig.live, 113 * ms, (const uint8_t[]){6, 0xF7}, 2);
  live_advance(live_rig.live, 200 * ms);
  assert_string_equal(live_rig_sent(), "120: 80 3c 00\n130: f0 01 02 f7\n131: f0 03 04 05\n133: 06 f7\n");
  assert_int_equal(live_rig_suppressed(), 1);
}

/* A SysEx that is longer than all room for those that wait. */
static void test_look_ahead_has_no_room_for_a_long_sysex(void **state)
{
  (void)state;
  enum { SIZE = 300000 };
  uint8_t *bytes = calloc(SIZE, 1);
  assert_non_null(bytes);
  bytes[0] = 0xF0;
  bytes[SIZE - 1] = 0xF7;
  struct live_config config = live_rig_clean();
  config.look_ahead = 20 * ms;
  live_rig_start(config);
  live_receive(live_rig.live, 5 * ms, (const uint8_t[]){0xF0, 1, 2, 0xF7}, 4);
  live_receive(live_rig.live, 10 * ms, bytes, SIZE);
  live_rig_send(11, 0xB0, 64, 127);
  assert_int_equal(live_rig.port.count, 2);
  assert_int_equal(live_rig.port.messages[0].time, 10 * ms);
  assert_int_equal(live_rig.port.messages[1].size, SIZE);
  assert_memory_equal(recording_bytes(&live_rig.port, 1), bytes, SIZE);
  live_advance(live_rig.live, 40 * ms);
  assert_int_equal(live_rig.port.messages[2].time, 31 * ms);
  assert_int_equal(live_counters(live_rig.live)->dropped, 0);
  free(bytes);
}

static void test_look_ahead_overflow_keeps_order(void **state)
{
  (void)state;
  struct live_config config = live_rig_clean();
  config.look_ahead = 200 * ms;
  live_rig_start(config);
  for (unsigned i = 0; i < 5000; i++) {
    live_receive(live_rig.live, (nanos)i, (const uint8_t[]){0xE0, i & 0x7F, (uint8_t)(i >> 7)}, 3);
  }
  live_advance(live_rig.live, 300 * ms);
  assert_int_equal(live_rig.port.count, 5000);
  for (unsigned i = 0; i < 5000; i++) {
    const uint8_t *bytes = recording_bytes(&live_rig.port, i);
    assert_int_equal(bytes[1] | bytes[2] << 7, i);
  }
}

static void test_swap_at_a_tick(void **state)
{
  (void)state;
  live_rig_start(live_rig_clean());
  live_rig_send(1, 0x90, 60, 80);
  assert_true(live_swap(live_rig.live, &live_rig.other.cleaner));
  live_advance(live_rig.live, 19 * ms);
  assert_null(live_retired(live_rig.live));
  live_advance(live_rig.live, 20 * ms);
  assert_ptr_equal(live_retired(live_rig.live), &live_rig.fake.cleaner);
  assert_null(live_retired(live_rig.live));
  assert_int_equal(live_rig.other.state[0].resets, 1);
  live_advance(live_rig.live, 60 * ms);
  assert_int_equal(live_rig.fake.state[0].advances, 0); /* it goes before its frame */
  assert_int_equal(live_rig.other.state[0].advances, 2);
  assert_int_equal(live_rig.other.state[0].received.cell[0][60 - PITCH_LOW], 1); /* still down */
  assert_int_equal(live_rig.other.state[0].received.cell[1][60 - PITCH_LOW], 0);
  live_rig_send(70, 0x80, 60, 0);
  assert_string_equal(live_rig_sent(), "1: 90 3c 50\n70: 80 3c 00\n");
}

static void test_swap_from_and_to_nothing(void **state)
{
  (void)state;
  live_rig_start(live_rig_clean());
  assert_true(live_swap(live_rig.live, NULL));
  live_advance(live_rig.live, 20 * ms);
  assert_ptr_equal(live_retired(live_rig.live), &live_rig.fake.cleaner);
  live_rig_send(21, 0x90, 60, 2);
  live_rig_send(22, 0x80, 60, 2);
  assert_string_equal(live_rig_sent(), "21: 90 3c 02\n22: 80 3c 02\n");
  assert_true(live_swap(live_rig.live, &live_rig.other.cleaner));
  live_advance(live_rig.live, 23 * ms); /* no tick is near */
  live_rig_send(24, 0x90, 62, 2);
  assert_string_equal(live_rig_sent(), "");
}

static void test_swap_waits_for_retired_ring(void **state)
{
  (void)state;
  struct fake_predictor *fakes[2] = {&live_rig.other, &live_rig.fake};
  int taken = 0;
  live_rig_start(live_rig_clean());
  for (nanos i = 0; i < 100; i++) {
    taken += live_swap(live_rig.live, &fakes[taken % 2]->cleaner);
    live_advance(live_rig.live, i * 20 * ms);
  }
  assert_true(taken < 100); /* nobody takes the old ones back */
  int back = 0;
  for (nanos i = 100; i < 300; i++) {
    back += live_retired(live_rig.live) != NULL;
    live_advance(live_rig.live, i * 20 * ms);
  }
  assert_int_equal(back, taken);
}

static void test_time_jumps(void **state)
{
  (void)state;
  live_rig_start(live_rig_clean());
  live_rig_send(0, 0x90, 60, 80);
  live_advance(live_rig.live, 3600 * 1000 * ms);
  assert_int_equal(live_counters(live_rig.live)->ticks, 64);
  live_advance(live_rig.live, 3600 * 1000 * ms + 20 * ms);
  assert_int_equal(live_counters(live_rig.live)->ticks, 65);
  assert_int_equal(live_rig.fake.state[0].received.cell[0][60 - PITCH_LOW], 1); /* the key is down still */
  live_rig_send(5, 0x80, 60, 0);                                                /* backwards */
  assert_int_equal(live_rig.port.messages[1].time, 3600 * 1000 * ms + 20 * ms);
}

static void test_silent_channels_have_no_ticks(void **state)
{
  (void)state;
  live_rig_start(live_rig_clean());
  live_rig_send(0, 0x93, 60, 80);
  live_rig_send(0, 0x99, 60, 80);
  live_advance(live_rig.live, 100 * ms);
  for (int channel = 0; channel < CHANNELS; channel++) {
    assert_int_equal(live_rig.fake.state[channel].advances, channel == 3 ? 5 : 0);
  }
}

static uint64_t ticks_in_a_second(nanos from)
{
  uint64_t before = live_counters(live_rig.live)->ticks;
  for (nanos time = 0; time <= 1000; time += 50) {
    live_advance(live_rig.live, (from + time) * ms);
  }
  return live_counters(live_rig.live)->ticks - before;
}

static void test_beat_frames_follow_the_tempo(void **state)
{
  (void)state;
  live_rig_start(live_rig_clean());
  assert_true(live_swap(live_rig.live, NULL));
  live_rig.other.cleaner.frame = (struct frame_def){FRAME_BEATS, 0.25, 2};
  assert_true(live_swap(live_rig.live, &live_rig.other.cleaner));
  live_advance(live_rig.live, 20 * ms);
  live_advance(live_rig.live, 20 * ms);
  assert_in_range(ticks_in_a_second(20), 8, 9); /* 120 a minute */
  live_tempo(live_rig.live, 60);
  assert_in_range(ticks_in_a_second(1020), 4, 5);
  /* 150 a minute by MIDI clock, with jitter and a pause. */
  nanos time = 2020 * ms;
  for (int i = 0; i < 480; i++) {
    time += INT64_C(60) * 1000 * ms / (150 * 24) + (i % 2 ? ms : -ms);
    send_one(time, 0xF8);
  }
  assert_in_range(ticks_in_a_second(time / ms), 9, 11);
  send_one(time + 100000 * ms, 0xF8);
  assert_in_range(ticks_in_a_second(time / ms + 100000), 9, 11);
}

static void test_capture(void **state)
{
  (void)state;
  struct live_config config = live_rig_clean();
  config.capture_capacity = 4096;
  live_rig_start(config);
  live_rig_send(1, 0x90, 60, 5);
  live_rig_send(2, 0xB0, 1, 2);
  live_advance(live_rig.live, 20 * ms);
  struct ring *ring = live_capture(live_rig.live);
  struct ring_header header;
  struct live_event_record event;
  struct live_decision_record decision;
  struct live_frame_record frame;
  assert_true(ring_read(ring, &header, &event, sizeof event));
  assert_int_equal(header.type, LIVE_RECORD_EVENT);
  assert_int_equal(event.sent, 0);
  assert_int_equal(event.bytes[2], 5);
  assert_true(ring_read(ring, &header, &decision, sizeof decision));
  assert_int_equal(header.type, LIVE_RECORD_DECISION);
  assert_int_equal(decision.time, 1 * ms);
  assert_int_equal(decision.passed, 0);
  assert_int_equal(decision.damage, DAMAGE_GHOST);
  assert_true(decision.log_odds < decision.threshold);
  assert_true(ring_read(ring, &header, &event, sizeof event));
  assert_true(ring_read(ring, &header, &event, sizeof event));
  assert_int_equal(event.sent, 1);
  assert_int_equal(event.bytes[0], 0xB0);
  assert_true(ring_read(ring, &header, &frame, sizeof frame));
  assert_int_equal(header.type, LIVE_RECORD_FRAME);
  assert_int_equal(frame.received.cell[1][60 - PITCH_LOW], 1);
  assert_int_equal(frame.passed.cell[1][60 - PITCH_LOW], 0);
  assert_false(ring_read(ring, &header, &frame, sizeof frame));
  for (nanos i = 0; i < 1000; i++) {
    live_rig_send(30 + i, 0xB0, 1, 2);
  }
  assert_true(live_counters(live_rig.live)->capture_lost > 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_teardown(test_look_ahead_delays_all_alike, live_rig_stop),
    cmocka_unit_test_teardown(test_look_ahead_overflow_keeps_order, live_rig_stop),
    cmocka_unit_test_teardown(test_look_ahead_has_no_room_for_a_long_sysex, live_rig_stop),
    cmocka_unit_test_teardown(test_swap_at_a_tick, live_rig_stop),
    cmocka_unit_test_teardown(test_swap_from_and_to_nothing, live_rig_stop),
    cmocka_unit_test_teardown(test_swap_waits_for_retired_ring, live_rig_stop),
    cmocka_unit_test_teardown(test_time_jumps, live_rig_stop),
    cmocka_unit_test_teardown(test_silent_channels_have_no_ticks, live_rig_stop),
    cmocka_unit_test_teardown(test_beat_frames_follow_the_tempo, live_rig_stop),
    cmocka_unit_test_teardown(test_capture, live_rig_stop),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
