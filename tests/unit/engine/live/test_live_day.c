/* SPDX-License-Identifier: MIT */
/* Long streams in virtual time:  test_live_day [HOURS [MODEL]]   (1 hour, and a model without a network)
 * Whatever the length: all that was played is there, memory stays as it was, and the last hour is cleaned as
 * the first was. */
#include <stdlib.h>

#include <math.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "cleaner.h"
#include "cmocka_all.h"
#include "counting_port.h"
#include "fake_predictor.h"
#include "model.h"
#include "rng.h"

#define MS NANOS_PER_MILLISECOND
#define HOUR (3600 * NANOS_PER_SECOND)
#define STEP (10 * MS)

enum { CAPTURE = 1 << 16, STROKES_A_SECOND = 8, HOLD_MAX = 30, WIDTH = 40, GHOST_VELOCITY = 8 };

static int hours = 1;
static const char *model_path;

struct tally {
  uint64_t strokes, others, decisions, refused;
};

struct day {
  struct live *live;
  struct counting_port port;
  struct fake_predictor fake;
  struct model *model;
  struct cleaner *cleaner;
  struct rng rng;
  nanos time;
  int held[WIDTH]; /* steps until the key is released; 0: it is up */
  struct tally tally;
};

static struct day day;

static size_t memory_in_use(void)
{
#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)
  return mallinfo2().uordblks;
#else
  return 0;
#endif
}

static void send(unsigned status, unsigned first, unsigned second)
{
  live_receive(day.live, day.time, (const uint8_t[]){(uint8_t)status, (uint8_t)first, (uint8_t)second}, 3);
}

static void strike(void)
{
  const uint32_t key = rng_below(&day.rng, WIDTH);
  const bool ghost = rng_below(&day.rng, 10) == 0;
  if (day.held[key] == 0) {
    send(0x90, 40 + key, ghost ? 1 + rng_below(&day.rng, GHOST_VELOCITY) : 50 + rng_below(&day.rng, 70));
    day.held[key] = 1 + (int)rng_below(&day.rng, ghost ? 2 : HOLD_MAX);
    day.tally.strokes++;
  }
}

static void release_keys(void)
{
  for (unsigned key = 0; key < WIDTH; key++) {
    if (day.held[key] > 0 && --day.held[key] == 0) {
      send(0x80, 40 + key, 64);
    }
  }
}

static void take_records(void)
{
  struct ring_header header;
  union live_record record;
  while (ring_read(live_capture(day.live), &header, &record, sizeof record)) {
    if (header.type == LIVE_RECORD_DECISION) {
      day.tally.decisions++;
      day.tally.refused += !record.decision.passed;
      assert_true(isfinite(record.decision.log_odds));
    }
  }
}

static void play(nanos until)
{
  while (day.time < until) {
    day.time += STEP;
    live_advance(day.live, day.time);
    release_keys();
    if (rng_below(&day.rng, 100) < STROKES_A_SECOND) {
      strike();
    }
    if (rng_below(&day.rng, 100) == 0) {
      send(0xB0, 64, rng_below(&day.rng, 128));
      day.tally.others++;
    }
    take_records();
  }
}

static void begin(void)
{
  const struct live_config config = {
    .mode = LIVE_CLEAN, .strength = 0.5F, .bpm = 120, .capture_capacity = CAPTURE};
  struct error error = {0};
  day = (struct day){.port.room = UINT64_MAX};
  rng_seed(&day.rng, 1);
  fake_predictor_init(&day.fake);
  day.cleaner = &day.fake.cleaner;
  if (model_path != NULL && (model_load(&day.model, model_path, &error) != STATUS_OK ||
                             model_cleaner_new(day.model, &day.cleaner, &error) != STATUS_OK)) {
    fail_msg("%s", error.text);
  }
  assert_int_equal(live_new(&day.live, &config, day.cleaner, counting_emit, &day.port, &error), STATUS_OK);
  live_begin(day.live, 0);
}

static void end(void)
{
  live_free(day.live);
  if (day.model != NULL) {
    model_cleaner_free(day.cleaner);
    model_free(day.model);
  }
}

/* Nothing was lost so far but what was refused, and the frames are where they belong. */
static void check(void)
{
  const struct live_counters *counters = live_counters(day.live);
  const nanos frame = frame_duration(&day.cleaner->frame, 120);
  assert_int_equal(counters->dropped, 0);
  assert_int_equal(counters->capture_lost, 0);
  assert_int_equal(counters->ticks, day.time / frame);
  assert_int_equal(counters->notes_in, day.tally.strokes);
  assert_int_equal(day.port.ons + day.tally.refused, day.tally.strokes);
  assert_int_equal(day.tally.decisions, day.tally.strokes);
  assert_int_equal(day.port.others, day.tally.others);
  assert_int_equal(day.port.strays, 0);
  assert_false(day.port.time_back);
}

static double share_refused(const struct tally *before)
{
  return (double)(day.tally.refused - before->refused) / (double)(day.tally.strokes - before->strokes);
}

static void test_hours_of_playing(void **state)
{
  (void)state;
  begin();
  play(HOUR / 2);
  check();
  const size_t memory = memory_in_use();
  const double first = share_refused(&(struct tally){0});
  struct tally before = {0};
  for (int half = 1; half < 2 * hours; half++) {
    before = day.tally;
    play((half + 1) * HOUR / 2);
    check();
    assert_int_equal(memory_in_use(), memory);
  }
  const double last = share_refused(&before);
  print_message("%d hours: %llu strokes, %llu refused: %.4f of the first half hour's, %.4f of the last's\n",
                hours, (unsigned long long)day.tally.strokes, (unsigned long long)day.tally.refused, first,
                last);
  assert_true(first > 0.02 && last > 0.8 * first && last < 1.25 * first);
  live_advance(day.live, day.time + NANOS_PER_SECOND);
  live_silence(day.live, day.time + NANOS_PER_SECOND);
  assert_int_equal(day.port.sounding, 0);
  end();
}

int main(int argc, char **argv)
{
  hours = argc > 1 ? (int)strtol(argv[1], NULL, 10) : hours;
  model_path = argc > 2 ? argv[2] : NULL;
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_hours_of_playing)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
