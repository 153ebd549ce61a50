/* SPDX-License-Identifier: MIT */
/* What other threads than the live one call. */
#include "live_private.h"

bool live_set_mode(struct live *live, enum live_mode mode)
{
  int value = (int)mode;
  return ring_write(&live->commands, COMMAND_MODE, &value, sizeof value);
}

bool live_set_strength(struct live *live, float strength)
{
  float value = strength > 0 ? strength < 1 ? strength : 1 : 0;
  return ring_write(&live->commands, COMMAND_STRENGTH, &value, sizeof value);
}

bool live_set_look_ahead(struct live *live, nanos look_ahead)
{
  nanos value = look_ahead > 0 ? look_ahead : 0;
  value = value < LIVE_LOOK_AHEAD_MAX ? value : LIVE_LOOK_AHEAD_MAX;
  return ring_write(&live->commands, COMMAND_LOOK_AHEAD, &value, sizeof value);
}

bool live_set_tempo(struct live *live, double bpm)
{
  return ring_write(&live->commands, COMMAND_TEMPO, &bpm, sizeof bpm);
}

bool live_panic(struct live *live)
{
  return ring_write(&live->commands, COMMAND_PANIC, NULL, 0);
}

bool live_end_note(struct live *live, unsigned channel, unsigned pitch)
{
  const uint8_t key[2] = {(uint8_t)channel, (uint8_t)pitch};
  return channel < CHANNELS && pitch < KEYS && ring_write(&live->commands, COMMAND_END_NOTE, key, sizeof key);
}

bool live_teach(struct live *live, unsigned pitch, enum damage kind, bool meant)
{
  const union live_value value = {.lesson = {(uint8_t)pitch, (uint8_t)kind, meant}};
  return pitch < KEYS && kind > DAMAGE_NONE && kind < DAMAGE_COUNT &&
         ring_write(&live->commands, COMMAND_TEACH, &value.lesson, sizeof value.lesson);
}

bool live_set_gear(struct live *live, enum gear gear)
{
  const int value = (int)gear;
  return gear < GEAR_COUNT && ring_write(&live->commands, COMMAND_GEAR, &value, sizeof value);
}

bool live_set_keep(struct live *live, unsigned low, unsigned high, bool keep)
{
  const union live_value value = {.keys = {(uint8_t)low, (uint8_t)high, keep}};
  return low <= high && high < KEYS &&
         ring_write(&live->commands, COMMAND_KEEP, &value.keys, sizeof value.keys);
}

bool live_ask_instrument(struct live *live)
{
  return ring_write(&live->commands, COMMAND_INSTRUMENT, NULL, 0);
}

bool live_take_instrument(struct live *live, struct instrument *out)
{
  if (!atomic_load_explicit(&live->asked_ready, memory_order_acquire)) {
    return false;
  }
  *out = live->asked;
  atomic_store_explicit(&live->asked_ready, false, memory_order_release);
  return true;
}

const struct instrument *live_instrument(const struct live *live)
{
  return &live->instrument;
}

bool live_swap(struct live *live, struct cleaner *cleaner)
{
  return ring_write(&live->swaps, COMMAND_SWAP, &cleaner, sizeof cleaner);
}

struct cleaner *live_retired(struct live *live)
{
  struct ring_header header;
  struct cleaner *cleaner;
  return ring_read(&live->retired, &header, &cleaner, sizeof cleaner) ? cleaner : NULL;
}

struct ring *live_capture(struct live *live)
{
  return live->capture.bytes ? &live->capture : NULL;
}

const struct live_counters *live_counters(const struct live *live)
{
  return &live->counters;
}

enum live_mode live_current_mode(const struct live *live)
{
  return (enum live_mode)atomic_load_explicit(&live->shown_mode, memory_order_relaxed);
}

float live_current_strength(const struct live *live)
{
  return atomic_load_explicit(&live->shown_strength, memory_order_relaxed);
}

nanos live_current_look_ahead(const struct live *live)
{
  return atomic_load_explicit(&live->shown_look_ahead, memory_order_relaxed);
}
