/* SPDX-License-Identifier: MIT */
#include "listeners.h"

#include <string.h>

enum { ROUNDS = 2 };

static const uint8_t pedals[LISTENERS_PEDALS] = {MIDI_DAMPER, MIDI_SOSTENUTO, MIDI_HOLD_2};

EMEND_LIVE void listeners_reset(struct listeners *listeners)
{
  memset(listeners, 0, sizeof *listeners);
}

static void end_thing(struct listeners_thing *thing, nanos time)
{
  thing->ended = time;
  thing->has_ended = true;
}

static void end_all(struct listeners *listeners, nanos time, unsigned channel, unsigned first, unsigned end)
{
  for (unsigned i = first; i < end; i++) {
    struct listeners_thing *thing = &listeners->thing[channel][i];
    if (thing->on > 0) {
      thing->on = 0;
      end_thing(thing, time);
    }
  }
}

static void hear_control(struct listeners *listeners, nanos time, unsigned channel, const uint8_t *bytes)
{
  for (unsigned i = KEYS; i < LISTENERS_THINGS; i++) {
    struct listeners_thing *pedal = &listeners->thing[channel][i];
    if (bytes[1] == pedals[i - KEYS]) {
      pedal->on = bytes[2] > 0;
      if (bytes[2] == 0) {
        end_thing(pedal, time);
      }
    }
  }
  if (bytes[1] == MIDI_RESET_CONTROLLERS) {
    end_all(listeners, time, channel, KEYS, LISTENERS_THINGS);
  }
}

EMEND_LIVE void listeners_sent(struct listeners *listeners, nanos time, const uint8_t *bytes, size_t size)
{
  const unsigned channel = bytes[0] & 0x0F;
  if (message_is_note_on(bytes, size)) {
    uint8_t *on = &listeners->thing[channel][bytes[1]].on;
    *on = (uint8_t)(*on + (*on < UINT8_MAX));
  } else if (message_is_note_off(bytes, size)) {
    struct listeners_thing *key = &listeners->thing[channel][bytes[1]];
    key->on = (uint8_t)(key->on - (key->on > 0));
    end_thing(key, time);
  } else if (message_ends_channel(bytes, size)) {
    end_all(listeners, time, channel, 0, KEYS);
  } else if (size == 3 && (bytes[0] & 0xF0) == MIDI_CONTROL) {
    hear_control(listeners, time, channel, bytes);
  } else if (size == 1 && bytes[0] == MIDI_SYSTEM_RESET) {
    for (unsigned each = 0; each < CHANNELS; each++) {
      end_all(listeners, time, each, 0, LISTENERS_THINGS);
    }
  }
}

EMEND_LIVE void listeners_skip(struct listeners *listeners, nanos lost)
{
  for (unsigned channel = 0; channel < CHANNELS; channel++) {
    for (unsigned i = 0; i < LISTENERS_THINGS; i++) {
      listeners->thing[channel][i].ended += lost;
    }
  }
}

/* Its place, else a free one, else the last. */
static int find_place(const struct listeners *listeners, uint64_t id)
{
  int found = LISTENERS_AWAY_MAX - 1;
  for (int i = LISTENERS_AWAY_MAX - 1; i >= 0; i--) {
    found = listeners->away[i] == 0 ? i : found;
  }
  for (int i = 0; i < LISTENERS_AWAY_MAX; i++) {
    found = listeners->away[i] == id ? i : found;
  }
  return found;
}

EMEND_LIVE void listeners_leave(struct listeners *listeners, nanos now, uint64_t id)
{
  const int place = find_place(listeners, id);
  listeners->away[place] = id;
  for (unsigned channel = 0; channel < CHANNELS; channel++) {
    for (unsigned i = 0; i < LISTENERS_THINGS; i++) {
      struct listeners_thing *thing = &listeners->thing[channel][i];
      /* What is still due was due to it as well. */
      if (thing->on > 0 || thing->due > 0 || (thing->has_ended && now - thing->ended <= LISTENERS_DOUBT)) {
        thing->noted = (uint8_t)(thing->noted | 1u << place);
      }
    }
  }
}

EMEND_LIVE void listeners_come(struct listeners *listeners, nanos now, uint64_t id)
{
  unsigned gone = 0; /* what was noted for it alone is forgotten */
  for (int i = 0; i < LISTENERS_AWAY_MAX; i++) {
    if (listeners->away[i] == id) {
      listeners->away[i] = 0;
      gone |= 1u << i;
    }
  }
  for (unsigned channel = 0; channel < CHANNELS; channel++) {
    for (unsigned i = 0; i < LISTENERS_THINGS; i++) {
      struct listeners_thing *thing = &listeners->thing[channel][i];
      if (thing->noted != 0) {
        listeners->due += ROUNDS - thing->due;
        thing->due = ROUNDS;
        thing->noted = (uint8_t)(thing->noted & ~gone);
      }
    }
  }
  listeners->cursor = 0;
  listeners->next = now + LISTENERS_SETTLE;
}

static struct message make_end(nanos now, unsigned channel, unsigned thing)
{
  const bool key = thing < KEYS;
  return (struct message){.time = now,
                          .size = 3,
                          .bytes = {(uint8_t)((key ? MIDI_NOTE_OFF : MIDI_CONTROL) | channel),
                                    key ? (uint8_t)thing : pedals[thing - KEYS], key ? MIDI_OFF_VELOCITY : 0}};
}

EMEND_LIVE bool listeners_due(struct listeners *listeners, nanos now, struct message *end)
{
  if (listeners->due == 0 || now < listeners->next) {
    return false;
  }
  while (listeners->cursor < CHANNELS * LISTENERS_THINGS) {
    const unsigned channel = (unsigned)listeners->cursor / LISTENERS_THINGS;
    const unsigned i = (unsigned)listeners->cursor % LISTENERS_THINGS;
    struct listeners_thing *thing = &listeners->thing[channel][i];
    listeners->cursor++;
    if (thing->due > 0 && thing->on == 0) {
      thing->due--;
      listeners->due--;
      *end = make_end(now, channel, i);
      return true;
    }
  }
  listeners->cursor = 0;
  listeners->next = now + LISTENERS_AGAIN;
  return false;
}
