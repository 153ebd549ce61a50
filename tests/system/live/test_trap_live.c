/* SPDX-License-Identifier: MIT */
/* The live engine inside the trap: 10,000 frames of dense random playing, with changes of mode, swaps,
 * panics, a port that fills up and floods. Whatever allocates, locks or calls the system ends the test. */

#include <stdio.h>
#include <string.h>

#include "cleaner.h"
#include "cmocka_all.h"
#include "fake_predictor.h"
#include "model.h"
#include "rng.h"
#include "trap.h"

enum {
  TICKS = 10000,
  FLOOD = 400, /* messages at one time */
  STEP = 5,    /* ms a call */
};

struct port {
  bool full;
  uint64_t sent;
};

static bool port_send(void *user, nanos time, const uint8_t *bytes, size_t size)
{
  (void)time;
  (void)bytes;
  struct port *port = user;
  if (port->full || size == 0) {
    return false;
  }
  port->sent++;
  return true;
}

/* Two models to change between. */
struct rig {
  struct cleaner *cleaner[2];
  int in_use;
};

static size_t random_message(struct rng *rng, uint8_t bytes[16])
{
  static const uint8_t channels[] = {0, 3, DRUM_CHANNEL};
  const uint8_t channel = channels[rng_below(rng, sizeof channels)];
  const uint8_t data[2] = {(uint8_t)rng_below(rng, KEYS), (uint8_t)rng_below(rng, 128)};
  const uint32_t kind = rng_below(rng, 20);
  if (kind == 0) {
    bytes[0] = MIDI_CLOCK;
    return 1;
  }
  if (kind == 1) {
    static const uint8_t sysex[] = {MIDI_SYSEX, 0x7E, 0x7F, 0x06, 0x01, 0xF7};
    memcpy(bytes, sysex, sizeof sysex);
    return sizeof sysex;
  }
  static const uint8_t statuses[] = {MIDI_NOTE_ON, MIDI_NOTE_ON, MIDI_NOTE_OFF, MIDI_CONTROL};
  bytes[0] = (uint8_t)(statuses[rng_below(rng, sizeof statuses)] | channel);
  memcpy(bytes + 1, data, sizeof data);
  return 3;
}

/* What a player does at the computer meanwhile; the control thread's side, free to do as it likes. */
static void control(struct live *live, struct rig *rig, struct rng *rng)
{
  switch (rng_below(rng, 8)) {
  case 0: assert_true(live_set_mode(live, (enum live_mode)rng_below(rng, LIVE_CLEAN + 1))); break;
  case 1: assert_true(live_set_strength(live, (float)rng_uniform(rng))); break;
  case 2: assert_true(live_panic(live)); break;
  case 3:
    if (live_swap(live, rig->cleaner[1 - rig->in_use])) {
      rig->in_use = 1 - rig->in_use;
    }
    break;
  default: break;
  }
}

static void drain(struct live *live)
{
  struct ring_header header;
  uint8_t record[sizeof(struct live_frame_record)];
  while (ring_read(live_capture(live), &header, record, sizeof record)) {
  }
}

static void play_step(struct live *live, struct rng *rng, nanos now, uint32_t messages)
{
  LIVE_ENTER();
  live_advance(live, now);
  for (uint32_t i = 0; i < messages; i++) {
    uint8_t bytes[16];
    const size_t size = random_message(rng, bytes);
    live_receive(live, now, bytes, size);
  }
  LIVE_LEAVE();
}

static void play(struct rig *rig, nanos look_ahead)
{
  struct port port = {0};
  struct live *live = NULL;
  struct error error;
  const struct live_config config = {.mode = LIVE_CLEAN,
                                     .strength = 0.5F,
                                     .look_ahead = look_ahead,
                                     .bpm = 120,
                                     .keep_warm = true,
                                     .capture_capacity = 1U << 16};
  assert_int_equal(live_new(&live, &config, rig->cleaner[0], port_send, &port, &error), STATUS_OK);
  struct rng rng;
  rng_seed(&rng, 20);

  LIVE_ENTER();
  live_begin(live, 0);
  LIVE_LEAVE();
  const struct live_counters *counters = live_counters(live);
  int swaps = 0;
  nanos now = 0;
  for (int step = 0; counters->ticks < TICKS; step++) {
    now += STEP * NANOS_PER_MILLISECOND;
    if (step % 100 == 0) {
      control(live, rig, &rng);
    }
    port.full = step % 500 < 3;
    play_step(live, &rng, now, step % 1000 == 0 ? FLOOD : rng_below(&rng, 4));
    swaps += live_retired(live) != NULL;
    drain(live);
    assert_true(step < 100 * TICKS);
  }
  port.full = false;
  LIVE_ENTER();
  live_silence(live, now);
  live_advance(live, now + NANOS_PER_SECOND);
  LIVE_LEAVE();
  assert_true(swaps > 0);
  assert_true(port.sent > TICKS);
  assert_int_equal(counters->sounding, 0);
  assert_int_equal(counters->dropped, 0);
  live_free(live);
}

static void test_engine_with_a_fake(void **state)
{
  (void)state;
  static struct fake_predictor fakes[2];
  fake_predictor_init(&fakes[0]);
  fake_predictor_init(&fakes[1]);
  struct rig rig = {.cleaner = {&fakes[0].cleaner, &fakes[1].cleaner}};
  play(&rig, 0);
}

static void test_look_ahead(void **state)
{
  (void)state;
  static struct fake_predictor fakes[2];
  fake_predictor_init(&fakes[0]);
  fake_predictor_init(&fakes[1]);
  struct rig rig = {.cleaner = {&fakes[0].cleaner, &fakes[1].cleaner}};
  play(&rig, 20 * NANOS_PER_MILLISECOND);
}

static void play_model(const struct net_config *config)
{
  struct error error = {.text = ""};
  struct model *model = NULL;
  struct rig rig = {0};
  assert_int_equal(model_new(&model, config, &error), STATUS_OK);
  struct rng rng;
  rng_seed(&rng, 21);
  for (size_t i = 0; i < model->params.size; i++) {
    model->params.block[i] = (float)(0.05 * rng_normal(&rng));
  }
  for (int i = 0; i < 2; i++) {
    if (model_cleaner_new(model, &rig.cleaner[i], &error) != STATUS_OK) {
      fail_msg("%s", error.text);
    }
  }
  play(&rig, 0);
  model_cleaner_free(rig.cleaner[0]);
  model_cleaner_free(rig.cleaner[1]);
  model_free(model);
}

static const struct net_config small = {
  .frame = {FRAME_MILLISECONDS, 20, 2}, .hidden = 16, .latent = 4, .generator = 16, .gate = 8};

static void test_papers_model(void **state)
{
  (void)state;
  play_model(&small);
}

static void test_tied_model(void **state)
{
  (void)state;
  struct net_config config = small;
  config.tie = TIE_PITCH;
  config.cell = CELL_GRU;
  config.posterior = POSTERIOR_INCREMENTS;
  config.feed = FEED_INCREMENT;
  config.past = PAST_PASSED;
  play_model(&config);
}

static void test_pitch_emission_over_two_layers(void **state)
{
  (void)state;
  struct net_config config = small;
  config.tie = TIE_PITCH;
  config.cell = CELL_GRU;
  config.layers = 2;
  config.emission = EMISSION_PITCH;
  config.emission_units = 8;
  play_model(&config);
}

int main(void)
{
  if (emend_trap_enter == NULL) {
    fprintf(stderr, "test_trap_live: run me with LD_PRELOAD=libemend_trap.so\n");
    return 1;
  }
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_engine_with_a_fake),
    cmocka_unit_test(test_look_ahead),
    cmocka_unit_test(test_papers_model),
    cmocka_unit_test(test_tied_model),
    cmocka_unit_test(test_pitch_emission_over_two_layers),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
