/* SPDX-License-Identifier: MIT */
/* The promises of the live path as a state machine, walked at random with the keyboard and two receivers
 * modelled: no note sounds on, no key that is held and heard is cut. What may happen: keys and pedals; cycles
 * that lose what comes in and what went out last; receivers that leave and come, told late; a full port; a
 * pulled cable; panic; a crash, and the start after it.
 *
 *   test_live_promises [WALKS [SEED]]: prints its seed; the default is short. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "fake_predictor.h"
#include "live.h"
#include "rng.h"
#include "sounding.h"

enum { RECEIVERS = 2, TELLS_MAX = 64, WALK_CHANNELS = 2, WALK_KEYS = 4, LOWEST = 60, WALK_STEPS = 300 };
enum { LAST_SENT_MAX = 64, SENSE_EVERY = 250, TRUST = 5 };

static const nanos ms = NANOS_PER_MILLISECOND;
static int walks = 300;
static uint64_t first_seed = 1;

struct message_of_cycle {
  uint8_t bytes[3];
};

struct receiver {
  struct sounding sounding;
  bool pedal[CHANNELS];
  bool connected;
  nanos since; /* the last change of what it hears: a connection, or a message that was lost */
};

struct key {
  bool down;
  nanos since;  /* struck, as the engine heard */
  bool heard;   /* the engine heard the stroke */
  bool doubted; /* something happened since that may end it */
};

static struct walk {
  struct rng rng;
  struct live *live;
  struct fake_predictor fake;
  nanos time;
  struct key key[WALK_CHANNELS][WALK_KEYS];
  bool pedal[WALK_CHANNELS];
  struct receiver receiver[RECEIVERS];
  struct {
    nanos due;
    uint64_t id;
    bool here;
  } tell[TELLS_MAX]; /* the port has yet to tell the engine */
  int tell_count;
  struct receiver take; /* what was sent, by the take on disk */
  struct sounding broken;
  struct message_of_cycle last[LAST_SENT_MAX];
  int last_count; /* sent in this cycle */
  bool full;      /* the port */
  bool plugged, senses;
  int senses_sent; /* since the keyboard, or the engine, is there */
  nanos sensed;
} walk;

/* A synthesizer: a note-off ends its key, however often that was struck. */
static void receiver_hear(struct receiver *receiver, const uint8_t *bytes, size_t size)
{
  if (message_is_note_off(bytes, size)) {
    sounding_release(&receiver->sounding, bytes[0] & 0x0F, bytes[1]);
  }
  sounding_hear(&receiver->sounding, bytes, size);
  if (size == 3 && (bytes[0] & 0xF0) == MIDI_CONTROL && bytes[1] == MIDI_DAMPER) {
    receiver->pedal[bytes[0] & 0x0F] = bytes[2] > 0;
  }
}

/* What goes out is heard at the end of the cycle, if that is not lost. */
static bool emit(void *user, nanos time, const uint8_t *bytes, size_t size)
{
  (void)user;
  (void)time;
  if (walk.full || walk.last_count == LAST_SENT_MAX) {
    return false;
  }
  receiver_hear(&walk.take, bytes, size);
  if (size == 3) {
    memcpy(walk.last[walk.last_count++].bytes, bytes, size);
  }
  return true;
}

static void deliver(bool lost)
{
  for (int r = 0; r < RECEIVERS; r++) {
    struct receiver *receiver = &walk.receiver[r];
    for (int i = 0; receiver->connected && !lost && i < walk.last_count; i++) {
      receiver_hear(receiver, walk.last[i].bytes, 3);
    }
    receiver->since = lost && walk.last_count > 0 ? walk.time : receiver->since;
  }
  walk.last_count = 0;
}

static void tell_due(void)
{
  for (int i = 0; i < walk.tell_count; i++) {
    if (walk.tell[i].due <= walk.time) {
      live_listener(walk.live, walk.time, walk.tell[i].id, walk.tell[i].here);
      memmove(&walk.tell[i], &walk.tell[i + 1], (size_t)(walk.tell_count - i - 1) * sizeof walk.tell[0]);
      walk.tell_count--;
      i--;
    }
  }
}

static void send(unsigned status, unsigned first, unsigned second)
{
  live_receive(walk.live, walk.time, (const uint8_t[]){(uint8_t)status, (uint8_t)first, (uint8_t)second}, 3);
}

/* One cycle of 5 ms. */
static void cycle(void)
{
  walk.time += 5 * ms;
  tell_due();
  if (walk.plugged && walk.senses && walk.time - walk.sensed >= SENSE_EVERY * ms) {
    walk.sensed = walk.time;
    walk.senses_sent++;
    live_receive(walk.live, walk.time, (const uint8_t[]){MIDI_SENSING}, 1);
  }
  live_advance(walk.live, walk.time);
  if (walk.broken.count > 0 && (walk.receiver[0].connected || walk.receiver[1].connected)) {
    for (unsigned channel = 0; channel < WALK_CHANNELS; channel++) {
      for (unsigned key = LOWEST; key < LOWEST + WALK_KEYS; key++) {
        while (walk.broken.on[channel][key] > 0 && live_end_note(walk.live, channel, key)) {
          walk.broken.on[channel][key]--;
          walk.broken.count--;
        }
      }
    }
  }
  deliver(false);
}

static void doubt_all(void)
{
  for (int channel = 0; channel < WALK_CHANNELS; channel++) {
    for (int key = 0; key < WALK_KEYS; key++) {
      walk.key[channel][key].doubted = true;
    }
  }
}

/* A key moves; `heard`: the engine gets to know. */
static void move_key(bool heard)
{
  const unsigned channel = rng_below(&walk.rng, WALK_CHANNELS), i = rng_below(&walk.rng, WALK_KEYS);
  struct key *key = &walk.key[channel][i];
  if (!walk.plugged) {
    return;
  }
  key->down = !key->down;
  if (key->down) {
    *key = (struct key){.down = true, .since = walk.time, .heard = heard};
  }
  if (heard) {
    send((key->down ? MIDI_NOTE_ON : MIDI_NOTE_OFF) | channel, LOWEST + i, 90);
  }
}

static void move_pedal(bool heard)
{
  const unsigned channel = rng_below(&walk.rng, WALK_CHANNELS);
  if (walk.plugged) {
    walk.pedal[channel] = !walk.pedal[channel];
    if (heard) {
      send(MIDI_CONTROL | channel, MIDI_DAMPER, walk.pedal[channel] ? 127 : 0);
    }
  }
}

/* Lost cycles: what is played in them is unheard, and what was sent in the last one may be. */
static void lose_cycles(void)
{
  if (rng_below(&walk.rng, 2) == 0) {
    move_key(true);
  }
  deliver(rng_below(&walk.rng, 2) == 0);
  for (uint32_t i = rng_below(&walk.rng, 4); i > 0; i--) {
    move_key(false);
  }
  walk.time += (1 + (nanos)rng_below(&walk.rng, 400)) * 5 * ms;
  doubt_all();
  live_lost(walk.live, walk.time);
  live_listener(walk.live, walk.time, 1, false);
  live_listener(walk.live, walk.time, 1, true);
}

static void tell_later(nanos delay, int receiver, bool here)
{
  /* In the order of what happened. */
  const nanos before = walk.tell_count > 0 ? walk.tell[walk.tell_count - 1].due : 0;
  const nanos due = walk.time + delay * ms;
  if (walk.tell_count < TELLS_MAX) {
    walk.tell[walk.tell_count].due = due > before ? due : before;
    walk.tell[walk.tell_count].id = 10 + (uint64_t)receiver;
    walk.tell[walk.tell_count++].here = here;
  }
}

static void move_receiver(void)
{
  const int r = (int)rng_below(&walk.rng, RECEIVERS);
  struct receiver *receiver = &walk.receiver[r];
  receiver->connected = !receiver->connected;
  receiver->since = walk.time;
  tell_later(rng_below(&walk.rng, 500), r, receiver->connected);
}

/* Keys are let go, and nothing tells so but that nothing comes any more. */
static void pull_cable(void)
{
  walk.plugged = !walk.plugged;
  walk.senses_sent = 0;
  for (int channel = 0; !walk.plugged && channel < WALK_CHANNELS; channel++) {
    for (int key = 0; key < WALK_KEYS; key++) {
      walk.key[channel][key].down = false;
    }
    walk.pedal[channel] = false;
  }
  doubt_all();
}

static void start_engine(void)
{
  struct live_config config = {.mode = walk.senses ? LIVE_CLEAN : LIVE_BYPASS, .strength = 0.5F, .bpm = 120};
  struct error error;
  config.look_ahead = rng_below(&walk.rng, 3) == 0 ? 20 * ms : 0;
  fake_predictor_init(&walk.fake);
  assert_int_equal(live_new(&walk.live, &config, &walk.fake.cleaner, emit, NULL, &error), STATUS_OK);
  live_begin(walk.live, walk.time);
  walk.senses_sent = 0;
}

static bool hears_all(const struct receiver *receiver)
{
  return receiver->connected &&
         memcmp(&receiver->sounding, &walk.take.sounding, sizeof walk.take.sounding) == 0 &&
         memcmp(receiver->pedal, walk.take.pedal, sizeof walk.take.pedal) == 0;
}

/* The take tells what was on, and the next start ends that. Of a receiver that was still owed the end of
 * something else it cannot know. */
static void crash(void)
{
  if (!hears_all(&walk.receiver[0]) || !hears_all(&walk.receiver[1]) || walk.tell_count > 0) {
    return;
  }
  walk.broken = walk.take.sounding;
  live_free(walk.live);
  memset(&walk.take, 0, sizeof walk.take);
  walk.last_count = 0;
  doubt_all();
  start_engine();
  for (unsigned channel = 0; channel < WALK_CHANNELS; channel++) {
    walk.pedal[channel] = false; /* the next start ends notes; pedals are the player's: the foot is lifted */
    send(MIDI_CONTROL | channel, MIDI_DAMPER, 0);
  }
  for (int i = 0; i < 60; i++) {
    cycle(); /* who leaves before the ends have come is beyond help as well */
  }
}

static void happen(void)
{
  struct rng *rng = &walk.rng;
  switch (rng_below(rng, 40)) {
  case 0: lose_cycles(); break;
  case 1: move_receiver(); break;
  case 2: walk.full = !walk.full; break;
  case 3:
    if (walk.senses && rng_below(rng, 4) == 0 && walk.senses_sent >= TRUST) {
      pull_cable();
    }
    break;
  case 4:
    if (rng_below(rng, 8) == 0 && live_panic(walk.live)) {
      doubt_all();
    }
    break;
  case 5:
    if (rng_below(rng, 8) == 0) {
      walk.full = false;
      crash();
    }
    break;
  case 6:
  case 7: move_pedal(true); break;
  default: move_key(true); break;
  }
  for (uint32_t i = rng_below(rng, rng_below(rng, 10) == 0 ? 300 : 20); i > 0; i--) {
    cycle();
  }
}

/* Keys that were heard and that nothing has put in doubt sound where all was heard since they were struck. */
static void check_held(void)
{
  for (int channel = 0; channel < WALK_CHANNELS; channel++) {
    for (int i = 0; i < WALK_KEYS; i++) {
      const struct key *key = &walk.key[channel][i];
      for (int r = 0; r < RECEIVERS && key->down && key->heard && !key->doubted; r++) {
        const struct receiver *receiver = &walk.receiver[r];
        if (receiver->connected && receiver->since < key->since) {
          assert_true(receiver->sounding.on[channel][LOWEST + i] > 0);
        }
      }
    }
  }
}

/* No key sounds at a connected receiver that is not down, once all was told and some time has passed. */
static void check_not_stuck(void)
{
  for (int r = 0; r < RECEIVERS; r++) {
    for (int channel = 0; channel < WALK_CHANNELS; channel++) {
      for (int i = 0; i < WALK_KEYS; i++) {
        if (!walk.key[channel][i].down && walk.receiver[r].connected) {
          assert_int_equal(walk.receiver[r].sounding.on[channel][LOWEST + i], 0);
        }
      }
    }
  }
}

static void settle(void)
{
  walk.full = false;
  for (int i = 0; i < 13000 / 5; i++) {
    cycle();
  }
  check_not_stuck();
  check_held();
}

static void end_walk(void)
{
  for (int r = 0; r < RECEIVERS; r++) {
    if (!walk.receiver[r].connected) {
      walk.receiver[r].connected = true;
      walk.receiver[r].since = walk.time;
      tell_later(0, r, true);
    }
  }
  settle();
  live_silence(walk.live, walk.time);
  for (int i = 0; i < 13000 / 5; i++) {
    cycle();
  }
  for (int r = 0; r < RECEIVERS; r++) {
    assert_int_equal(walk.receiver[r].sounding.count, 0);
    assert_false(walk.receiver[r].pedal[0] || walk.receiver[r].pedal[1]);
  }
  assert_int_equal(live_counters(walk.live)->sounding, 0);
  live_free(walk.live);
}

static void test_no_note_sticks_and_none_is_cut(void **state)
{
  (void)state;
  for (uint64_t seed = first_seed; seed < first_seed + (uint64_t)walks; seed++) {
    memset(&walk, 0, sizeof walk);
    rng_seed(&walk.rng, seed);
    walk.plugged = true;
    walk.senses = seed % 2 == 0;
    walk.receiver[0].connected = walk.receiver[1].connected = true;
    start_engine();
    if (seed % 1000 == first_seed % 1000) {
      print_message("seed %llu\n", (unsigned long long)seed);
    }
    for (int i = 0; i < WALK_STEPS; i++) {
      happen();
      if (i % 60 == 59) {
        settle();
      }
    }
    end_walk();
  }
}

int main(int count, char **arguments)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_no_note_sticks_and_none_is_cut)};
  walks = count > 1 ? (int)strtol(arguments[1], NULL, 10) : walks;
  first_seed = count > 2 ? strtoull(arguments[2], NULL, 10) : first_seed;
  return cmocka_run_group_tests(tests, NULL, NULL);
}
