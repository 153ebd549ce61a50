/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>

#include <string.h>

#include "cmocka_all.h"
#include "live_rig.h"

static const nanos ms = NANOS_PER_MILLISECOND;

static void send_one(nanos time, unsigned status)
{
  live_receive(live_rig.live, time, (const uint8_t[]){(uint8_t)status}, 1);
}

/* Some playing with time passing in between; what was sent, which the caller frees. */
static char *play_warm(bool keep_warm, int *beliefs)
{
  struct live_config config = live_rig_clean();
  config.keep_warm = keep_warm;
  live_rig_start(config);
  for (nanos t = 0; t < 200; t += 5) {
    live_advance(live_rig.live, t * ms);
    live_rig_send(t, t % 10 == 0 ? 0x90 : 0x80, 60 + (unsigned)(t / 10 % 7), t % 30 == 0 ? 5 : 80);
  }
  live_silence(live_rig.live, 300 * ms);
  *beliefs = 0;
  for (int channel = 0; channel < CHANNELS; channel++) {
    *beliefs += live_rig.fake.state[channel].beliefs;
  }
  char *sent = strdup(live_rig_sent());
  live_rig_stop(NULL);
  return sent;
}

static void test_warming_changes_nothing(void **state)
{
  (void)state;
  int cold_beliefs;
  int warm_beliefs;
  char *cold = play_warm(false, &cold_beliefs);
  char *warm = play_warm(true, &warm_beliefs);
  assert_string_equal(warm, cold);
  assert_true(warm_beliefs > cold_beliefs);
  free(cold);
  free(warm);
}

static void test_golden_take(void **state)
{
  (void)state;
  live_rig_start(live_rig_clean());
  live_rig_send(0, 0xB0, 64, 127);
  live_rig_send(10, 0x90, 60, 80);
  live_rig_send(15, 0x80, 60, 30); /* contact bounce: the soft stroke carries the note, so it passes */
  live_rig_send(20, 0x90, 60, 10);
  live_rig_send(22, 0x90, 61, 5); /* brushed */
  live_rig_send(22, 0x90, 64, 70);
  live_rig_send(40, 0x90, 61, 0);
  live_rig_send(300, 0x80, 60, 30);
  live_rig_send(310, 0x90, 64, 0);
  live_rig_send(400, 0x99, 38, 1);  /* drums pass */
  live_rig_send(400, 0x90, 20, 1);  /* below the piano */
  live_rig_send(400, 0x90, 109, 1); /* above it */
  live_rig_send(410, 0x89, 38, 0);
  live_rig_send(410, 0x80, 20, 0);
  live_rig_send(410, 0x80, 109, 0);
  live_rig_send(500, 0xE0, 0, 64);
  live_silence(live_rig.live, 600 * ms);
  assert_string_equal(live_rig_sent(), "0: b0 40 7f\n"
                                       "10: 90 3c 50\n"
                                       "15: 80 3c 1e\n"
                                       "20: 90 3c 0a\n"
                                       "22: 90 40 46\n"
                                       "300: 80 3c 1e\n"
                                       "310: 90 40 00\n"
                                       "400: 99 26 01\n"
                                       "400: 90 14 01\n"
                                       "400: 90 6d 01\n"
                                       "410: 89 26 00\n"
                                       "410: 80 14 00\n"
                                       "410: 80 6d 00\n"
                                       "500: e0 00 40\n"
                                       "600: b0 40 00\n");
  const struct live_counters *counters = live_counters(live_rig.live);
  assert_int_equal(counters->events_in, 16);
  assert_int_equal(counters->events_out, 15);
  assert_int_equal(counters->notes_in, 7);
  assert_int_equal(counters->notes_out, 6);
  assert_int_equal(counters->suppressed[DAMAGE_GHOST], 1);
  assert_int_equal(counters->ticks, 30);
  assert_int_equal(counters->sounding, 0);
  assert_int_equal(counters->dropped, 0);
}

static void test_no_hold(void **state)
{
  (void)state;
  live_rig_start(live_rig_clean());
  for (nanos time = 1; time < 1400; time += 7) {
    live_receive(live_rig.live, time * 12345, (const uint8_t[]){0x90, (uint8_t)(30 + time % 60), 90}, 3);
    assert_int_equal(live_rig.port.count, 1);
    assert_int_equal(live_rig.port.messages[0].time, time * 12345);
    recording_clear(&live_rig.port);
  }
}

static void test_modes(void **state)
{
  (void)state;
  live_rig_start(live_rig_clean());
  live_rig_send(0, 0x90, 60, 9);
  assert_string_equal(live_rig_sent(), "");
  assert_true(live_set_mode(live_rig.live, LIVE_BYPASS));
  live_advance(live_rig.live, 1 * ms);
  assert_int_equal(live_current_mode(live_rig.live), LIVE_BYPASS);
  live_rig_send(5, 0x80, 60, 0); /* of the suppressed note: swallowed still */
  assert_string_equal(live_rig_sent(), "");
  live_rig_send(10, 0x90, 60, 9);
  assert_true(live_set_mode(live_rig.live, LIVE_CLEAN));
  live_advance(live_rig.live, 11 * ms);
  live_rig_send(50, 0x80, 60, 0);
  assert_string_equal(live_rig_sent(), "10: 90 3c 09\n50: 80 3c 00\n");
  assert_int_equal(live_rig_suppressed(), 1);

  assert_true(live_set_mode(live_rig.live, LIVE_MONITOR));
  live_advance(live_rig.live, 60 * ms);
  live_rig_send(61, 0x90, 62, 9);
  live_rig_send(62, 0x80, 62, 0);
  assert_string_equal(live_rig_sent(), "61: 90 3e 09\n62: 80 3e 00\n");
  assert_int_equal(live_rig_suppressed(), 2);
  assert_int_equal(live_counters(live_rig.live)->notes_out, 2);
}

static void test_strength(void **state)
{
  (void)state;
  live_rig_start(live_rig_clean());
  assert_true(live_set_strength(live_rig.live, 0));
  live_advance(live_rig.live, 0);
  live_rig_send(1, 0x90, 60, 1);
  live_rig_send(2, 0x80, 60, 0); /* and no note-off is held back */
  assert_string_equal(live_rig_sent(), "1: 90 3c 01\n2: 80 3c 00\n");
  assert_true(live_set_strength(live_rig.live, 7));
  live_advance(live_rig.live, 3 * ms);
  assert_float_equal(live_current_strength(live_rig.live), 1, 0);
  live_rig_send(4, 0x90, 62, 20);
  assert_string_equal(live_rig_sent(), "");
}

/* A keyboard whose middle C has struck twice in every second stroke, at press or as it is let go. */
static struct instrument worn(enum damage kind)
{
  struct instrument instrument;
  instrument_init(&instrument, GEAR_KEYBOARD);
  instrument.key[60].strokes = 40;
  instrument.key[60].faults[kind] = 20;
  return instrument;
}

static void start_worn(enum damage kind)
{
  static struct instrument instrument;
  struct live_config config = live_rig_clean();
  instrument = worn(kind);
  config.instrument = &instrument;
  live_rig_start(config);
}

static void test_note_offs_of_sound_keys_go_at_once(void **state)
{
  (void)state;
  start_worn(DAMAGE_BOUNCE);
  live_rig_send(100, 0x90, 61, 80);
  live_rig_send(104, 0x80, 61, 7);
  assert_string_equal(live_rig_sent(), "100: 90 3d 50\n104: 80 3d 07\n");
}

static void test_note_off_of_a_worn_key_waits(void **state)
{
  (void)state;
  start_worn(DAMAGE_BOUNCE);
  live_rig_send(100, 0x90, 60, 80);
  live_rig_send(104, 0x80, 60, 7);
  live_advance(live_rig.live, 159 * ms);
  assert_string_equal(live_rig_sent(), "100: 90 3c 50\n");
  live_advance(live_rig.live, 500 * ms);
  assert_string_equal(live_rig_sent(), "160: 80 3c 07\n");
}

/* The soft stroke after it is removed, and the note ends when that does. */
static void test_a_removed_stroke_hands_the_hold_on(void **state)
{
  (void)state;
  start_worn(DAMAGE_RELEASE);
  live_rig_send(100, 0x90, 60, 80);
  live_rig_send(300, 0x80, 60, 7);
  live_rig_send(301, 0x90, 60, 6);
  live_advance(live_rig.live, 800 * ms);
  live_rig_send(900, 0x80, 60, 9);
  live_advance(live_rig.live, 1000 * ms);
  assert_string_equal(live_rig_sent(), "100: 90 3c 50\n915: 80 3c 09\n");
}

static void test_panic_and_silence(void **state)
{
  (void)state;
  live_rig_start(live_rig_clean());
  live_rig_send(0, 0x90, 60, 80);
  live_rig_send(0, 0x9F, 10, 80);
  assert_int_equal(live_counters(live_rig.live)->sounding, 2);
  assert_true(live_panic(live_rig.live));
  live_advance(live_rig.live, 5 * ms);
  const uint32_t controls = live_rig.port.count - 4;
  const char *ends = strstr(live_rig_sent(), "5: 80 3c 40\n5: 8f 0a 40\n");
  assert_non_null(ends);
  for (int channel = 0; channel < CHANNELS; channel++) {
    char lines[64];
    snprintf(lines, sizeof lines, "5: b%x 40 00\n5: b%x 42 00\n5: b%x 45 00\n5: b%x 7b 00\n5: b%x 78 00\n",
             (unsigned)channel, (unsigned)channel, (unsigned)channel, (unsigned)channel, (unsigned)channel);
    assert_non_null(strstr(ends, lines));
  }
  assert_int_equal(controls, CHANNELS * 5);
  assert_int_equal(live_counters(live_rig.live)->sounding, 0);
  live_rig_send(10, 0x90, 62, 80);
  live_silence(live_rig.live, 20 * ms);
  live_silence(live_rig.live, 30 * ms);
  assert_string_equal(live_rig_sent(), "10: 90 3e 50\n20: 80 3e 40\n");
}

static void test_silence_lifts_pedals(void **state)
{
  (void)state;
  live_rig_start(live_rig_clean());
  live_rig_send(0, 0xB0, MIDI_DAMPER, 127);
  live_rig_send(1, 0xB2, MIDI_SOSTENUTO, 1);
  live_rig_send(2, 0xB3, MIDI_HOLD_2, 64);
  live_rig_send(3, 0xB3, MIDI_HOLD_2, 0);
  live_rig_send(4, 0xB4, MIDI_DAMPER, 90);
  live_rig_send(5, 0xB4, MIDI_RESET_CONTROLLERS, 0);
  (void)live_rig_sent();
  live_silence(live_rig.live, 20 * ms);
  assert_string_equal(live_rig_sent(), "20: b0 40 00\n20: b2 42 00\n");
  live_silence(live_rig.live, 30 * ms);
  assert_string_equal(live_rig_sent(), "");
}

static void test_receiver_ends_notes_itself(void **state)
{
  (void)state;
  live_rig_start(live_rig_clean());
  live_rig_send(0, 0x90, 60, 80);
  live_rig_send(0, 0x91, 60, 80);
  live_rig_send(40, 0xB0, 123, 0);
  assert_int_equal(live_counters(live_rig.live)->sounding, 1);
  live_silence(live_rig.live, 50 * ms);
  assert_string_equal(live_rig_sent(), "0: 90 3c 50\n0: 91 3c 50\n40: b0 7b 00\n50: 81 3c 40\n");
  live_rig_send(60, 0x90, 60, 80);
  send_one(70 * ms, 0xFF);
  live_silence(live_rig.live, 80 * ms);
  assert_string_equal(live_rig_sent(), "60: 90 3c 50\n70: ff\n");
}

static void test_odd_bytes_pass(void **state)
{
  (void)state;
  live_rig_start(live_rig_clean());
  live_receive(live_rig.live, 1 * ms, (const uint8_t[]){0xF0, 1, 2, 3, 4}, 5);
  live_receive(live_rig.live, 1 * ms, (const uint8_t[]){5, 6}, 2);
  send_one(2 * ms, 0xF8);
  live_receive(live_rig.live, 3 * ms, (const uint8_t[]){7, 0xF7}, 2);
  live_receive(live_rig.live, 4 * ms, (const uint8_t[]){0x90, 60}, 2);
  live_receive(live_rig.live, 5 * ms, (const uint8_t[]){0x90, 200, 3}, 3);
  live_receive(live_rig.live, 6 * ms, (const uint8_t[]){0xC0, 3}, 2);
  live_receive(live_rig.live, 7 * ms, NULL, 0);
  send_one(8 * ms, 0xFD);
  assert_string_equal(live_rig_sent(),
                      "1: f0 01 02 03 04\n1: 05 06\n2: f8\n3: 07 f7\n4: 90 3c\n5: 90 c8 03\n6: c0 03\n8: fd\n");
}

static void test_nothing_goes_into_a_sysex(void **state)
{
  (void)state;
  start_worn(DAMAGE_BOUNCE);
  live_rig_send(0, 0x90, 60, 80);
  live_rig_send(5, 0x80, 60, 0); /* held back until 60 */
  live_receive(live_rig.live, 20 * ms, (const uint8_t[]){0xF0, 1, 2, 3, 4}, 5);
  live_receive(live_rig.live, 40 * ms, (const uint8_t[]){1, 2, 3, 4}, 4);
  live_receive(live_rig.live, 50 * ms, (const uint8_t[]){0xF7}, 1);
  live_receive(live_rig.live, 70 * ms, (const uint8_t[]){0xF0, 1, 2, 3, 4}, 5);
  live_receive(live_rig.live, 80 * ms, (const uint8_t[]){0xF7}, 1);
  live_advance(live_rig.live, 90 * ms);
  assert_string_equal(
    live_rig_sent(),
    "0: 90 3c 50\n20: f0 01 02 03 04\n40: 01 02 03 04\n50: f7\n60: 80 3c 00\n70: f0 01 02 03 04\n80: f7\n");
}

static void test_broken_model_passes_all(void **state)
{
  (void)state;
  live_rig_start(live_rig_clean());
  live_rig.fake.state[0].broken = true;
  live_rig_send(0, 0x90, 60, 1);
  assert_string_equal(live_rig_sent(), "0: 90 3c 01\n");
}

static void test_port_without_room(void **state)
{
  (void)state;
  live_rig_start(live_rig_clean());
  live_rig.port.full = true;
  live_rig_send(1, 0x90, 60, 80);
  live_receive(live_rig.live, 2 * ms, (const uint8_t[]){0xF0, 1, 2, 3, 0xF7}, 5);
  live_rig_send(50, 0x80, 60, 0);
  assert_int_equal(live_counters(live_rig.live)->events_out, 0);
  live_rig.port.full = false;
  live_advance(live_rig.live, 60 * ms);
  assert_string_equal(live_rig_sent(), "1: 90 3c 50\n2: f0 01 02 03 f7\n50: 80 3c 00\n");
  assert_int_equal(live_counters(live_rig.live)->dropped, 0);
  assert_int_equal(live_counters(live_rig.live)->events_out, 3);
}

static void test_overflow_never_loses_a_note_off(void **state)
{
  (void)state;
  live_rig_start(live_rig_clean());
  for (unsigned pitch = 30; pitch < 100; pitch++) {
    live_rig_send(0, 0x90, pitch, 80);
  }
  live_rig.port.full = true;
  for (int i = 0; i < 1100; i++) {
    live_rig_send(50, 0xE0, 1, 1);
  }
  for (unsigned pitch = 30; pitch < 60; pitch++) {
    live_rig_send(60, 0x80, pitch, 0);
  }
  live_rig_send(70, 0x90, 20, 80); /* dropped, and so is its note-off */
  assert_true(live_panic(live_rig.live));
  live_advance(live_rig.live, 80 * ms);
  live_rig_send(90, 0x80, 20, 0);
  assert_int_equal(live_counters(live_rig.live)->dropped, 1100 - 1024 + 1);
  assert_int_equal(live_counters(live_rig.live)->sounding, 70);
  live_rig.port.full = false;
  live_advance(live_rig.live, 100 * ms);
  assert_int_equal(live_rig.port.count, 70 + 1024 + 70 + CHANNELS * 5);
  for (uint32_t i = 70 + 1024; i < 70 + 1024 + 70; i++) {
    assert_int_equal(recording_bytes(&live_rig.port, i)[0], 0x80);
    assert_in_range(recording_bytes(&live_rig.port, i)[1], 30, 99);
  }
  live_advance(live_rig.live, 101 * ms);
  assert_int_equal(live_counters(live_rig.live)->sounding, 0);
}

static void test_lost_sysex_piece_takes_the_rest(void **state)
{
  (void)state;
  live_rig_start(live_rig_clean());
  live_rig.port.full = true;
  for (int i = 0; i < 1024; i++) {
    live_rig_send(0, 0xE0, 1, 1);
  }
  live_receive(live_rig.live, 1 * ms, (const uint8_t[]){0xF0, 1, 2, 3}, 4);
  live_rig.port.full = false;
  live_receive(live_rig.live, 2 * ms, (const uint8_t[]){4, 5, 6, 0xF7}, 4);
  live_receive(live_rig.live, 3 * ms, (const uint8_t[]){0xF0, 9, 0xF7}, 3);
  assert_int_equal(live_counters(live_rig.live)->dropped, 2);
  assert_int_equal(live_rig.port.count, 1025);
  assert_int_equal(recording_bytes(&live_rig.port, 1024)[1], 9);
}

static void test_bad_configuration(void **state)
{
  (void)state;
  struct error error;
  struct live_config config = live_rig_clean();
  config.look_ahead = 201 * ms;
  assert_int_equal(live_new(&live_rig.live, &config, NULL, recording_emit, &live_rig.port, &error),
                   STATUS_USAGE);
  assert_non_null(strstr(error.text, "200 ms"));
  assert_null(live_rig.live);
  config = live_rig_clean();
  config.strength = -1;
  assert_int_equal(live_new(&live_rig.live, &config, NULL, recording_emit, &live_rig.port, &error),
                   STATUS_USAGE);
  assert_null(live_rig.live);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_warming_changes_nothing),
    cmocka_unit_test_teardown(test_golden_take, live_rig_stop),
    cmocka_unit_test_teardown(test_no_hold, live_rig_stop),
    cmocka_unit_test_teardown(test_modes, live_rig_stop),
    cmocka_unit_test_teardown(test_strength, live_rig_stop),
    cmocka_unit_test_teardown(test_note_offs_of_sound_keys_go_at_once, live_rig_stop),
    cmocka_unit_test_teardown(test_note_off_of_a_worn_key_waits, live_rig_stop),
    cmocka_unit_test_teardown(test_a_removed_stroke_hands_the_hold_on, live_rig_stop),
    cmocka_unit_test_teardown(test_panic_and_silence, live_rig_stop),
    cmocka_unit_test_teardown(test_silence_lifts_pedals, live_rig_stop),
    cmocka_unit_test_teardown(test_receiver_ends_notes_itself, live_rig_stop),
    cmocka_unit_test_teardown(test_odd_bytes_pass, live_rig_stop),
    cmocka_unit_test_teardown(test_nothing_goes_into_a_sysex, live_rig_stop),
    cmocka_unit_test_teardown(test_broken_model_passes_all, live_rig_stop),
    cmocka_unit_test_teardown(test_port_without_room, live_rig_stop),
    cmocka_unit_test_teardown(test_overflow_never_loses_a_note_off, live_rig_stop),
    cmocka_unit_test_teardown(test_lost_sysex_piece_takes_the_rest, live_rig_stop),
    cmocka_unit_test_teardown(test_bad_configuration, live_rig_stop),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
