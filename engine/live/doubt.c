/* SPDX-License-Identifier: MIT */
#include "doubt.h"

#include <string.h>

enum { SINK = 32 };

static void settle(struct doubt *doubt, unsigned channel, unsigned pitch)
{
  doubt->count -= doubt->due[channel][pitch] != INT64_MAX;
  doubt->due[channel][pitch] = INT64_MAX;
}

EMEND_LIVE void doubt_release_all(struct doubt *doubt)
{
  memset(doubt->down, 0, sizeof doubt->down);
  for (unsigned channel = 0; channel < CHANNELS; channel++) {
    for (unsigned pitch = 0; pitch < KEYS; pitch++) {
      doubt->due[channel][pitch] = INT64_MAX;
    }
  }
  doubt->count = 0;
}

EMEND_LIVE void doubt_reset(struct doubt *doubt)
{
  doubt_release_all(doubt);
  memset(doubt->longest, 0, sizeof doubt->longest);
}

static nanos later(nanos a, nanos b)
{
  return a > b ? a : b;
}

/* When a key is ended that was held for so long before the loss, which ended now. */
static nanos patience(nanos held, nanos longest, nanos now)
{
  const nanos due = now + later(DOUBT_PATIENCE, later(held, longest + longest / 4 - held));
  return due < now + DOUBT_LONGEST ? due : now + DOUBT_LONGEST;
}

EMEND_LIVE void doubt_begin(struct doubt *doubt, nanos since, nanos now)
{
  for (unsigned channel = 0; channel < CHANNELS; channel++) {
    for (unsigned pitch = 0; pitch < KEYS; pitch++) {
      /* One that was in doubt already was not heard of since: its time goes on. */
      if (doubt->down[channel][pitch] && doubt->due[channel][pitch] == INT64_MAX) {
        doubt->due[channel][pitch] =
          patience(since - doubt->struck[channel][pitch], doubt->longest[channel], now);
        doubt->count++;
        doubt->next = now;
      }
    }
  }
}

static void learn_hold(nanos *longest, nanos hold)
{
  *longest = hold > *longest ? hold : *longest - (*longest - hold) / SINK;
}

static void release_channel(struct doubt *doubt, unsigned channel)
{
  for (unsigned pitch = 0; pitch < KEYS; pitch++) {
    doubt->down[channel][pitch] = false;
    settle(doubt, channel, pitch);
  }
}

EMEND_LIVE bool doubt_hear(struct doubt *doubt, nanos time, const uint8_t *bytes, size_t size)
{
  const unsigned channel = bytes[0] & 0x0F, pitch = size == 3 ? bytes[1] & 0x7F : 0;
  bool let_go = false;
  if (message_is_note_on(bytes, size)) {
    let_go = doubt->due[channel][pitch] != INT64_MAX;
    doubt->down[channel][pitch] = true;
    doubt->struck[channel][pitch] = time;
    settle(doubt, channel, pitch);
  } else if (message_is_note_off(bytes, size)) {
    if (doubt->down[channel][pitch]) {
      learn_hold(&doubt->longest[channel], time - doubt->struck[channel][pitch]);
    }
    doubt->down[channel][pitch] = false;
    settle(doubt, channel, pitch);
  } else if (size == 3 && (bytes[0] & 0xF0) == MIDI_PRESSURE) {
    settle(doubt, channel, pitch);
  } else if (message_ends_channel(bytes, size)) {
    release_channel(doubt, channel);
  } else if (size == 1 && bytes[0] == MIDI_SYSTEM_RESET) {
    doubt_release_all(doubt);
  }
  return let_go;
}

EMEND_LIVE bool doubt_due(struct doubt *doubt, nanos now, unsigned *channel, unsigned *pitch)
{
  if (doubt->count == 0 || now < doubt->next) {
    return false;
  }
  doubt->next = INT64_MAX;
  for (unsigned c = 0; c < CHANNELS; c++) {
    for (unsigned p = 0; p < KEYS; p++) {
      if (doubt->due[c][p] <= now) {
        doubt->down[c][p] = false;
        settle(doubt, c, p);
        *channel = c;
        *pitch = p;
        doubt->next = now; /* there may be more */
        return true;
      }
      doubt->next = doubt->due[c][p] < doubt->next ? doubt->due[c][p] : doubt->next;
    }
  }
  return false;
}
