/* One thread plays, one controls, one records: nothing may race (run it under the thread sanitizer). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include "live_rig.h"

enum { PERIODS = 3000 };

static _Atomic bool done;

static void *play(void *argument)
{
  (void)argument;
  nanos time = 0;
  for (int i = 0; i < PERIODS; i++) {
    time += NANOS_PER_SECOND / 100;
    uint8_t pitch = (uint8_t)(PITCH_LOW + i % PITCHES);
    live_receive(rig.live, time, (const uint8_t[]){0x90, pitch, (uint8_t)(1 + i % 127)}, 3);
    live_receive(rig.live, time, (const uint8_t[]){0x80, pitch, 0}, 3);
    live_advance(rig.live, time);
    if (i % 16 == 0) {
      sched_yield();
    }
  }
  atomic_store(&done, true);
  return NULL;
}

static void *record(void *argument)
{
  size_t *records = argument;
  struct ring_header header;
  struct live_frame_record record;
  bool last;
  do {
    last = atomic_load(&done);
    while (ring_read(live_capture(rig.live), &header, &record, sizeof record)) {
      ++*records;
    }
    sched_yield();
  } while (!last);
  return NULL;
}

static void test_play_control_and_record_at_once(void **state)
{
  (void)state;
  struct live_config config = rig_clean();
  config.capture_capacity = 1 << 14;
  rig_start(config);
  pthread_t player, recorder;
  size_t records = 0;
  atomic_store(&done, false);
  assert_int_equal(pthread_create(&recorder, NULL, record, &records), 0);
  assert_int_equal(pthread_create(&player, NULL, play, NULL), 0);
  struct cleaner *spare = &rig.other.cleaner;
  for (int i = 0; !atomic_load(&done); i++) {
    (void)live_set_mode(rig.live, (enum live_mode)(i % 3));
    (void)live_set_strength(rig.live, (float)(i % 10) / 10);
    if (i % 7 == 0) {
      (void)live_panic(rig.live);
    }
    if (spare && live_swap(rig.live, spare)) {
      spare = NULL;
    }
    struct cleaner *back = live_retired(rig.live);
    spare = back ? back : spare;
    assert_true(live_counters(rig.live)->notes_out <= PERIODS);
    assert_in_range(live_current_mode(rig.live), LIVE_BYPASS, LIVE_CLEAN);
    sched_yield();
  }
  assert_int_equal(pthread_join(player, NULL), 0);
  assert_int_equal(pthread_join(recorder, NULL), 0);
  live_silence(rig.live, PERIODS * (NANOS_PER_SECOND / 100));
  assert_int_equal(live_counters(rig.live)->sounding, 0);
  assert_int_equal(live_counters(rig.live)->notes_in, PERIODS);
  assert_int_equal(live_counters(rig.live)->dropped, 0);
  assert_true(records > 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_teardown(test_play_control_and_record_at_once, rig_stop),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
