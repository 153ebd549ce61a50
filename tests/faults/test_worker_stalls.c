/* SPDX-License-Identifier: MIT */
/* The offline thread never drains, as one that the system has stopped: playing goes on, what could not be
 * recorded is counted in the take, and once it runs again all is recorded as before. */
#include <stdlib.h>

#include "capture_rig.h"
#include "cmocka_all.h"
#include "counting_port.h"
#include "stream_port.h"
#include "worker.h"

enum { STROKES = 20000 };

static struct session session;
static struct counting_port heard;
static void strike(nanos time)
{
  const struct port_stream stream = stream_port(&session.stream);
  const uint8_t pitch = (uint8_t)(PITCH_LOW + time / MS % PITCHES);
  stream.receive(stream.user, time, (const uint8_t[]){0x90, pitch, 90}, 3);
  stream.receive(stream.user, time + MS / 2, (const uint8_t[]){0x80, pitch, 0}, 3);
  stream.advance(stream.user, time + MS / 2);
}

/* What came out so far. */
static void hear(void)
{
  for (uint32_t i = 0; i < capture_rig.port.count; i++) {
    counting_hear(&heard, recording_bytes(&capture_rig.port, i), capture_rig.port.messages[i].size);
  }
  recording_clear(&capture_rig.port);
}

static int forget_model(void **state)
{
  session.live = NULL; /* the rig's */
  return rig_tear_down(state);
}

static void test_it_never_drains(void **state)
{
  (void)state;
  struct worker *worker = NULL;
  struct error error;
  capture_rig_open(64 * MEGABYTE);
  session = (struct session){.live = capture_rig.live};
  stream_init(&session.stream, capture_rig.live);
  const struct worker_options options = {.capture = capture_rig.capture, .learn_share = 1, .model = ""};
  assert_int_equal(worker_new(&worker, &options, &session, &error), STATUS_OK);
  strike(SECOND); /* the first one is recorded */
  worker_drain(worker, SECOND);
  for (nanos i = 0; i < STROKES; i++) {
    strike(2 * SECOND + i * MS);
    hear();
  }
  live_advance(capture_rig.live, 25 * SECOND);
  hear();
  assert_int_equal(heard.ons, STROKES + 1);
  assert_int_equal(heard.offs, STROKES + 1);
  const uint64_t lost = live_counters(capture_rig.live)->capture_lost;
  assert_true(lost > STROKES);
  assert_int_equal(live_counters(capture_rig.live)->dropped, 0);
  assert_int_equal(live_counters(capture_rig.live)->sounding, 0);
  /* It runs again. */
  worker_drain(worker, 30 * SECOND);
  for (nanos i = 0; i < 100; i++) {
    strike(31 * SECOND + i * 10 * MS);
    worker_drain(worker, 31 * SECOND + i * 10 * MS);
  }
  assert_int_equal(live_counters(capture_rig.live)->capture_lost, lost);
  worker_free(worker);
  capture_rig_finish();
  const struct journal_summary summary = capture_rig_summary(capture_rig.takes.count - 1);
  struct note_list notes = capture_rig_notes(capture_rig.takes.count - 1, JOURNAL_RAW);
  uint64_t not_recorded = 0;
  for (size_t i = 0; i < capture_rig.takes.count; i++) {
    not_recorded += capture_rig_summary(i).not_recorded;
  }
  assert_int_equal(not_recorded, lost);
  assert_true(summary.ended && summary.lost_bytes == 0);
  assert_true(summary.notes_in >= 100);
  assert_int_equal(notes.notes[notes.count - 1].off - notes.notes[notes.count - 1].on, MS / 2);
  note_list_free(&notes);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(test_it_never_drains, rig_set_up, forget_model),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
