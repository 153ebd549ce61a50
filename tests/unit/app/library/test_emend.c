/* SPDX-License-Identifier: MIT */
/* libemend as an application uses it, rightly and wrongly. */
#include <emend/emend.h>

#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cmocka_all.h"
#include "emend_private.h"
#include "rng.h"
#include "rt_float.h"

enum { RATE = 48000, EVENTS = 700, OUTPUTS = 4 * EVENTS, SYSEX = 40 };

struct event {
  uint32_t frame; /* since the start */
  uint32_t size;
  uint8_t bytes[SYSEX];
};

struct events {
  struct event list[OUTPUTS];
  size_t count;
};

static struct events played, heard[2];

static emend *make(const char *preset, double rate)
{
  emend *instance = NULL;
  emend_error error = {EMEND_OK, ""};
  if (emend_new(&instance, preset, EMEND_TEST_DATA, rate, &error) != EMEND_OK) {
    print_message("%s\n", error.text);
  }
  assert_non_null(instance);
  return instance;
}

static void add(struct events *events, uint32_t frame, const uint8_t *bytes, uint32_t size)
{
  assert_true(events->count < OUTPUTS && size <= SYSEX);
  struct event *event = &events->list[events->count++];
  *event = (struct event){.frame = frame, .size = size};
  memcpy(event->bytes, bytes, size);
}

/* Strokes with bounces, on some channels, among controllers and a few SysEx; in the end all keys are up. */
static void play_at_random(struct rng *rng, uint32_t rate)
{
  uint32_t frame = 0;
  played.count = 0;
  while (played.count + 4 < EVENTS) {
    const uint8_t channel = (uint8_t)(rng_below(rng, 8) == 0 ? rng_below(rng, 16) : 0);
    const uint8_t key = (uint8_t)(40 + rng_below(rng, 40));
    const uint8_t on[3] = {(uint8_t)(0x90 | channel), key, (uint8_t)(1 + rng_below(rng, 127))};
    const uint8_t off[3] = {(uint8_t)(0x80 | channel), key, 0};
    frame += rng_below(rng, 4) == 0 ? 0 : rng_below(rng, rate / 4);
    add(&played, frame, on, 3);
    frame += rng_below(rng, rate / 20);
    add(&played, frame, off, 3);
    if (rng_below(rng, 3) == 0) {
      const uint8_t again[3] = {on[0], key, (uint8_t)(1 + rng_below(rng, 30))};
      frame += rng_below(rng, rate / 50);
      add(&played, frame, again, 3);
      frame += rng_below(rng, rate / 50);
      add(&played, frame, off, 3);
    }
    if (rng_below(rng, 10) == 0) {
      uint8_t sysex[SYSEX] = {0xF0, 0x7D};
      sysex[SYSEX - 1] = 0xF7;
      add(&played, frame, sysex, SYSEX);
    }
  }
}

static void take_output(emend *instance, uint32_t start, struct events *to)
{
  emend_message message;
  while (emend_output(instance, &message)) {
    add(to, start + message.frame, message.bytes, message.size);
  }
}

/* Play all in blocks of `size` frames (0: of any), and two seconds more. */
static void run(emend *instance, uint32_t size, struct rng *rng, struct events *to)
{
  const uint32_t end = played.list[played.count - 1].frame + 2 * RATE;
  size_t next = 0;
  to->count = 0;
  assert_int_equal(emend_start(instance), EMEND_OK);
  for (uint32_t start = 0; start < end;) {
    const uint32_t frames = size > 0 ? size : rng_below(rng, 3000);
    for (; next < played.count && played.list[next].frame < start + frames; next++) {
      const struct event *event = &played.list[next];
      assert_int_equal(emend_event(instance, event->frame - start, event->bytes, event->size), EMEND_OK);
    }
    assert_int_equal(emend_end_block(instance, frames), EMEND_OK);
    take_output(instance, start, to);
    (void)emend_idle(instance);
    start += frames;
  }
}

static void assert_same(const struct events *a, const struct events *b)
{
  assert_int_equal(a->count, b->count);
  for (size_t i = 0; i < a->count; i++) {
    assert_int_equal(a->list[i].frame, b->list[i].frame);
    assert_int_equal(a->list[i].size, b->list[i].size);
    assert_memory_equal(a->list[i].bytes, b->list[i].bytes, a->list[i].size);
  }
}

static uint64_t removed(const emend *instance)
{
  emend_counters counters;
  uint64_t sum = 0;
  emend_stats(instance, &counters);
  for (int i = 0; i < EMEND_REASONS; i++) {
    sum += counters.removed[i];
  }
  return sum;
}

static void check_blocks(double rate, double look_ahead, struct rng *rng)
{
  static const uint32_t sizes[] = {64, 1, 7, 8192, 0};
  play_at_random(rng, (uint32_t)rate);
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    emend *instance = make("pop", rate);
    const uint32_t delay = (uint32_t)(look_ahead * rate);
    assert_int_equal(emend_set_look_ahead(instance, delay), EMEND_OK);
    assert_int_equal(emend_latency(instance), delay);
    run(instance, sizes[i], rng, &heard[i > 0]);
    assert_true(removed(instance) > 0);
    emend_free(instance);
    if (i > 0) {
      assert_same(&heard[0], &heard[1]);
    }
  }
}

static struct rng seeded(const char *test)
{
  const uint64_t seed = (uint64_t)time(NULL);
  struct rng rng;
  print_message("%s: seed %llu\n", test, (unsigned long long)seed);
  rng_seed(&rng, seed);
  return rng;
}

static void test_blocks_of_any_size_give_the_same(void **state)
{
  (void)state;
  struct rng rng = seeded("blocks");
  check_blocks(48000, 0, &rng);
  check_blocks(44100, 0.02, &rng);
  check_blocks(8000, 0.2, &rng);
}

/* With strength 0 nothing is removed: all comes back at its frame, later by the look-ahead. */
static void test_what_passes_keeps_its_frame(void **state)
{
  (void)state;
  struct rng rng = seeded("frames");
  const uint32_t delays[] = {0, 1, 777};
  for (int i = 0; i < 3; i++) {
    emend *instance = make("pop", 44100);
    play_at_random(&rng, 44100);
    assert_int_equal(emend_set_mode(instance, EMEND_BYPASS), EMEND_OK);
    assert_int_equal(emend_set_look_ahead(instance, delays[i]), EMEND_OK);
    run(instance, 64, &rng, &heard[0]);
    emend_free(instance);
    for (size_t j = 0; j < played.count; j++) {
      played.list[j].frame += delays[i];
    }
    assert_same(&played, &heard[0]);
  }
}

static void test_instances_share_nothing(void **state)
{
  (void)state;
  struct rng rng = seeded("instances");
  emend *alone = make("pop", RATE), *both[2] = {make("pop", RATE), make("folk", RATE)};
  play_at_random(&rng, RATE);
  run(alone, 64, &rng, &heard[0]);
  heard[1].count = 0;
  for (int i = 0; i < 2; i++) {
    assert_int_equal(emend_start(both[i]), EMEND_OK);
  }
  size_t next[2] = {0, 0};
  for (uint32_t start = 0; start < played.list[played.count - 1].frame + 2 * RATE; start += 64) {
    for (int i = 0; i < 2; i++) {
      for (; next[i] < played.count && played.list[next[i]].frame < start + 64; next[i]++) {
        const struct event *event = &played.list[next[i]];
        assert_int_equal(emend_event(both[i], event->frame - start, event->bytes, event->size), EMEND_OK);
      }
      assert_int_equal(emend_end_block(both[i], 64), EMEND_OK);
    }
    take_output(both[0], start, &heard[1]);
    emend_message unused;
    while (emend_output(both[1], &unused)) {
    }
  }
  assert_same(&heard[0], &heard[1]);
  emend_free(alone);
  emend_free(both[0]);
  emend_free(both[1]);
}

static void test_what_cannot_begin(void **state)
{
  (void)state;
  const double rates[] = {0, -1, NAN, INFINITY, 0.5, 1e12};
  emend *instance = (emend *)&played;
  emend_error error = {EMEND_OK, ""};
  assert_int_equal(emend_new(&instance, "nobody", EMEND_TEST_DATA, RATE, &error), EMEND_NOT_FOUND);
  assert_null(instance);
  assert_int_equal(error.status, EMEND_NOT_FOUND);
  assert_true(error.text[0] != '\0');
  assert_int_equal(emend_new(&instance, "pop", "/nowhere", RATE, &error), EMEND_NOT_FOUND);
  assert_int_equal(emend_new(&instance, "..", EMEND_TEST_DATA, RATE, &error), EMEND_NOT_FOUND);
  assert_int_equal(emend_new(&instance, "", NULL, RATE, &error), EMEND_USAGE);
  assert_int_equal(emend_new(&instance, NULL, NULL, RATE, NULL), EMEND_USAGE);
  assert_int_equal(emend_new(NULL, "pop", EMEND_TEST_DATA, RATE, &error), EMEND_USAGE);
  assert_int_equal(emend_new(&instance, EMEND_TEST_DATA "/README.md/x.safetensors", NULL, RATE, &error),
                   EMEND_IO);
  assert_int_equal(emend_new(&instance, EMEND_TEST_DATA "/presets/pop/vrae.safetensors", NULL, RATE, &error),
                   EMEND_UNSUPPORTED);
  for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
    assert_int_equal(emend_new(&instance, "pop", EMEND_TEST_DATA, rates[i], &error), EMEND_USAGE);
    assert_null(instance);
  }
}

static void test_nothing_there(void **state)
{
  (void)state;
  emend_message message;
  emend_decision decision;
  const uint8_t on[3] = {0x90, 60, 80};
  assert_int_equal(emend_start(NULL), EMEND_USAGE);
  assert_int_equal(emend_event(NULL, 0, on, 3), EMEND_USAGE);
  assert_int_equal(emend_end_block(NULL, 64), EMEND_USAGE);
  assert_false(emend_output(NULL, &message));
  assert_int_equal(emend_all_notes_off(NULL, true), EMEND_USAGE);
  assert_int_equal(emend_set_tempo(NULL, 120), EMEND_USAGE);
  assert_int_equal(emend_set_strength(NULL, 0.5F), EMEND_USAGE);
  assert_int_equal(emend_set_mode(NULL, EMEND_CLEAN), EMEND_USAGE);
  assert_int_equal(emend_set_look_ahead(NULL, 0), EMEND_USAGE);
  assert_int_equal(emend_latency(NULL), 0);
  assert_int_equal(emend_swap_preset(NULL, "pop", NULL), EMEND_USAGE);
  assert_false(emend_idle(NULL));
  assert_int_equal(emend_decisions(NULL, 0, &decision, 1), 0);
  assert_int_equal(emend_take_back(NULL, 1), EMEND_USAGE);
  assert_int_equal(emend_preset_name(EMEND_TEST_DATA, 0, NULL), EMEND_USAGE);
  emend_stats(NULL, NULL);
  emend_free(NULL);
  assert_non_null(emend_status_text((emend_status)99));
  assert_non_null(emend_reason_text((emend_reason)-1));
  emend *instance = make("pop", RATE);
  assert_false(emend_output(instance, NULL));
  assert_int_equal(emend_decisions(instance, 0, NULL, 1), 0);
  assert_int_equal(emend_swap_preset(instance, NULL, NULL), EMEND_USAGE);
  emend_stats(instance, NULL);
  emend_free(instance);
}

static void test_wrong_messages(void **state)
{
  (void)state;
  static const struct {
    uint8_t bytes[4];
    size_t size;
  } wrong[] = {{{0x90, 60}, 2},       {{0x90}, 1},           {{0x90, 60, 80, 1}, 4}, {{60, 80}, 2},
               {{0x90, 0xB0, 80}, 3}, {{0x90, 60, 0x80}, 3}, {{0xF0, 0x7D}, 2},      {{0xF0}, 1},
               {{0xF7}, 1},           {{0xC0, 1, 2}, 3},     {{0xF2, 1}, 2}};
  const uint8_t on[3] = {0x90, 60, 80};
  const size_t count = sizeof wrong / sizeof wrong[0];
  emend_counters counters;
  emend *instance = make("pop", RATE);
  assert_int_equal(emend_event(instance, 0, on, 3), EMEND_STOPPED);
  assert_int_equal(emend_end_block(instance, 64), EMEND_STOPPED);
  assert_int_equal(emend_all_notes_off(instance, true), EMEND_STOPPED);
  assert_int_equal(emend_start(instance), EMEND_OK);
  for (size_t i = 0; i < count; i++) {
    assert_int_equal(emend_event(instance, 0, wrong[i].bytes, wrong[i].size), EMEND_MESSAGE);
  }
  assert_int_equal(emend_event(instance, 0, NULL, 3), EMEND_MESSAGE);
  assert_int_equal(emend_event(instance, 0, on, 0), EMEND_MESSAGE);
  emend_stats(instance, &counters);
  assert_int_equal(counters.refused, count + 2);
  assert_int_equal(counters.events_in, 0);
  emend_free(instance);
}

static void test_frames_out_of_order(void **state)
{
  (void)state;
  const uint8_t on[3] = {0x90, 60, 80}, off[3] = {0x80, 60, 0};
  emend_message message;
  emend *instance = make("pop", RATE);
  assert_int_equal(emend_set_mode(instance, EMEND_BYPASS), EMEND_OK);
  assert_int_equal(emend_start(instance), EMEND_OK);
  assert_int_equal(emend_event(instance, 40, on, 3), EMEND_OK);
  assert_int_equal(emend_event(instance, 10, off, 3), EMEND_ORDER);
  assert_int_equal(emend_end_block(instance, 20), EMEND_ORDER); /* 40 was beyond its end */
  for (int i = 0; i < 2; i++) {
    assert_true(emend_output(instance, &message));
    assert_int_equal(message.frame, 40);
    assert_int_equal(message.bytes[0], i == 0 ? 0x90 : 0x80);
  }
  assert_false(emend_output(instance, &message));
  assert_int_equal(emend_event(instance, 0, on, 3), EMEND_OK);
  assert_int_equal(emend_event(instance, UINT32_MAX, off, 3), EMEND_OK); /* a day later */
  assert_int_equal(emend_end_block(instance, 0), EMEND_OK);
  assert_true(emend_output(instance, &message) && emend_output(instance, &message));
  emend_free(instance);
}

static void test_settings_take_the_nearest(void **state)
{
  (void)state;
  emend *instance = make("pop", RATE);
  assert_int_equal(emend_set_strength(instance, NAN), EMEND_USAGE);
  assert_int_equal(emend_set_strength(instance, INFINITY), EMEND_OK);
  assert_int_equal(emend_set_strength(instance, -3), EMEND_OK);
  assert_int_equal(emend_set_mode(instance, (emend_mode)7), EMEND_USAGE);
  assert_int_equal(emend_set_mode(instance, (emend_mode)-1), EMEND_USAGE);
  assert_int_equal(emend_set_look_ahead(instance, UINT32_MAX), EMEND_OK);
  assert_int_equal(emend_latency(instance), RATE / 5);
  assert_int_equal(emend_set_tempo(instance, NAN), EMEND_USAGE);
  assert_int_equal(emend_set_tempo(instance, 0), EMEND_USAGE);
  assert_int_equal(emend_set_tempo(instance, 90), EMEND_OK);
  emend_free(instance);
}

/* Play a stroke and a half second. */
static void stroke(emend *instance)
{
  emend_message message;
  assert_int_equal(emend_event(instance, 0, (const uint8_t[]){0x90, 60, 80}, 3), EMEND_OK);
  assert_int_equal(emend_event(instance, RATE / 4, (const uint8_t[]){0x80, 60, 0}, 3), EMEND_OK);
  assert_int_equal(emend_end_block(instance, RATE / 2), EMEND_OK);
  while (emend_output(instance, &message)) {
  }
}

static void test_a_preset_is_swapped(void **state)
{
  (void)state;
  emend_error error;
  emend_counters counters;
  emend *instance = make("pop", RATE);
  assert_int_equal(emend_set_strength(instance, 0.25F), EMEND_OK);
  assert_int_equal(emend_swap_preset(instance, "folk", &error), EMEND_OK); /* nothing runs yet: at once */
  assert_false(emend_idle(instance));
  assert_int_equal(emend_start(instance), EMEND_OK);
  stroke(instance);
  const struct model *before = instance->session->model;
  assert_int_equal(emend_swap_preset(instance, "nobody", &error), EMEND_NOT_FOUND);
  assert_false(emend_idle(instance));
  assert_int_equal(emend_swap_preset(instance, "pop", &error), EMEND_OK);
  assert_int_equal(emend_swap_preset(instance, "pop", &error), EMEND_BUSY);
  assert_true(emend_idle(instance));
  stroke(instance);
  assert_false(emend_idle(instance));
  assert_ptr_not_equal(instance->session->model, before);
  assert_int_equal(emend_swap_preset(instance, "chorale", &error), EMEND_OK); /* freed on its way */
  emend_stats(instance, &counters);
  assert_int_equal(counters.sounding, 0);
  emend_free(instance);
}

static void test_all_notes_end(void **state)
{
  (void)state;
  uint8_t last[3] = {0};
  emend_message message;
  emend_counters counters;
  emend *instance = make("pop", RATE);
  assert_int_equal(emend_set_mode(instance, EMEND_BYPASS), EMEND_OK); /* a repeated key is no bounce */
  assert_int_equal(emend_start(instance), EMEND_OK);
  for (int again = 0; again < 3; again++) {
    assert_int_equal(emend_event(instance, 5, (const uint8_t[]){0x93, 60, 80}, 3), EMEND_OK);
    assert_true(emend_output(instance, &message) && message.frame == 5);
    if (again == 2) {
      assert_int_equal(emend_start(instance), EMEND_OK);
    } else {
      assert_int_equal(emend_all_notes_off(instance, again == 1), EMEND_OK);
    }
    int offs = 0;
    while (emend_output(instance, &message)) {
      memcpy(last, message.bytes, message.size);
      offs += last[0] == 0x83 && last[1] == 60;
    }
    assert_int_equal(offs, 1);
    emend_stats(instance, &counters);
    assert_int_equal(counters.sounding, 0);
    assert_int_equal(emend_end_block(instance, 64), EMEND_OK);
    while (emend_output(instance, &message)) {
    }
  }
  emend_free(instance);
}

static void test_decisions_and_one_taken_back(void **state)
{
  (void)state;
  struct rng rng = seeded("decisions");
  emend_decision list[300];
  emend_counters counters;
  uint64_t after = 0, taken_back = 0;
  emend *instance = make("pop", RATE);
  play_at_random(&rng, RATE);
  run(instance, 64, &rng, &heard[0]);
  size_t count = emend_decisions(instance, 0, list, 300);
  assert_int_equal(count, 256); /* the last ones */
  for (size_t i = 0; i < count; i++) {
    assert_true(after == 0 || list[i].number == after + 1);
    after = list[i].number;
    taken_back = list[i].removed ? after : taken_back;
    assert_int_equal(emend_take_back(instance, after), list[i].removed ? EMEND_OK : EMEND_NOT_FOUND);
  }
  assert_int_equal(emend_decisions(instance, after, list, 300), 0);
  assert_true(taken_back > 0);
  assert_int_equal(emend_decisions(instance, taken_back - 1, list, 1), 1);
  assert_true(list[0].taken_back);
  emend_stats(instance, &counters);
  const uint64_t sum = counters.taken_back;
  assert_int_equal(emend_take_back(instance, taken_back), EMEND_OK); /* once is enough */
  emend_stats(instance, &counters);
  assert_int_equal(counters.taken_back, sum);
  assert_int_equal(emend_take_back(instance, 0), EMEND_NOT_FOUND);
  assert_int_equal(emend_take_back(instance, after + 1), EMEND_NOT_FOUND);
  assert_int_equal(emend_take_back(instance, 1), EMEND_NOT_FOUND);
  emend_free(instance);
}

/* But for the flags of what has happened, which any arithmetic sets. */
static uint64_t control_now(void)
{
#if defined(__SSE__)
  return float_control() & ~UINT64_C(0x3F);
#else
  return float_control();
#endif
}

static void test_the_threads_state_is_kept(void **state)
{
  (void)state;
  struct sigaction before, after;
  emend_message message;
  const uint64_t control = control_now();
#if defined(__SSE__)
  const uint64_t odd = 0x1F80 | 0x6000; /* towards zero */
#else
  const uint64_t odd = control;
#endif
  assert_int_equal(sigaction(SIGTERM, NULL, &before), 0);
  float_set_control(odd);
  emend *instance = make("pop", RATE);
  assert_int_equal(control_now(), odd);
  assert_int_equal(emend_start(instance), EMEND_OK);
  assert_int_equal(control_now(), odd);
  assert_int_equal(emend_event(instance, 0, (const uint8_t[]){0x90, 60, 80}, 3), EMEND_OK);
  assert_int_equal(control_now(), odd);
  assert_int_equal(emend_end_block(instance, 4096), EMEND_OK);
  assert_int_equal(control_now(), odd);
  assert_true(emend_output(instance, &message));
  assert_int_equal(emend_all_notes_off(instance, true), EMEND_OK);
  assert_int_equal(control_now(), odd);
  emend_free(instance);
  float_set_control(control);
  assert_int_equal(sigaction(SIGTERM, NULL, &after), 0);
  assert_true(before.sa_handler == after.sa_handler);
}

/* Somebody is inside: everybody else is told so, and nothing happens. */
static void test_a_second_thread_is_refused(void **state)
{
  (void)state;
  emend_message message;
  emend_decision decision;
  emend *instance = make("pop", RATE);
  assert_int_equal(emend_start(instance), EMEND_OK);
  assert_false(atomic_flag_test_and_set(&instance->audio_inside));
  assert_int_equal(emend_start(instance), EMEND_BUSY);
  assert_int_equal(emend_event(instance, 0, (const uint8_t[]){0x90, 60, 80}, 3), EMEND_BUSY);
  assert_int_equal(emend_end_block(instance, 64), EMEND_BUSY);
  assert_false(emend_output(instance, &message));
  assert_int_equal(emend_all_notes_off(instance, false), EMEND_BUSY);
  assert_int_equal(emend_set_tempo(instance, 100), EMEND_BUSY);
  atomic_flag_clear(&instance->audio_inside);
  assert_false(atomic_flag_test_and_set(&instance->main_inside));
  assert_int_equal(emend_swap_preset(instance, "pop", NULL), EMEND_BUSY);
  assert_false(emend_idle(instance));
  assert_int_equal(emend_decisions(instance, 0, &decision, 1), 0);
  assert_int_equal(emend_take_back(instance, 1), EMEND_BUSY);
  atomic_flag_clear(&instance->main_inside);
  stroke(instance);
  emend_free(instance);
}

struct player {
  emend *instance;
  uint64_t accepted;
};

static void *play_wildly(void *user)
{
  struct player *player = user;
  emend_message message;
  for (int i = 0; i < 4000; i++) {
    const uint8_t bytes[3] = {i % 2 ? 0x80 : 0x90, (uint8_t)(60 + i / 2 % 12), 80};
    const emend_status status = emend_event(player->instance, (uint32_t)(i % 64), bytes, 3);
    player->accepted += status == EMEND_OK || status == EMEND_ORDER;
    if (i % 16 == 0) {
      (void)emend_end_block(player->instance, 64);
    }
    (void)emend_output(player->instance,
                       &message); /* whose bytes another thread may overwrite: not looked at */
  }
  return NULL;
}

static void test_threads_at_once(void **state)
{
  (void)state;
  emend_counters counters;
  emend *instance = make("pop", RATE);
  struct player players[2] = {{instance, 0}, {instance, 0}};
  pthread_t threads[2];
  assert_int_equal(emend_start(instance), EMEND_OK);
  for (int i = 0; i < 2; i++) {
    assert_int_equal(pthread_create(&threads[i], NULL, play_wildly, &players[i]), 0);
  }
  for (int i = 0; i < 200; i++) {
    (void)emend_idle(instance);
    (void)emend_set_strength(instance, (float)i / 200);
    (void)emend_set_mode(instance, (emend_mode)(i % 3));
    (void)emend_swap_preset(instance, i % 2 ? "pop" : "folk", NULL);
    emend_stats(instance, &counters);
  }
  for (int i = 0; i < 2; i++) {
    assert_int_equal(pthread_join(threads[i], NULL), 0);
  }
  emend_stats(instance, &counters);
  assert_int_equal(counters.events_in, players[0].accepted + players[1].accepted);
  assert_int_equal(emend_all_notes_off(instance, false), EMEND_OK);
  emend_stats(instance, &counters);
  assert_int_equal(counters.sounding, 0);
  emend_free(instance);
}

static void test_presets_have_names(void **state)
{
  (void)state;
  char name[64], before[64] = "";
  size_t count = 0;
  for (; emend_preset_name(EMEND_TEST_DATA, count, name) == EMEND_OK; count++) {
    assert_true(strcmp(before, name) < 0);
    memcpy(before, name, sizeof before);
    emend_free(make(name, RATE));
  }
  assert_true(count >= 3);
  assert_int_equal(emend_preset_name("/nowhere", 0, name), EMEND_NOT_FOUND);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_blocks_of_any_size_give_the_same),
    cmocka_unit_test(test_what_passes_keeps_its_frame),
    cmocka_unit_test(test_instances_share_nothing),
    cmocka_unit_test(test_what_cannot_begin),
    cmocka_unit_test(test_nothing_there),
    cmocka_unit_test(test_wrong_messages),
    cmocka_unit_test(test_frames_out_of_order),
    cmocka_unit_test(test_settings_take_the_nearest),
    cmocka_unit_test(test_a_preset_is_swapped),
    cmocka_unit_test(test_all_notes_end),
    cmocka_unit_test(test_decisions_and_one_taken_back),
    cmocka_unit_test(test_the_threads_state_is_kept),
    cmocka_unit_test(test_a_second_thread_is_refused),
    cmocka_unit_test(test_threads_at_once),
    cmocka_unit_test(test_presets_have_names),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
