/* SPDX-License-Identifier: MIT */
/* One thread plays, one controls, one records: nothing may race (run it under the thread sanitizer). */
#include <stdlib.h>

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#include "cmocka_all.h"
#include "live_rig.h"

enum { PERIODS = 3000 };
#define TURN (NANOS_PER_SECOND / 100)

static _Atomic bool done;

static void *play(void *argument)
{
  (void)argument;
  nanos time = 0;
  for (int i = 0; i < PERIODS; i++) {
    time += TURN;
    uint8_t pitch = (uint8_t)(PITCH_LOW + i % PITCHES);
    live_receive(live_rig.live, time, (const uint8_t[]){0x90, pitch, (uint8_t)(1 + i % 127)}, 3);
    live_receive(live_rig.live, time, (const uint8_t[]){0x80, pitch, 0}, 3);
    live_advance(live_rig.live, time);
    if (i % 16 == 0) {
      sched_yield();
    }
  }
  atomic_store(&done, true);
  return NULL;
}

/* What the recorder found in the capture ring. */
struct found {
  uint64_t received, sent, decisions, frames, wrong;
  nanos last; /* time of what was received */
};

static bool is_as_played(const struct live_event_record *event)
{
  const nanos turn = event->time / TURN - 1;
  const uint8_t pitch = (uint8_t)(PITCH_LOW + turn % PITCHES), velocity = (uint8_t)(1 + turn % 127);
  return event->size == 3 && event->bytes[1] == pitch &&
         event->bytes[2] == (event->bytes[0] == 0x90 ? velocity : 0);
}

static void look_at(struct found *found, const struct ring_header *header, const union live_record *record)
{
  if (header->type == LIVE_RECORD_EVENT && header->size == sizeof record->event) {
    const bool sent = record->event.sent;
    found->sent += sent;
    found->received += !sent;
    found->wrong += !sent && (!is_as_played(&record->event) || record->event.time < found->last);
    found->last = sent ? found->last : record->event.time;
  } else if (header->type == LIVE_RECORD_DECISION && header->size == sizeof record->decision) {
    found->decisions++;
  } else if (header->type == LIVE_RECORD_FRAME && header->size == sizeof record->frame) {
    found->frames++;
  } else {
    found->wrong++;
  }
}

static void read_all(struct found *found)
{
  struct ring_header header;
  union live_record record;
  while (ring_read(live_capture(live_rig.live), &header, &record, sizeof record)) {
    look_at(found, &header, &record);
  }
}

static void *record(void *found)
{
  bool last;
  do {
    last = atomic_load(&done);
    read_all(found);
    sched_yield();
  } while (!last);
  return NULL;
}

/* All was recorded, or counted as lost. */
static void check_found(const struct found *found)
{
  const struct live_counters *counters = live_counters(live_rig.live);
  const uint64_t in = counters->events_in, out = counters->events_out, lost = counters->capture_lost;
  print_message("%llu received, %llu sent, %llu decisions, %llu frames, %llu lost\n",
                (unsigned long long)found->received, (unsigned long long)found->sent,
                (unsigned long long)found->decisions, (unsigned long long)found->frames,
                (unsigned long long)lost);
  assert_int_equal(found->wrong, 0);
  assert_true(found->received > 0 && found->sent > 0 && found->decisions > 0 && found->frames > 0);
  assert_true(found->received <= in && found->sent <= out);
  assert_true(in + out - found->received - found->sent <= lost);
}

static void test_play_control_and_record_at_once(void **state)
{
  (void)state;
  struct live_config config = live_rig_clean();
  config.capture_capacity = 1 << 14;
  live_rig_start(config);
  pthread_t player, recorder;
  struct found found = {0};
  atomic_store(&done, false);
  assert_int_equal(pthread_create(&recorder, NULL, record, &found), 0);
  assert_int_equal(pthread_create(&player, NULL, play, NULL), 0);
  struct cleaner *spare = &live_rig.other.cleaner;
  for (int i = 0; !atomic_load(&done); i++) {
    (void)live_set_mode(live_rig.live, (enum live_mode)(i % 3));
    (void)live_set_strength(live_rig.live, (float)(i % 10) / 10);
    if (i % 700 == 0) {
      (void)live_panic(live_rig.live);
    }
    if (spare && live_swap(live_rig.live, spare)) {
      spare = NULL;
    }
    struct cleaner *back = live_retired(live_rig.live);
    spare = back ? back : spare;
    assert_true(live_counters(live_rig.live)->notes_out <= PERIODS);
    assert_in_range(live_current_mode(live_rig.live), LIVE_BYPASS, LIVE_CLEAN);
    sched_yield();
  }
  assert_int_equal(pthread_join(player, NULL), 0);
  assert_int_equal(pthread_join(recorder, NULL), 0);
  live_silence(live_rig.live, PERIODS * TURN);
  read_all(&found);
  assert_int_equal(live_counters(live_rig.live)->sounding, 0);
  assert_int_equal(live_counters(live_rig.live)->notes_in, PERIODS);
  assert_int_equal(live_counters(live_rig.live)->dropped, 0);
  check_found(&found);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_teardown(test_play_control_and_record_at_once, live_rig_stop),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
