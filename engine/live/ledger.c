/* SPDX-License-Identifier: MIT */
#include "ledger.h"

#include <string.h>

enum { COUNT_MAX = 255, NONE = -1, PEDALS = 3, CONTROLS = 5 };

/* The pedals first. */
static const uint8_t controls[CONTROLS] = {MIDI_DAMPER, MIDI_SOSTENUTO, MIDI_HOLD_2, MIDI_ALL_NOTES_OFF,
                                           MIDI_ALL_SOUND_OFF};

static struct ledger_key *key_at(struct ledger *ledger, unsigned channel, unsigned pitch)
{
  return &ledger->key[channel][pitch];
}

static int find_pending(const struct ledger *ledger, unsigned channel, unsigned pitch)
{
  for (int i = 0; i < ledger->pending_count; i++) {
    if (ledger->pending[i].channel == channel && ledger->pending[i].pitch == pitch) {
      return i;
    }
  }
  return NONE;
}

static void remove_pending(struct ledger *ledger, int i)
{
  if (i != NONE) {
    ledger->pending[i] = ledger->pending[--ledger->pending_count];
  }
}

/* At most one entry a key: a later one takes its place. False when the list is full. */
static bool set_pending(struct ledger *ledger, nanos due, unsigned channel, unsigned pitch, unsigned velocity,
                        bool guard)
{
  int i = find_pending(ledger, channel, pitch);
  if (i == NONE) {
    if (ledger->pending_count == LEDGER_PENDING_MAX) {
      return false;
    }
    i = ledger->pending_count++;
  }
  ledger->pending[i].due = due;
  ledger->pending[i].channel = (uint8_t)channel;
  ledger->pending[i].pitch = (uint8_t)pitch;
  ledger->pending[i].velocity = (uint8_t)velocity;
  ledger->pending[i].guard = guard;
  return true;
}

static struct message make_off(nanos time, unsigned channel, unsigned pitch, unsigned velocity)
{
  return (struct message){
    .time = time, .size = 3, .bytes = {(uint8_t)(MIDI_NOTE_OFF | channel), (uint8_t)pitch, (uint8_t)velocity}};
}

EMEND_LIVE void ledger_reset(struct ledger *ledger)
{
  memset(ledger, 0, sizeof *ledger);
  for (int channel = 0; channel < CHANNELS; channel++) {
    for (int pitch = 0; pitch < KEYS; pitch++) {
      ledger->key[channel][pitch].on_time = -NANOS_PER_MINUTE;
    }
  }
}

EMEND_LIVE int ledger_note_on(struct ledger *ledger, nanos time, unsigned channel, unsigned pitch)
{
  struct ledger_key *key = key_at(ledger, channel, pitch);
  int waiting = find_pending(ledger, channel, pitch);
  key->on_time = time;
  if (waiting != NONE && !ledger->pending[waiting].guard) {
    ledger->lone_offs[channel] = true; /* the key was up, so the swallowed note-off was the note's */
  }
  if (waiting != NONE || key->sounding == COUNT_MAX) {
    remove_pending(ledger, waiting); /* one note ends, one begins */
    return 1;
  }
  key->sounding++;
  ledger->sounding++;
  return 0;
}

EMEND_LIVE void ledger_suppress(struct ledger *ledger, nanos time, unsigned channel, unsigned pitch)
{
  struct ledger_key *key = key_at(ledger, channel, pitch);
  int waiting = find_pending(ledger, channel, pitch);
  if (waiting != NONE && ledger->pending[waiting].guard) {
    remove_pending(ledger, waiting); /* the note goes on until the bounce is released */
    return;
  }
  if (key->suppressed < COUNT_MAX && !(ledger->lone_offs[channel] && key->sounding > 0)) {
    key->suppressed++;
  }
  key->suppressed_time = time;
}

EMEND_LIVE bool ledger_sounds(const struct ledger *ledger, unsigned channel, unsigned pitch, nanos *struck)
{
  const struct ledger_key *key = &ledger->key[channel][pitch];
  *struck = key->on_time;
  return key->sounding > 0;
}

static void end_one(struct ledger *ledger, struct ledger_key *key)
{
  key->sounding--;
  ledger->sounding--;
}

EMEND_LIVE enum ledger_action ledger_note_off(struct ledger *ledger, nanos time, unsigned channel,
                                              unsigned pitch, unsigned velocity, nanos until)
{
  struct ledger_key *key = key_at(ledger, channel, pitch);
  if (key->sounding == 0) {
    if (key->suppressed == 0) {
      ledger->lone_offs[channel] &= time - key->suppressed_time > LEDGER_LIMIT;
      return LEDGER_STRAY;
    }
    key->suppressed--;
    return LEDGER_SWALLOW;
  }
  if (key->suppressed > 0 && time - key->suppressed_time <= LEDGER_NEST &&
      set_pending(ledger, time + LEDGER_LIMIT, channel, pitch, velocity, false)) {
    key->suppressed--;
    return LEDGER_SWALLOW;
  }
  int waiting = find_pending(ledger, channel, pitch);
  bool held_back = waiting != NONE && ledger->pending[waiting].guard;
  if (until > time && !held_back && set_pending(ledger, until, channel, pitch, velocity, true)) {
    return LEDGER_HOLD;
  }
  if (key->sounding == 1 || !held_back) {
    remove_pending(ledger, waiting);
  }
  end_one(ledger, key);
  return LEDGER_EMIT;
}

EMEND_LIVE bool ledger_due(struct ledger *ledger, nanos now, struct message *off)
{
  int first = NONE;
  for (int i = 0; i < ledger->pending_count; i++) {
    if (ledger->pending[i].due <= now &&
        (first == NONE || ledger->pending[i].due < ledger->pending[first].due)) {
      first = i;
    }
  }
  if (first == NONE) {
    return false;
  }
  unsigned channel = ledger->pending[first].channel;
  unsigned pitch = ledger->pending[first].pitch;
  ledger->lone_offs[ledger->pending[first].channel] |= !ledger->pending[first].guard;
  *off = make_off(ledger->pending[first].due, channel, pitch, ledger->pending[first].velocity);
  remove_pending(ledger, first);
  end_one(ledger, key_at(ledger, channel, pitch));
  return true;
}

static int find_control(unsigned number)
{
  for (int i = 0; i < CONTROLS; i++) {
    if (controls[i] == number) {
      return i;
    }
  }
  return NONE;
}

EMEND_LIVE void ledger_control(struct ledger *ledger, unsigned channel, unsigned number, unsigned value)
{
  const int i = find_control(number);
  if (number == MIDI_RESET_CONTROLLERS) {
    ledger->down[channel] = 0;
  } else if (i != NONE && i < PEDALS) {
    const unsigned bit = 1u << i;
    ledger->down[channel] = (uint8_t)(value > 0 ? ledger->down[channel] | bit : ledger->down[channel] & ~bit);
  }
}

static void owe_control(struct ledger *ledger, unsigned channel, int i)
{
  const unsigned bit = 1u << i;
  ledger->controls_owed += (ledger->controls[channel] & bit) == 0;
  ledger->controls[channel] = (uint8_t)(ledger->controls[channel] | bit);
}

EMEND_LIVE void ledger_forget(struct ledger *ledger, unsigned channel)
{
  for (int i = ledger->pending_count - 1; i >= 0; i--) {
    if (ledger->pending[i].channel == channel) {
      remove_pending(ledger, i);
    }
  }
  for (unsigned pitch = 0; pitch < KEYS; pitch++) {
    struct ledger_key *key = key_at(ledger, channel, pitch);
    ledger->sounding -= key->sounding;
    key->sounding = 0;
  }
}

EMEND_LIVE void ledger_owe(struct ledger *ledger, unsigned channel, unsigned pitch)
{
  struct ledger_key *key = key_at(ledger, channel, pitch);
  if (key->owed < COUNT_MAX) {
    key->owed++;
    ledger->owed++;
  }
}

EMEND_LIVE void ledger_end_all(struct ledger *ledger)
{
  for (unsigned channel = 0; channel < CHANNELS; channel++) {
    for (unsigned pitch = 0; pitch < KEYS; pitch++) {
      struct ledger_key *key = key_at(ledger, channel, pitch);
      while (key->sounding > 0) {
        end_one(ledger, key);
        ledger_owe(ledger, channel, pitch);
      }
    }
    for (int i = 0; i < PEDALS; i++) {
      if (ledger->down[channel] & 1u << i) {
        owe_control(ledger, channel, i);
      }
    }
    ledger->down[channel] = 0;
  }
  ledger->pending_count = 0;
}

EMEND_LIVE void ledger_end_unknown(struct ledger *ledger)
{
  for (unsigned channel = 0; channel < CHANNELS; channel++) {
    for (int i = 0; i < CONTROLS; i++) {
      owe_control(ledger, channel, i);
    }
  }
}

EMEND_LIVE bool ledger_owes(const struct ledger *ledger)
{
  return ledger->owed > 0 || ledger->controls_owed > 0;
}

EMEND_LIVE void ledger_return(struct ledger *ledger, const struct message *message)
{
  const unsigned channel = message->bytes[0] & 0x0F;
  if ((message->bytes[0] & 0xF0) == MIDI_CONTROL) {
    owe_control(ledger, channel, find_control(message->bytes[1]));
  } else {
    ledger_owe(ledger, channel, message->bytes[1]);
  }
}

static bool drain_control(struct ledger *ledger, nanos now, struct message *message)
{
  for (unsigned channel = 0; ledger->controls_owed > 0 && channel < CHANNELS; channel++) {
    for (int i = 0; i < CONTROLS; i++) {
      if (ledger->controls[channel] & 1u << i) {
        ledger->controls[channel] = (uint8_t)(ledger->controls[channel] & ~(1u << i));
        ledger->controls_owed--;
        *message = (struct message){
          .time = now, .size = 3, .bytes = {(uint8_t)(MIDI_CONTROL | channel), controls[i], 0}};
        return true;
      }
    }
  }
  return false;
}

EMEND_LIVE bool ledger_drain(struct ledger *ledger, nanos now, struct message *message)
{
  for (int step = 0; ledger->owed > 0 && step < CHANNELS * KEYS; step++) {
    unsigned channel = (unsigned)ledger->cursor / KEYS;
    unsigned pitch = (unsigned)ledger->cursor % KEYS;
    struct ledger_key *key = key_at(ledger, channel, pitch);
    if (key->owed > 0) {
      key->owed--;
      ledger->owed--;
      *message = make_off(now, channel, pitch, MIDI_OFF_VELOCITY);
      return true;
    }
    ledger->cursor = (ledger->cursor + 1) % (CHANNELS * KEYS);
  }
  return drain_control(ledger, now, message);
}
