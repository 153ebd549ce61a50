/* SPDX-License-Identifier: MIT */
/* Denormals: live threads flush them, others keep their own mode; and a long silence, in which a net's state
 * fades, leaves the model's answers as they would be without flushing. */

#include <float.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>

#include "cmocka_all.h"
#include "live_threads.h"
#include "port_loop.h"
#include "rt_thread.h"

#define MS NANOS_PER_MILLISECOND

#define SILENCE (600 * NANOS_PER_SECOND)

/* volatile: the compiler would work the products out itself, in no mode at all. */
static volatile float small = FLT_MIN, half = 0.5F, denormal = FLT_MIN / 4, big = 1024;

static bool flushes_results(void)
{
  return !(small * half > 0);
}

static bool flushes_operands(void)
{
  return !(denormal * big > 0);
}

struct seen {
  _Atomic int calls, flushed;
};

static void look(struct seen *seen)
{
  seen->calls++;
  seen->flushed += flushes_results() && flushes_operands();
}

static void on_time(void *user, nanos now)
{
  (void)now;
  look(user);
}

static void on_receive(void *user, nanos time, const uint8_t *bytes, size_t size)
{
  (void)time;
  (void)bytes;
  (void)size;
  look(user);
}

static void on_tempo(void *user, double bpm)
{
  (void)bpm;
  look(user);
}

static void on_listener(void *user, nanos now, uint64_t id, bool here)
{
  (void)now;
  (void)id;
  (void)here;
  look(user);
}

static struct port_stream watch(struct seen *seen)
{
  return (struct port_stream){seen, on_time, on_receive, on_time, on_time, on_time, on_listener, on_tempo};
}

/* Each call of the stream was on a thread that flushes, and this one is not. */
static void check(const struct seen *seen)
{
  assert_true(seen->calls > 10);
  assert_int_equal(seen->flushed, seen->calls);
  assert_false(flushes_results());
  assert_false(flushes_operands());
}

static void test_thread_of_the_file_driver(void **state)
{
  (void)state;
  static struct live_threads threads;
  struct seen seen = {0};
  const struct port_stream stream = watch(&seen);
  live_threads_start(&threads, 1, &stream);
  live_threads_control(&threads);
  live_threads_stop(&threads);
  check(&seen);
}

static bool write_away(struct port_loop *loop, const uint8_t *bytes, size_t size)
{
  (void)loop;
  (void)bytes;
  return size > 0;
}

static void test_thread_of_the_other_drivers(void **state)
{
  (void)state;
  static const struct port_loop_ops ops = {.write = write_away};
  struct seen seen = {0};
  struct error error = {STATUS_OK, ""};
  const struct port_options options = {.client_name = "emend"};
  const struct port_stream stream = watch(&seen);
  struct port_loop *loop = calloc(1, sizeof *loop);
  assert_non_null(loop);
  assert_int_equal(port_setup(&loop->head, &options, &stream, &error), STATUS_OK);
  assert_int_equal(port_loop_init(loop, &ops, false, &error), STATUS_OK);
  assert_int_equal(port_loop_start(loop, &error), STATUS_OK);
  for (int i = 0; i < 10000 && seen.calls < 20; i++) {
    realtime_sleep(MS);
  }
  port_loop_stop(loop);
  port_loop_free(loop);
  free(loop);
  check(&seen);
}

static bool swallow(void *port, nanos time, const uint8_t *bytes, size_t size)
{
  (void)port;
  (void)time;
  (void)bytes;
  return size > 0;
}

struct answers {
  bool flush;
  float after_a_second, after_ten_minutes;
};

/* How likely the model thinks a stroke to be a true one. */
static float ask(struct live *live, nanos time)
{
  union live_record record;
  struct ring_header header;
  float answer = NAN;
  /* Beside a louder neighbour, since nothing speaks against a stroke that stands alone. */
  live_receive(live, time, (const uint8_t[]){0x90, 65, 90}, 3);
  live_receive(live, time + 12 * MS, (const uint8_t[]){0x90, 64, 40}, 3);
  live_receive(live, time + 13 * MS, (const uint8_t[]){0x80, 64, 0}, 3);
  live_receive(live, time + 13 * MS, (const uint8_t[]){0x80, 65, 0}, 3);
  while (ring_read(live_capture(live), &header, &record, sizeof record)) {
    answer = header.type == LIVE_RECORD_DECISION ? record.decision.log_odds : answer;
  }
  return answer;
}

static void be_silent(struct live *live, nanos *time, nanos until)
{
  union live_record record;
  struct ring_header header;
  while (*time < until) {
    live_advance(live, *time += 20 * MS);
    while (ring_read(live_capture(live), &header, &record, sizeof record)) {
    }
  }
}

static void *play_and_rest(void *user)
{
  struct answers *answers = user;
  static struct session sessions[2];
  struct session *session = &sessions[answers->flush];
  struct preset preset;
  struct error error = {STATUS_OK, ""};
  nanos time = 0;
  if (answers->flush) {
    realtime_prepare_thread();
  }
  if (preset_load(&preset, EMEND_TEST_PRESETS "/pop", &error) != STATUS_OK ||
      session_open(session, &preset, false, 1 << 16, NULL, &error) != STATUS_OK) {
    return NULL;
  }
  stream_connect(&session->stream, swallow, session);
  struct live *live = session->live;
  live_begin(live, 0);
  for (unsigned i = 0; i < 40; i++) {
    live_receive(live, time, (const uint8_t[]){0x90, (uint8_t)(50 + i % 20), 80}, 3);
    be_silent(live, &time, time + 60 * MS);
    live_receive(live, time, (const uint8_t[]){0x80, (uint8_t)(50 + i % 20), 0}, 3);
  }
  be_silent(live, &time, time + NANOS_PER_SECOND);
  answers->after_a_second = ask(live, time);
  be_silent(live, &time, time + SILENCE);
  answers->after_ten_minutes = ask(live, time);
  session_close(session);
  return NULL;
}

static void test_a_long_silence(void **state)
{
  (void)state;
  struct answers answers[2] = {{.flush = false, .after_ten_minutes = NAN},
                               {.flush = true, .after_ten_minutes = NAN}};
  for (int i = 0; i < 2; i++) {
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, play_and_rest, &answers[i]), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    print_message("%s: log-odds %.6f after a second, %.6f after ten minutes\n", i ? "flushed" : "not flushed",
                  (double)answers[i].after_a_second, (double)answers[i].after_ten_minutes);
    assert_true(isfinite(answers[i].after_ten_minutes));
  }
  assert_true(fabsf(answers[1].after_a_second - answers[0].after_a_second) < 1e-3F);
  assert_true(fabsf(answers[1].after_ten_minutes - answers[0].after_ten_minutes) < 1e-3F);
  /* The state has faded. */
  assert_true(fabsf(answers[0].after_ten_minutes - answers[0].after_a_second) > 1e-3F);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_thread_of_the_file_driver),
    cmocka_unit_test(test_thread_of_the_other_drivers),
    cmocka_unit_test(test_a_long_silence),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
