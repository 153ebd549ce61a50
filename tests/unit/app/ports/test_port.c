/* SPDX-License-Identifier: MIT */
/* Drivers' table, port names and links, and the arithmetic of frames and of SysEx. */
#include <stdio.h>
#include <string.h>

#include "alsa_seq.h"
#include "cmocka_all.h"
#include "frame_clock.h"
#include "port_private.h"
#include "portmidi_bytes.h"
#include "rng.h"
#include "sysex_pieces.h"

static void drivers_are_tried_in_order(void **state)
{
  (void)state;
  const char *order[] = {"jack", "alsa", "portmidi"};
  size_t first = strcmp(port_drivers[0]->name, "jack") == 0 ? 0 : 1; /* built without JACK */
  for (size_t i = first; i < 3; i++) {
    assert_string_equal(port_drivers[i - first]->name, order[i]);
    assert_ptr_equal(port_driver_find(order[i]), port_drivers[i - first]);
  }
  assert_null(port_drivers[3 - first]);
  assert_null(port_driver_find("JACK"));
  assert_null(port_driver_find(""));
  assert_null(port_driver_find(NULL));
}

static void names_match_in_part_and_any_case(void **state)
{
  (void)state;
  assert_true(port_name_matches("nanoKEY2:nanoKEY2 MIDI 1 20:0", "nanokey2 midi"));
  assert_true(port_name_matches("system:midi_capture_1", "CAPTURE"));
  assert_true(port_name_matches("aab", "ab"));
  assert_true(port_name_matches("Fl\xC3\xBCgel", "FL\xC3\xBCG"));
  assert_false(port_name_matches("nanoKEY2", "nanoKEY25"));
  assert_false(port_name_matches("", "a"));
  assert_false(port_name_matches("a", ""));
  assert_false(port_name_matches("a", NULL));
  assert_false(port_name_matches(NULL, "a"));
}

static const struct port_info ports[] = {
  {"emend:out", PORT_IN}, {"Piano 88 Pro", PORT_IN}, {"Piano 88", PORT_IN},
  {"Piano 88", PORT_OUT}, {"emendo:out", PORT_IN},   {"synth:in", PORT_OUT},
};
enum { PORT_COUNT = sizeof(ports) / sizeof(ports[0]) };

static void a_whole_name_wins_and_own_ports_are_passed_over(void **state)
{
  (void)state;
  assert_int_equal(port_pick(ports, PORT_COUNT, PORT_IN, "piano 88", "emend"), 2);
  assert_int_equal(port_pick(ports, PORT_COUNT, PORT_IN, "piano", "emend"), 1);
  assert_int_equal(port_pick(ports, PORT_COUNT, PORT_OUT, "piano", "emend"), 3);
  assert_int_equal(port_pick(ports, PORT_COUNT, PORT_IN, "out", "emend"), 4);
  assert_int_equal(port_pick(ports, PORT_COUNT, PORT_IN, "synth", "emend"), -1);
  assert_int_equal(port_pick(ports, 0, PORT_IN, "piano", "emend"), -1);
}

/* The input asks for the piano; the output is left to others. */
static void set_up(struct port *port)
{
  struct port_options options = {.client_name = "emend", .in = "piano"};
  struct port_stream stream = {0};
  struct error error;
  assert_int_equal(port_setup(port, &options, &stream, &error), STATUS_OK);
}

static void a_port_that_returns_is_connected_when_it_has_settled(void **state)
{
  (void)state;
  struct port port;
  set_up(&port);
  struct port_link *link = &port.in;
  assert_int_equal(port_links_state(&port), PORT_LOST);
  assert_int_equal(port_link_scan(&port.out, ports, PORT_COUNT, "emend"), LINK_KEEP);
  assert_int_equal(port_link_scan(link, ports, PORT_COUNT, "emend"), LINK_KEEP);
  assert_int_equal(port_link_scan(link, ports, PORT_COUNT, "emend"), LINK_CONNECT);
  assert_string_equal(link->name, "Piano 88 Pro");
  link->state = LINK_ON;
  assert_int_equal(port_links_state(&port), PORT_CONNECTED);
  assert_int_equal(port_link_scan(link, ports, PORT_COUNT, "emend"), LINK_KEEP);
  assert_int_equal(port_link_scan(link, ports, 1, "emend"), LINK_DROP);
  assert_int_equal(port_links_state(&port), PORT_LOST);
  assert_int_equal(port_link_scan(link, ports, 1, "emend"), LINK_KEEP);
  assert_int_equal(port_link_scan(link, ports, PORT_COUNT, "emend"), LINK_KEEP);
  assert_int_equal(port_link_scan(link, ports, 1, "emend"), LINK_KEEP); /* gone before it settled */
  assert_int_equal(port_link_scan(link, ports, PORT_COUNT, "emend"), LINK_KEEP);
  assert_int_equal(port_link_scan(link, ports, PORT_COUNT, "emend"), LINK_CONNECT);
}

static void a_connection_undone_by_hand_stays_undone(void **state)
{
  (void)state;
  struct port port;
  set_up(&port);
  strcpy(port.in.name, "Piano 88");
  port.in.state = LINK_RELEASED;
  assert_int_equal(port_link_scan(&port.in, ports, PORT_COUNT, "emend"), LINK_KEEP);
  assert_int_equal(port.in.state, LINK_RELEASED);
  assert_int_equal(port_links_state(&port), PORT_WAITING);
}

static void bad_names_are_refused(void **state)
{
  (void)state;
  char longest[PORT_NAME + 1];
  memset(longest, 'a', PORT_NAME);
  longest[PORT_NAME] = '\0';
  struct port port;
  struct port_stream stream = {0};
  struct error error;
  struct port_options empty = {.client_name = "emend", .in = ""};
  struct port_options endless = {.client_name = "emend", .out = longest};
  assert_int_equal(port_setup(&port, &empty, &stream, &error), STATUS_USAGE);
  assert_non_null(strstr(error.text, "--in"));
  assert_int_equal(port_setup(&port, &endless, &stream, &error), STATUS_USAGE);
  assert_non_null(strstr(error.text, "--out"));
}

static void what_happened_is_said_once_and_never_overflows(void **state)
{
  (void)state;
  struct port port;
  char line[PORT_LINE];
  set_up(&port);
  for (int i = 0; i < 100; i++) {
    port_say(&port, "event %d", i);
  }
  assert_int_equal(port_report(&port, PORT_LOST, line, sizeof(line)), PORT_LOST);
  assert_memory_equal(line, "event 0; event 1; ", 18);
  assert_int_equal(port_report(&port, PORT_LOST, line, sizeof(line)), PORT_LOST);
  assert_string_equal(line, "");
}

static void frames_come_back_exactly(void **state)
{
  (void)state;
  static const uint32_t rates[] = {1, 8000, 22050, 44100, 48000, 96000, 192000, 768000};
  uint64_t seed = 20140612;
  struct rng rng;
  rng_seed(&rng, seed);
  for (int i = 0; i < 200000; i++) {
    struct frame_clock clock = {.base = (nanos)(rng_next(&rng) >> 3), .rate = rates[rng_below(&rng, 8)]};
    clock.frame = rng_next(&rng) >> (24 + rng_below(&rng, 40));
    clock.frame %= (uint64_t)clock.rate * 3600 * 24 * 365; /* a year */
    clock.length = 8192;
    uint32_t offset = rng_below(&rng, clock.length);
    if (frame_clock_offset(&clock, frame_clock_time(&clock, offset)) != (int64_t)offset) {
      fail_msg("seed %llu, frame %llu + %u at %u Hz", (unsigned long long)seed, (unsigned long long)clock.frame,
               (unsigned)offset, (unsigned)clock.rate);
    }
  }
}

static void times_between_frames_wait_for_the_next(void **state)
{
  (void)state;
  struct frame_clock clock = {.base = 1000, .frame = 48000, .rate = 48000, .length = 64};
  nanos start = frame_clock_time(&clock, 0);
  assert_int_equal(start, 1000 + NANOS_PER_SECOND);
  assert_int_equal(frame_clock_offset(&clock, start + 1), 1);
  assert_int_equal(frame_clock_offset(&clock, start - 1), 0);
  assert_int_equal(frame_clock_offset(&clock, start - NANOS_PER_SECOND), -48000);
  assert_true(frame_clock_offset(&clock, 0) < 0);
  assert_int_equal(frame_clock_offset(&clock, start + NANOS_PER_SECOND), 48000);
}

static void time_counts_skipped_frames_and_never_goes_back(void **state)
{
  (void)state;
  struct frame_clock clock;
  frame_clock_start(&clock, 0, 48000, UINT32_MAX - 10);
  frame_clock_cycle(&clock, UINT32_MAX - 10, 64);
  assert_int_equal(clock.frame, 0);
  frame_clock_cycle(&clock, 53, 64); /* the server's count wraps */
  assert_int_equal(clock.frame, 64);
  frame_clock_cycle(&clock, 53 + 640, 64); /* an xrun */
  assert_int_equal(clock.frame, 704);
  frame_clock_cycle(&clock, 100, 64); /* backwards */
  assert_int_equal(clock.frame, 768);
  frame_clock_cycle(&clock, 110, 64); /* overlapping */
  assert_int_equal(clock.frame, 832);
}

/* Feed `bytes` in messages of `step` bytes; append what comes out. Returns the number of pieces. */
static int feed(struct sysex_pieces *pieces, const uint8_t *bytes, size_t size, size_t step, uint8_t *out,
                size_t *out_size)
{
  int count = 0;
  for (size_t begin = 0; begin < size; begin += step) {
    size_t length = size - begin < step ? size - begin : step;
    struct sysex_piece piece;
    for (size_t at = 0; sysex_pieces_take(pieces, bytes + begin, length, &at, &piece); count++) {
      memcpy(out + *out_size, piece.bytes, piece.size);
      *out_size += piece.size;
    }
  }
  return count;
}

static void make_sysex(uint8_t *bytes, size_t size)
{
  for (size_t i = 0; i < size; i++) {
    bytes[i] = (uint8_t)(i % 128);
  }
  bytes[0] = 0xF0;
  bytes[size - 1] = 0xF7;
}

static void sysex_leaves_in_full_pieces(void **state)
{
  (void)state;
  uint8_t buffer[16], bytes[100], out[128];
  for (size_t size = 2; size <= sizeof(bytes); size++) {
    for (size_t step = 1; step <= size; step++) {
      struct sysex_pieces pieces = {.buffer = buffer, .limit = sizeof(buffer)};
      size_t out_size = 0;
      make_sysex(bytes, size);
      int count = feed(&pieces, bytes, size, step, out, &out_size);
      assert_int_equal(count, (size + sizeof(buffer) - 1) / sizeof(buffer));
      assert_int_equal(out_size, size);
      assert_memory_equal(out, bytes, size);
      assert_false(pieces.inside);
    }
  }
}

static void a_sysex_that_must_be_whole_and_is_too_long_is_lost_alone(void **state)
{
  (void)state;
  uint8_t buffer[16], bytes[20], out[64];
  struct sysex_pieces pieces = {.buffer = buffer, .limit = sizeof(buffer), .whole = true};
  size_t out_size = 0;
  make_sysex(bytes, 17);
  assert_int_equal(feed(&pieces, bytes, 17, 5, out, &out_size), 0);
  assert_int_equal(pieces.lost, 1);
  make_sysex(bytes, 16);
  assert_int_equal(feed(&pieces, bytes, 16, 5, out, &out_size), 1);
  assert_int_equal(out_size, 16);
  assert_int_equal(pieces.lost, 1);
}

static void other_messages_pass_a_sysex(void **state)
{
  (void)state;
  uint8_t buffer[16], out[64];
  struct sysex_pieces pieces = {.buffer = buffer, .limit = sizeof(buffer)};
  size_t out_size = 0;
  const uint8_t clock = 0xF8, note[] = {0x90, 60, 1}, start[] = {0xF0, 1, 2}, rest[] = {3, 0xF7};
  assert_int_equal(feed(&pieces, start, 3, 3, out, &out_size), 0);
  assert_int_equal(feed(&pieces, &clock, 1, 1, out, &out_size), 1);
  assert_int_equal(feed(&pieces, rest, 2, 2, out, &out_size), 1);
  assert_memory_equal(out, "\xF8\xF0\x01\x02\x03\xF7", 6);
  out_size = 0;
  feed(&pieces, start, 3, 3, out, &out_size); /* broken off by the note */
  assert_int_equal(feed(&pieces, note, 3, 3, out, &out_size), 1);
  assert_memory_equal(out, note, 3);
  assert_int_equal(feed(&pieces, note, 3, 3, out, &out_size), 1);
}

/* Encode, decode, compare. */
static void check_round_trip(struct portmidi_decoder *decoder, const uint8_t *bytes, size_t size)
{
  uint8_t back[256];
  size_t count = 0;
  uint32_t event;
  for (size_t at = 0; portmidi_encode(bytes, size, &at, &event);) {
    uint8_t some[4];
    size_t found = portmidi_decode(decoder, event, some);
    assert_true(found > 0 && count + found <= sizeof(back));
    memcpy(back + count, some, found);
    count += found;
  }
  assert_int_equal(count, size);
  assert_memory_equal(back, bytes, size);
}

static void portmidi_events_hold_every_message(void **state)
{
  (void)state;
  struct portmidi_decoder decoder = {0};
  uint8_t sysex[200];
  for (size_t size = 2; size <= sizeof(sysex); size++) {
    make_sysex(sysex, size);
    check_round_trip(&decoder, sysex, size);
  }
  for (unsigned status = 0x80; status < 0x100; status++) {
    const uint8_t message[3] = {(uint8_t)status, 1, 2};
    size_t size = status < 0xF0                      ? ((status & 0xE0) == 0xC0 ? 2 : 3)
                  : status == 0xF2                   ? 3
                  : status == 0xF1 || status == 0xF3 ? 2
                                                     : 1;
    if (status != 0xF0 && status != 0xF7) {
      check_round_trip(&decoder, message, size);
    }
  }
}

static void portmidi_clock_within_a_sysex(void **state)
{
  (void)state;
  struct portmidi_decoder decoder = {0};
  uint8_t bytes[4];
  assert_int_equal(portmidi_decode(&decoder, 0x030201F0, bytes), 4);
  assert_int_equal(portmidi_decode(&decoder, 0xF8, bytes), 1);
  assert_int_equal(portmidi_decode(&decoder, 0x0000F704, bytes), 2);
  assert_int_equal(portmidi_decode(&decoder, 0x00000102, bytes), 0); /* data from nowhere */
  assert_int_equal(portmidi_decode(&decoder, 0x030201F0, bytes), 4);
  assert_int_equal(portmidi_decode(&decoder, 0x00403C90, bytes), 3); /* breaks it off */
  assert_int_equal(portmidi_decode(&decoder, 0x00000102, bytes), 0);
}

static void an_address_ends_a_name(void **state)
{
  (void)state;
  struct alsa_address address;
  assert_true(alsa_address_of("Keyboard:Keyboard MIDI 1 20:3", &address));
  assert_int_equal(address.client, 20);
  assert_int_equal(address.port, 3);
  static const char *const others[] = {"",
                                       "20:3",
                                       "Keyboard ",
                                       "Keyboard 20",
                                       "Keyboard 20:",
                                       "Keyboard :3",
                                       "Keyboard 20:3x",
                                       "Keyboard 20:-3",
                                       "Keyboard 99999999999999999999:3"};
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
    assert_false(alsa_address_of(others[i], &address));
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(drivers_are_tried_in_order),
    cmocka_unit_test(names_match_in_part_and_any_case),
    cmocka_unit_test(a_whole_name_wins_and_own_ports_are_passed_over),
    cmocka_unit_test(a_port_that_returns_is_connected_when_it_has_settled),
    cmocka_unit_test(a_connection_undone_by_hand_stays_undone),
    cmocka_unit_test(bad_names_are_refused),
    cmocka_unit_test(what_happened_is_said_once_and_never_overflows),
    cmocka_unit_test(frames_come_back_exactly),
    cmocka_unit_test(times_between_frames_wait_for_the_next),
    cmocka_unit_test(time_counts_skipped_frames_and_never_goes_back),
    cmocka_unit_test(an_address_ends_a_name),
    cmocka_unit_test(sysex_leaves_in_full_pieces),
    cmocka_unit_test(a_sysex_that_must_be_whole_and_is_too_long_is_lost_alone),
    cmocka_unit_test(other_messages_pass_a_sysex),
    cmocka_unit_test(portmidi_events_hold_every_message),
    cmocka_unit_test(portmidi_clock_within_a_sysex),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
