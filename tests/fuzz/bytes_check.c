/* SPDX-License-Identifier: MIT */
#include "bytes_check.h"

#include <string.h>

#include "bytes_machine.h"

/* What a synthesizer makes of a stream of messages. */
struct listener {
  uint32_t depth[CHANNELS][KEYS]; /* notes of the key that sound */
  bool tangled[CHANNELS][KEYS];   /* it was struck while down, or released while up */
  bool damper[CHANNELS];          /* is down */
  uint64_t ons, shorts, others;
};

static struct bytes_machine machine;

static void forget(struct listener *listener, unsigned channel)
{
  memset(listener->depth[channel], 0, sizeof listener->depth[channel]);
}

static void hear_damper(struct listener *listener, const uint8_t *bytes, size_t size)
{
  if (size == 3 && (bytes[0] & 0xF0) == MIDI_CONTROL && bytes[1] == MIDI_DAMPER) {
    listener->damper[bytes[0] & 0x0F] = bytes[2] > 0;
  } else if (size == 3 && (bytes[0] & 0xF0) == MIDI_CONTROL && bytes[1] == MIDI_RESET_CONTROLLERS) {
    listener->damper[bytes[0] & 0x0F] = false;
  } else if (size == 1 && bytes[0] == MIDI_SYSTEM_RESET) {
    memset(listener->damper, 0, sizeof listener->damper);
  }
}

static void hear(struct listener *listener, const uint8_t *bytes, size_t size, bool ending)
{
  unsigned channel = bytes[0] & 0x0F;
  hear_damper(listener, bytes, size);
  listener->shorts += size <= 3;
  if (message_is_note_on(bytes, size)) {
    uint32_t *depth = &listener->depth[channel][bytes[1]];
    listener->ons++;
    listener->tangled[channel][bytes[1]] |= *depth > 0;
    ++*depth;
  } else if (message_is_note_off(bytes, size)) {
    uint32_t *depth = &listener->depth[channel][bytes[1]];
    listener->tangled[channel][bytes[1]] |= *depth == 0;
    *depth -= *depth > 0;
  } else {
    listener->others += !ending;
    bool controller = size == 3 && (bytes[0] & 0xF0) == MIDI_CONTROL &&
                      (bytes[1] == MIDI_ALL_SOUND_OFF || bytes[1] == MIDI_ALL_NOTES_OFF);
    for (unsigned c = 0; c < CHANNELS; c++) {
      if ((size == 1 && bytes[0] == 0xFF) || (controller && c == channel)) {
        forget(listener, c);
      }
    }
  }
}

static void listen(struct listener *listener, const struct recording_port *port)
{
  memset(listener, 0, sizeof *listener);
  for (uint32_t i = 0; i < port->count; i++) {
    hear(listener, recording_bytes(port, i), port->messages[i].size, recording_is_ending(port, i));
  }
}

static const char *check_keys(const struct listener *in, const struct listener *out)
{
  for (int channel = 0; channel < CHANNELS; channel++) {
    if (out->damper[channel]) {
      return "a pedal was left down";
    }
    for (int key = 0; key < KEYS; key++) {
      if (out->depth[channel][key] > 0) {
        return "a note was not ended";
      }
      if (out->tangled[channel][key] && !in->tangled[channel][key] && !machine.disturbed) {
        return "a key that was played in turn does not come out in turn";
      }
    }
  }
  return NULL;
}

static bool is_off(const struct recording_port *port, uint32_t i)
{
  return message_is_note_off(recording_bytes(port, i), port->messages[i].size);
}

static bool same(const struct recording_port *a, uint32_t i, const struct recording_port *b, uint32_t j)
{
  return a->messages[i].size == b->messages[j].size &&
         memcmp(recording_bytes(a, i), recording_bytes(b, j), a->messages[i].size) == 0;
}

/* Whatever came out went in, in that order; only note-offs may be moved, and what ends all is our own. */
static const char *check_order(const struct recording_port *in, const struct recording_port *out,
                               bool with_offs)
{
  uint32_t at = 0;
  for (uint32_t i = 0; i < out->count; i++) {
    if ((is_off(out, i) && !with_offs) || recording_is_ending(out, i)) {
      continue;
    }
    while (at < in->count && !same(out, i, in, at)) {
      at++;
    }
    if (at == in->count) {
      return "something came out that did not go in, or not in that order";
    }
    at++;
  }
  return NULL;
}

static const char *check_times(const struct recording_port *out)
{
  for (uint32_t i = 1; i < out->count && !machine.time_back; i++) {
    if (out->messages[i].time < out->messages[i - 1].time) {
      return "time goes back";
    }
  }
  return NULL;
}

/* `lost`: what is missing, which no more than `dropped` messages can explain. */
static bool explained(uint64_t before, uint64_t after, uint64_t dropped)
{
  return after <= before && before - after <= dropped;
}

static const char *check_counters(const struct listener *in, const struct listener *out)
{
  const struct live_counters *counters = live_counters(machine.live);
  const uint64_t dropped = counters->dropped;
  if (counters->events_in != machine.in.count || counters->events_out != machine.out.count ||
      counters->notes_in != in->ons || counters->notes_out != out->ons || counters->sounding != 0) {
    return "a counter is wrong";
  }
  if (!explained(in->others, out->others, dropped)) {
    return "something that is no note was lost and not counted";
  }
  if (counters->capture_lost > 0) {
    return NULL;
  }
  if (!explained(in->ons, out->ons + machine.refused, dropped)) {
    return "a note was lost and not counted";
  }
  return machine.received == machine.in.count && machine.sent == out->shorts
           ? NULL
           : "the capture missed something and does not say so";
}

static const char *check(void)
{
  static struct listener in, out;
  listen(&in, &machine.in);
  listen(&out, &machine.out);
  const char *fault = check_keys(&in, &out);
  if (fault == NULL) {
    fault = check_order(&machine.in, &machine.out, false);
  }
  if (fault == NULL) {
    fault = check_times(&machine.out);
  }
  return fault == NULL ? check_counters(&in, &out) : fault;
}

static void add(struct bytes_tally *tally)
{
  const struct live_counters *counters = live_counters(machine.live);
  tally->messages += counters->events_in;
  tally->notes_in += counters->notes_in;
  tally->notes_out += counters->notes_out;
  tally->dropped += counters->dropped;
  tally->refused += machine.refused;
  tally->begins += machine.begins;
  tally->swaps += machine.swaps;
  tally->panics += machine.panics;
  tally->jumps += machine.jumps;
}

const char *bytes_check(const uint8_t *data, size_t size, struct bytes_tally *tally)
{
  bytes_machine_run(&machine, data, size);
  const char *fault = machine.fault;
  if (machine.live != NULL) {
    fault = fault == NULL ? check() : fault;
    if (tally != NULL) {
      add(tally);
    }
    bytes_machine_free(&machine);
  }
  return fault;
}
