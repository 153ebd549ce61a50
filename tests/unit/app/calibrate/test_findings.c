/* SPDX-License-Identifier: MIT */
/* What a recording shows of its keyboard: simulated contacts, stuck velocities, echoes; and that sound playing
 * shows nothing. */
#include "cmocka_all.h"
#include "findings.h"
#include "rng.h"

enum { SEED = 20261201, STROKES = 40, LOW = 36, HIGH = 84 };

#define MS NANOS_PER_MILLISECOND

static struct note_list notes;

static void add(nanos on, nanos off, int pitch, int velocity)
{
  const struct note note = {.on = on, .off = off, .pitch = (uint8_t)pitch, .velocity = (uint8_t)velocity};
  assert_int_equal(note_list_add(&notes, note), STATUS_OK);
}

/* A sound keyboard: every key STROKES times, each at least 80 ms after the last, velocities 20 to 110. */
static void play_all(struct rng *rng)
{
  nanos time = 0;
  for (int round = 0; round < STROKES; round++) {
    for (int pitch = LOW; pitch <= HIGH; pitch++) {
      add(time, time + 60 * MS, pitch, 20 + (int)rng_below(rng, 90));
      time += 80 * MS;
    }
  }
}

static struct findings find(void)
{
  struct findings findings;
  note_list_sort(&notes);
  assert_int_equal(findings_make(&findings, &notes), STATUS_OK);
  findings.asked = true;
  note_list_free(&notes);
  return findings;
}

static int count_faults(const struct findings *findings)
{
  int count = 0;
  for (int pitch = 0; pitch < KEYS; pitch++) {
    const struct key_findings *key = &findings->key[pitch];
    count += findings_press(key) + findings_release(key) + findings_echo(key) +
             findings_stuck(findings, pitch, 127) + findings_stuck(findings, pitch, 1) +
             findings_missing(findings, pitch);
  }
  return count;
}

static void test_sound_keyboard(void **state)
{
  struct rng rng;
  (void)state;
  rng_seed(&rng, SEED);
  play_all(&rng);
  /* The quickest that a hand repeats a key, and a soft stroke just after a release. */
  for (int i = 0; i < 20; i++) {
    add((400000 + 77 * i) * MS, (400000 + 77 * i + 45) * MS, 60, 70);
  }
  const struct findings findings = find();
  assert_int_equal(findings.keys, HIGH - LOW + 1);
  assert_int_equal(count_faults(&findings), 0);
}

static void test_second_strokes(void **state)
{
  struct rng rng;
  (void)state;
  rng_seed(&rng, SEED);
  play_all(&rng);
  nanos time = 1000000 * MS;
  for (int i = 0; i < 10; i++, time += 1000 * MS) {
    add(time, time + 8 * MS, 50, 80); /* at press: 14 ms */
    add(time + 14 * MS, time + 300 * MS, 50, 60);
    add(time + 500 * MS, time + 800 * MS, 70, 80); /* at release: 12 ms after it */
    add(time + 812 * MS, time + 830 * MS, 70, 30);
  }
  const struct findings findings = find();
  assert_int_equal(count_faults(&findings), 2);
  assert_true(findings_press(&findings.key[50]));
  assert_int_equal(findings.key[50].press.count, 10);
  assert_float_equal(findings.key[50].press.median, 14, 1e-3);
  assert_true(findings_release(&findings.key[70]));
  assert_int_equal(findings.key[70].release.count, 10);
  assert_float_equal(findings.key[70].release.median, 12, 1e-3);
}

static void test_stuck_echo_missing(void **state)
{
  struct rng rng;
  (void)state;
  rng_seed(&rng, SEED);
  play_all(&rng);
  for (size_t i = notes.count; i-- > 0;) {
    struct note *note = &notes.notes[i];
    if (note->pitch == 40) {
      note->velocity = 127;
    } else if (note->pitch == 45) {
      note->velocity = 1;
    } else if (note->pitch == 55) {
      *note = notes.notes[--notes.count]; /* dead */
    } else if (note->pitch == 60) {
      note->velocity = 100; /* 61 below hears it */
    }
  }
  const size_t count = notes.count;
  for (size_t i = 0; i < count; i++) {
    if (notes.notes[i].pitch == 60) {
      add(notes.notes[i].on + 4 * MS, notes.notes[i].on + 20 * MS, 90, 15);
    }
  }
  const struct findings findings = find();
  assert_true(findings_stuck(&findings, 40, 127));
  assert_true(findings_stuck(&findings, 45, 1));
  assert_true(findings_echo(&findings.key[90]));
  assert_int_equal(findings.key[90].echoed, 60);
  assert_false(findings_missing(&findings, 55)); /* 49 of 55 keys: too few were struck to say */
}

static void test_missing(void **state)
{
  struct rng rng;
  (void)state;
  rng_seed(&rng, SEED);
  play_all(&rng);
  for (size_t i = notes.count; i-- > 0;) {
    if (notes.notes[i].pitch == 55) {
      notes.notes[i] = notes.notes[--notes.count];
    }
  }
  struct findings findings = find();
  assert_int_equal(count_faults(&findings), 1);
  assert_true(findings_missing(&findings, 55));
  findings.asked = false; /* a recording: nobody was asked to play every key */
  assert_int_equal(count_faults(&findings), 0);
}

static void check(int keys, int channel, enum status wanted)
{
  struct findings findings;
  struct error error;
  for (int i = 0; i < keys; i++) {
    add(i * 500 * MS, i * 500 * MS + 100 * MS, 60 + i, 64);
    notes.notes[i].channel = (uint8_t)channel;
  }
  assert_int_equal(findings_make(&findings, &notes), STATUS_OK);
  assert_int_equal(findings_check(&findings, "take.mid", &error), wanted);
  note_list_free(&notes);
}

static void test_too_little(void **state)
{
  (void)state;
  check(0, 0, STATUS_USAGE);
  check(1, 0, STATUS_USAGE);
  check(12, DRUM_CHANNEL, STATUS_USAGE);
  check(2, 0, STATUS_OK);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_sound_keyboard),     cmocka_unit_test(test_second_strokes),
    cmocka_unit_test(test_stuck_echo_missing), cmocka_unit_test(test_missing),
    cmocka_unit_test(test_too_little),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
