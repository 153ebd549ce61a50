/* SPDX-License-Identifier: MIT */
/* Random streams and faults; whatever comes, no note sticks and nothing else is touched. */
#include <stdlib.h>

#include <string.h>

#include "cmocka_all.h"
#include "live_rig.h"
#include "rng.h"
#include "sounding.h"

static const nanos ms = NANOS_PER_MILLISECOND;

/* The linker sends every allocation of the engine through these. */
static bool armed;
static uint64_t allocations;
/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker's names */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void __real_free(void *memory);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void __wrap_free(void *memory);

void *__wrap_malloc(size_t size)
{
  allocations += armed;
  return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
  allocations += armed;
  return __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
  allocations += armed;
  return __real_realloc(memory, size);
}

void __wrap_free(void *memory)
{
  allocations += armed;
  __real_free(memory);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

/* What a synthesizer would make of the output. */
struct receiver {
  struct sounding sounding;
  bool damper[CHANNELS];
  uint64_t ons, strays; /* strays: decidable note-offs that end nothing */
};

struct stream {
  struct rng rng;
  struct receiver receiver;
  struct recording_port sent_in; /* everything that was received */
  uint32_t heard;                /* messages of the output that the receiver has heard */
  bool down[CHANNELS][KEYS];
  nanos time;
  /* What may happen. */
  bool well_formed; /* every key goes down and up in turn */
  bool faults;      /* the port has no room at times */
  bool panics, controls, silencers;
};

static struct stream stream;

static bool is_note(const uint8_t *bytes, size_t size)
{
  return message_is_note_on(bytes, size) || message_is_note_off(bytes, size);
}

static void receiver_hear(struct receiver *receiver, const uint8_t *bytes, size_t size)
{
  unsigned channel = bytes[0] & 0x0F;
  if (size == 3 && (bytes[0] & 0xF0) == MIDI_CONTROL && bytes[1] == MIDI_DAMPER) {
    receiver->damper[channel] = bytes[2] > 0;
  }
  receiver->ons += message_is_note_on(bytes, size);
  receiver->strays += message_is_note_off(bytes, size) && receiver->sounding.on[channel][bytes[1]] == 0 &&
                      note_is_decidable(channel, bytes[1]);
  sounding_hear(&receiver->sounding, bytes, size);
}

static void hear_output(void)
{
  for (; stream.heard < live_rig.port.count; stream.heard++) {
    receiver_hear(&stream.receiver, recording_bytes(&live_rig.port, stream.heard),
                  live_rig.port.messages[stream.heard].size);
  }
}

static void receive(const uint8_t *bytes, size_t size)
{
  assert_true(recording_emit(&stream.sent_in, stream.time, bytes, size));
  armed = true;
  live_receive(live_rig.live, stream.time, bytes, size);
  armed = false;
  hear_output();
}

static void random_note(void)
{
  struct rng *rng = &stream.rng;
  uint8_t channel = (uint8_t)(rng_below(rng, 8) == 0 ? rng_below(rng, CHANNELS) : rng_below(rng, 2));
  uint8_t pitch = (uint8_t)(rng_below(rng, 16) == 0 ? rng_below(rng, KEYS) : 50 + rng_below(rng, 24));
  uint8_t velocity = (uint8_t)(1 + rng_below(rng, rng_below(rng, 2) ? 127 : 30));
  bool on = stream.well_formed ? !stream.down[channel][pitch] : rng_below(rng, 2) == 0;
  stream.down[channel][pitch] = on;
  if (on) {
    receive((const uint8_t[]){MIDI_NOTE_ON | channel, pitch, velocity}, 3);
  } else if (rng_below(rng, 2) == 0) {
    receive((const uint8_t[]){MIDI_NOTE_ON | channel, pitch, 0}, 3);
  } else {
    receive((const uint8_t[]){MIDI_NOTE_OFF | channel, pitch, velocity}, 3);
  }
}

static void random_other(void)
{
  struct rng *rng = &stream.rng;
  uint8_t bytes[600];
  uint8_t data = (uint8_t)rng_below(rng, 119);
  size_t size = 1 + rng_below(rng, sizeof bytes);
  switch (rng_below(rng, 6)) {
  case 0: receive((const uint8_t[]){0xB0, rng_below(rng, 8) == 0 ? MIDI_DAMPER : data, 1}, 3); break;
  case 1: receive((const uint8_t[]){MIDI_CLOCK}, 1); break;
  case 2: receive((const uint8_t[]){0xC1, data}, 2); break;
  case 3: receive((const uint8_t[]){data}, 1); break;
  case 4:
    if (stream.silencers) {
      receive((const uint8_t[]){0xB1, rng_below(rng, 2) ? 120 : 123, 0}, 3);
    }
    break;
  default:
    memset(bytes, data, size);
    bytes[0] = rng_below(rng, 2) ? MIDI_SYSEX : data;
    bytes[size - 1] = rng_below(rng, 2) ? 0xF7 : bytes[size - 1];
    receive(bytes, size);
  }
}

static void random_swap(void)
{
  struct cleaner *spare = live_retired(live_rig.live);
  if (spare) {
    assert_true(live_swap(live_rig.live, spare));
  }
}

static void random_control(void)
{
  struct rng *rng = &stream.rng;
  switch (rng_below(rng, 5)) {
  case 0: (void)live_set_mode(live_rig.live, (enum live_mode)rng_below(rng, 3)); break;
  case 1: (void)live_set_strength(live_rig.live, (float)rng_uniform(rng)); break;
  case 2:
    if (stream.panics) {
      (void)live_panic(live_rig.live);
    }
    break;
  default: random_swap();
  }
}

static void step(void)
{
  struct rng *rng = &stream.rng;
  stream.time += rng_below(rng, 3) == 0 ? (nanos)rng_below(rng, 40) * ms : 0;
  if (stream.faults) {
    live_rig.port.full = rng_below(rng, 20) == 0 ? !live_rig.port.full : live_rig.port.full;
  }
  switch (rng_below(rng, 12)) {
  case 0:
  case 1: random_other(); break;
  case 2:
    if (stream.controls && rng_below(rng, 3) == 0) {
      random_control();
    }
    break;
  case 3:
    armed = true;
    live_advance(live_rig.live, stream.time);
    armed = false;
    hear_output();
    break;
  default: random_note();
  }
}

static void begin(uint64_t seed, struct live_config config)
{
  memset(&stream, 0, sizeof stream);
  rng_seed(&stream.rng, seed);
  config.capture_capacity = 1 << 12;
  live_rig_start(config);
  assert_true(live_swap(live_rig.live, &live_rig.other.cleaner));
}

static void end(void)
{
  live_rig.port.full = false;
  stream.time += 300 * ms;
  armed = true;
  live_advance(live_rig.live, stream.time);
  live_silence(live_rig.live, stream.time);
  live_advance(live_rig.live, stream.time);
  armed = false;
  hear_output();
}

static bool is_same(uint32_t in, uint32_t out)
{
  const uint32_t size = stream.sent_in.messages[in].size;
  return live_rig.port.messages[out].size == size &&
         memcmp(recording_bytes(&live_rig.port, out), recording_bytes(&stream.sent_in, in), size) == 0;
}

/* All that is no note comes out as it went in, in order; between them, what the engine ends by itself. */
static void check_others(void)
{
  uint32_t out = 0;
  for (uint32_t in = 0; in < stream.sent_in.count; in++) {
    const uint8_t *bytes = recording_bytes(&stream.sent_in, in);
    uint32_t size = stream.sent_in.messages[in].size;
    if (is_note(bytes, size)) {
      continue;
    }
    while (out < live_rig.port.count && !is_same(in, out) &&
           (is_note(recording_bytes(&live_rig.port, out), live_rig.port.messages[out].size) ||
            recording_is_ending(&live_rig.port, out))) {
      out++;
    }
    assert_true(out < live_rig.port.count);
    assert_true(is_same(in, out));
    out++;
  }
}

static void check_times(void)
{
  for (uint32_t i = 1; i < live_rig.port.count; i++) {
    assert_true(live_rig.port.messages[i].time >= live_rig.port.messages[i - 1].time);
  }
}

static void check_counters(bool clean_only)
{
  const struct live_counters *counters = live_counters(live_rig.live);
  assert_int_equal(counters->events_in, stream.sent_in.count);
  assert_int_equal(counters->events_out, live_rig.port.count);
  assert_int_equal(counters->notes_out, stream.receiver.ons);
  assert_int_equal(counters->dropped, 0);
  assert_int_equal(counters->sounding, 0);
  if (clean_only) {
    assert_int_equal(counters->notes_in, counters->notes_out + live_rig_suppressed());
  }
}

static void run(uint64_t seed, int steps)
{
  print_message("seed %llu\n", (unsigned long long)seed);
  for (int i = 0; i < steps; i++) {
    step();
  }
  end();
  assert_int_equal(stream.receiver.sounding.count, 0);
  for (int channel = 0; channel < CHANNELS; channel++) {
    assert_false(stream.receiver.damper[channel]);
  }
  assert_int_equal(allocations, 0);
  check_others();
  check_times();
}

static void test_no_note_sticks(void **state)
{
  (void)state;
  for (uint64_t seed = 1; seed <= 24; seed++) {
    struct live_config config = live_rig_clean();
    config.look_ahead = seed % 3 == 0 ? 30 * ms : 0;
    config.keep_warm = seed % 2 == 0;
    begin(seed, config);
    stream.controls = true;
    stream.panics = seed % 2;
    stream.silencers = seed % 4 == 1;
    stream.faults = seed % 8 >= 4;
    run(seed, 4000);
    check_counters(false);
    (void)live_rig_stop(NULL);
  }
}

/* When the input is well-formed, so is the output: no note-off without its note-on, in any mode. */
static void test_suppressed_notes_leave_no_offs(void **state)
{
  (void)state;
  for (uint64_t seed = 101; seed <= 116; seed++) {
    struct live_config config = live_rig_clean();
    config.look_ahead = seed % 2 ? 0 : 12 * ms;
    begin(seed, config);
    stream.well_formed = true;
    stream.controls = seed % 4 < 2;
    stream.faults = seed % 8 == 0;
    run(seed, 4000);
    assert_int_equal(stream.receiver.strays, 0);
    check_counters(!stream.controls);
    assert_true(live_rig_suppressed() > 0);
    (void)live_rig_stop(NULL);
  }
}

static void test_bypass_is_transparent(void **state)
{
  (void)state;
  for (uint64_t seed = 201; seed <= 208; seed++) {
    struct live_config config = live_rig_clean();
    config.mode = seed % 2 ? LIVE_BYPASS : LIVE_MONITOR;
    config.look_ahead = seed % 4 < 2 ? 0 : 12 * ms;
    begin(seed, config);
    stream.well_formed = seed % 8 < 4; /* else missing and stray note-offs pass as well */
    stream.faults = true;
    for (int i = 0; i < 4000; i++) {
      step();
    }
    live_rig.port.full = false;
    live_advance(live_rig.live, stream.time + 300 * ms);
    assert_int_equal(live_rig.port.count, stream.sent_in.count);
    for (uint32_t i = 0; i < live_rig.port.count; i++) {
      assert_int_equal(live_rig.port.messages[i].size, stream.sent_in.messages[i].size);
      assert_memory_equal(recording_bytes(&live_rig.port, i), recording_bytes(&stream.sent_in, i),
                          live_rig.port.messages[i].size);
    }
    (void)live_rig_stop(NULL);
  }
}

/* A port that has no room for long: messages are lost and counted, note-offs never. */
static void test_long_faults_lose_no_note_off(void **state)
{
  (void)state;
  for (uint64_t seed = 301; seed <= 308; seed++) {
    print_message("seed %llu\n", (unsigned long long)seed);
    begin(seed, live_rig_clean());
    stream.controls = true;
    stream.panics = true;
    for (int i = 0; i < 12000; i++) {
      live_rig.port.full = i % 4000 > 1000;
      step();
    }
    end();
    assert_int_equal(stream.receiver.sounding.count, 0);
    assert_int_equal(live_counters(live_rig.live)->sounding, 0);
    assert_true(live_counters(live_rig.live)->dropped > 0);
    assert_int_equal(allocations, 0);
    (void)live_rig_stop(NULL);
  }
}

static void test_ten_thousand_ticks(void **state)
{
  (void)state;
  begin(401, live_rig_clean());
  armed = true;
  for (int i = 0; i < 10000; i++) {
    stream.time += 20 * ms;
    uint8_t pitch = (uint8_t)(PITCH_LOW + i % PITCHES);
    live_receive(live_rig.live, stream.time, (const uint8_t[]){0x90, pitch, (uint8_t)(1 + i % 127)}, 3);
    live_receive(live_rig.live, stream.time, (const uint8_t[]){0x80, pitch, 0}, 3);
    live_advance(live_rig.live, stream.time);
  }
  armed = false;
  assert_int_equal(live_counters(live_rig.live)->ticks, 10000);
  assert_int_equal(allocations, 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_teardown(test_no_note_sticks, live_rig_stop),
    cmocka_unit_test_teardown(test_suppressed_notes_leave_no_offs, live_rig_stop),
    cmocka_unit_test_teardown(test_bypass_is_transparent, live_rig_stop),
    cmocka_unit_test_teardown(test_long_faults_lose_no_note_off, live_rig_stop),
    cmocka_unit_test_teardown(test_ten_thousand_ticks, live_rig_stop),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
