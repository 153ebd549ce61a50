/* SPDX-License-Identifier: MIT */
/* The live thread of drivers whose library has none, with a library of the test's own. Nothing is timed:
 * the test waits for what must come, and a bound ends it if it does not. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "port_loop.h"

enum { WRITTEN_MAX = 1 << 20, HELD_KEY = 60 };

/* A library that refuses each second write, and a stream that passes everything on. */
struct bench {
  struct port_loop loop;
  uint8_t written[WRITTEN_MAX];
  _Atomic size_t written_size;
  int writes;
  bool held;
  nanos last;
  bool went_back;
  int begun;
  _Atomic int silenced, lost;
  _Atomic int heard, ids; /* listeners: how many, and their ids as digits */
};

static bool write_some(struct port_loop *loop, const uint8_t *bytes, size_t size)
{
  struct bench *bench = (struct bench *)loop;
  if (bench->writes++ % 2 == 0 || bench->written_size + size > WRITTEN_MAX) {
    return false;
  }
  memcpy(bench->written + bench->written_size, bytes, size);
  bench->written_size += size;
  return true;
}

static void look(struct bench *bench, nanos now)
{
  bench->went_back = bench->went_back || now < bench->last;
  bench->last = now;
}

static void on_begin(void *user, nanos now)
{
  struct bench *bench = user;
  bench->begun++;
  look(bench, now);
}

static void on_receive(void *user, nanos now, const uint8_t *bytes, size_t size)
{
  struct bench *bench = user;
  look(bench, now);
  bench->held = bench->held || (message_is_note_on(bytes, size) && bytes[1] == HELD_KEY);
  assert_true(port_loop_send(&bench->loop, now, bytes, size));
}

static void on_advance(void *user, nanos now)
{
  look(user, now);
}

static void end_held(struct bench *bench, nanos now)
{
  look(bench, now);
  if (bench->held) {
    const uint8_t off[] = {MIDI_NOTE_OFF, HELD_KEY, 64};
    assert_true(port_loop_send(&bench->loop, now, off, sizeof(off)));
  }
  bench->held = false;
}

static void on_silence(void *user, nanos now)
{
  struct bench *bench = user;
  end_held(bench, now);
  bench->silenced++;
}

static void on_listener(void *user, nanos now, uint64_t id, bool here)
{
  struct bench *bench = user;
  look(bench, now);
  assert_int_equal(here, id == 6);
  bench->ids = 10 * bench->ids + (int)id;
  bench->heard++;
}

static void on_lost(void *user, nanos now)
{
  struct bench *bench = user;
  end_held(bench, now);
  bench->lost++;
}

static int start(void **state)
{
  static const struct port_loop_ops ops = {.write = write_some};
  struct bench *bench = calloc(1, sizeof(*bench));
  struct error error;
  if (!bench) {
    return -1;
  }
  const struct port_options options = {.client_name = "emend"};
  const struct port_stream stream = {.user = bench,
                                     .begin = on_begin,
                                     .receive = on_receive,
                                     .advance = on_advance,
                                     .silence = on_silence,
                                     .lost = on_lost,
                                     .listener = on_listener};
  *state = bench;
  return port_setup(&bench->loop.head, &options, &stream, &error) != STATUS_OK ||
         port_loop_init(&bench->loop, &ops, false, &error) != STATUS_OK ||
         port_loop_start(&bench->loop, &error) != STATUS_OK;
}

static int finish(void **state)
{
  struct bench *bench = *state;
  port_loop_free(&bench->loop);
  free(bench);
  return 0;
}

static void wait_for(struct bench *bench, size_t size)
{
  for (int i = 0; i < 10000 && bench->written_size < size; i++) {
    realtime_sleep(NANOS_PER_MILLISECOND);
  }
  assert_int_equal(bench->written_size, size);
}

static void everything_arrives_in_order(void **state)
{
  struct bench *bench = *state;
  enum { MESSAGES = 3000 };
  static uint8_t sent[3 * MESSAGES];
  for (int i = 0; i < MESSAGES; i++) {
    uint8_t *message = sent + 3 * i;
    message[0] = MIDI_CONTROL;
    message[1] = (uint8_t)(i % 120);
    message[2] = (uint8_t)(i / 120);
    port_loop_post(&bench->loop, realtime_now() - i % 7, message, 3);
  }
  wait_for(bench, sizeof(sent));
  port_loop_stop(&bench->loop);
  assert_memory_equal(bench->written, sent, sizeof(sent));
  assert_int_equal(bench->loop.head.counters.received, MESSAGES);
  assert_int_equal(bench->loop.head.counters.sent, MESSAGES);
  assert_int_equal(bench->loop.head.counters.overflowed, 0);
  assert_int_equal(bench->begun, 1);
  assert_false(bench->went_back);
}

static void a_long_sysex_is_whole(void **state)
{
  struct bench *bench = *state;
  static uint8_t sysex[20000];
  memset(sysex, 5, sizeof(sysex));
  sysex[0] = 0xF0;
  sysex[sizeof(sysex) - 1] = 0xF7;
  port_loop_post(&bench->loop, realtime_now(), sysex, sizeof(sysex));
  wait_for(bench, sizeof(sysex));
  port_loop_stop(&bench->loop);
  assert_memory_equal(bench->written, sysex, sizeof(sysex));
}

static void what_is_held_at_the_end_is_ended(void **state)
{
  struct bench *bench = *state;
  const uint8_t on[] = {MIDI_NOTE_ON, HELD_KEY, 90};
  port_loop_post(&bench->loop, realtime_now(), on, sizeof(on));
  wait_for(bench, sizeof(on));
  port_loop_stop(&bench->loop);
  assert_int_equal(bench->written_size, 6);
  assert_memory_equal(bench->written + 3, "\x80\x3C\x40", 3);
}

/* After what came before it, though the loop had not looked at that yet. */
/* In order, and between what is sent. */
static void listeners_are_told(void **state)
{
  struct bench *bench = *state;
  port_loop_listener(&bench->loop, 5, false);
  port_loop_listener(&bench->loop, 6, true);
  const nanos limit = realtime_now() + NANOS_PER_SECOND * 10;
  while (bench->heard < 2 && realtime_now() < limit) {
    realtime_sleep(NANOS_PER_MILLISECOND);
  }
  assert_int_equal(bench->heard, 2);
  assert_int_equal(bench->ids, 56);
  port_loop_stop(&bench->loop);
}

static void lost_input_is_told(void **state)
{
  struct bench *bench = *state;
  const uint8_t on[] = {MIDI_NOTE_ON, HELD_KEY, 90};
  port_loop_post(&bench->loop, realtime_now(), on, sizeof(on));
  wait_for(bench, sizeof(on));
  port_loop_overflowed(&bench->loop);
  wait_for(bench, 6);
  assert_int_equal(bench->loop.head.counters.overflowed, 1);
  assert_int_equal(bench->silenced, 1);
  port_loop_stop(&bench->loop);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(everything_arrives_in_order, start, finish),
    cmocka_unit_test_setup_teardown(a_long_sysex_is_whole, start, finish),
    cmocka_unit_test_setup_teardown(what_is_held_at_the_end_is_ended, start, finish),
    cmocka_unit_test_setup_teardown(listeners_are_told, start, finish),
    cmocka_unit_test_setup_teardown(lost_input_is_told, start, finish),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
