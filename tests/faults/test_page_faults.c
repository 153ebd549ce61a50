/* SPDX-License-Identifier: MIT */
/* Page faults of the live threads:  test_page_faults [SECONDS]   (6 of them)
 * From the first second on there may be none: all that the thread will ever touch is there. Where the system
 * refuses to lock memory the count is only told: it may map the program's own code late. */

#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "cmocka_all.h"
#include "live_threads.h"
#include "port_loop.h"
#include "rt_thread.h"
#include "stream_port.h"

#define BEGINNING NANOS_PER_SECOND

static int seconds = 6;

/* Stands before a stream and counts on the thread that calls it. */
struct watched {
  struct port_stream to;
  nanos begun;
  bool counting;
  struct rusage first, last;
  uint64_t calls;
};

static void count(struct watched *watched, nanos now)
{
  if (now - watched->begun < BEGINNING) {
    return;
  }
  getrusage(RUSAGE_THREAD, &watched->last);
  if (!watched->counting) {
    watched->first = watched->last;
    watched->counting = true;
  }
  watched->calls++;
}

static void on_begin(void *user, nanos now)
{
  struct watched *watched = user;
  watched->begun = now;
  watched->to.begin(watched->to.user, now);
}

static void on_receive(void *user, nanos time, const uint8_t *bytes, size_t size)
{
  struct watched *watched = user;
  watched->to.receive(watched->to.user, time, bytes, size);
  count(watched, time);
}

static void on_advance(void *user, nanos now)
{
  struct watched *watched = user;
  watched->to.advance(watched->to.user, now);
  count(watched, now);
}

static void on_silence(void *user, nanos now)
{
  struct watched *watched = user;
  watched->to.silence(watched->to.user, now);
  count(watched, now);
}

static void on_tempo(void *user, double bpm)
{
  struct watched *watched = user;
  watched->to.tempo(watched->to.user, bpm);
}

static struct port_stream watch(struct watched *watched, struct stream *stream)
{
  *watched = (struct watched){.to = stream_port(stream)};
  return (struct port_stream){.user = watched,
                              .begin = on_begin,
                              .receive = on_receive,
                              .advance = on_advance,
                              .silence = on_silence,
                              .tempo = on_tempo};
}

static void check(const struct watched *watched, bool locked, const char *line)
{
  const long minor = watched->last.ru_minflt - watched->first.ru_minflt;
  const long major = watched->last.ru_majflt - watched->first.ru_majflt;
  print_message("%s: %ld minor and %ld major faults in %llu calls\n", line, minor, major,
                (unsigned long long)watched->calls);
  assert_true(watched->calls > 100);
  if (locked) {
    assert_int_equal(minor, 0);
    assert_int_equal(major, 0);
  }
}

static void test_file_driver(void **state)
{
  (void)state;
  static struct live_threads threads;
  static struct watched watched;
  char line[REALTIME_LINE];
  const struct port_stream stream = watch(&watched, &threads.session.stream);
  live_threads_start(&threads, seconds, &stream);
  const bool locked = realtime_lock_memory(line);
  live_threads_control(&threads);
  live_threads_stop(&threads);
  munlockall();
  check(&watched, locked, line);
}

static bool write_away(struct port_loop *loop, const uint8_t *bytes, size_t size)
{
  (void)loop;
  (void)bytes;
  return size > 0;
}

/* The thread of RtMidi's and PortMidi's drivers, with 1,000 messages a second from another one. */
static void test_loop_of_the_other_drivers(void **state)
{
  (void)state;
  static const struct port_loop_ops ops = {.write = write_away};
  static struct watched watched;
  static struct session session;
  struct preset preset;
  struct error error = {STATUS_OK, ""};
  char line[REALTIME_LINE];
  struct port_loop *loop = calloc(1, sizeof *loop);
  assert_non_null(loop);
  assert_int_equal(preset_load(&preset, EMEND_TEST_PRESETS "/pop", &error), STATUS_OK);
  assert_int_equal(session_open(&session, &preset, true, 1 << 18, NULL, &error), STATUS_OK);
  const struct port_options options = {.client_name = "emend"};
  const struct port_stream stream = watch(&watched, &session.stream);
  assert_int_equal(port_setup(&loop->head, &options, &stream, &error), STATUS_OK);
  assert_int_equal(port_loop_init(loop, &ops, false, &error), STATUS_OK);
  stream_connect(&session.stream, port_loop_send, loop);
  assert_int_equal(port_loop_start(loop, &error), STATUS_OK);
  const bool locked = realtime_lock_memory(line);
  for (int i = 0; i < 1000 * seconds; i++) {
    const uint8_t bytes[] = {(uint8_t)(i % 2 ? 0x80 : 0x90), (uint8_t)(30 + i / 2 % 70), 80};
    port_loop_post(loop, realtime_now(), bytes, sizeof bytes);
    realtime_sleep(NANOS_PER_MILLISECOND);
  }
  port_loop_stop(loop);
  port_loop_free(loop);
  session_close(&session);
  munlockall();
  free(loop);
  check(&watched, locked, line);
}

int main(int argc, char **argv)
{
  seconds = argc > 1 ? (int)strtol(argv[1], NULL, 10) : seconds;
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_file_driver),
    cmocka_unit_test(test_loop_of_the_other_drivers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
