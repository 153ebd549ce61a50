/* SPDX-License-Identifier: MIT */
#include "live_private.h"

#define WARM_PERIOD NANOS_PER_MILLISECOND

/* A SysEx or a piece of one, or bytes that are no message. */
static bool is_long(const uint8_t *bytes, size_t size)
{
  return size > SHORT_MAX || bytes[0] < 0x80 || bytes[0] == MIDI_SYSEX || bytes[0] == 0xF7;
}

static void handle(struct live *live, nanos heard, const uint8_t *bytes, size_t size)
{
  if (is_long(bytes, size)) {
    live_pass_long(live, live->now, bytes, size);
  } else {
    live_handle(live, heard, live->now, bytes, size);
  }
}

static void release_front(struct live *live)
{
  const struct queued *front = live_queue_front(&live->delayed);
  handle(live, front->time, live_queue_bytes(&live->delayed, front), front->size);
  live_queue_pop(&live->delayed);
}

/* Decide all that waits in the look-ahead, now. */
static void flush_delayed(struct live *live)
{
  while (live->delayed.count > 0) {
    release_front(live);
  }
}

/* Release what is due by `time`, each at its own time. */
static void run_until(struct live *live, nanos time)
{
  for (;;) {
    const struct queued *front = live_queue_front(&live->delayed);
    bool ready = front && front->time + live->look_ahead <= time;
    nanos release = ready ? front->time + live->look_ahead : time;
    release = release > live->now ? release : live->now; /* it was due before a shorter look-ahead began */
    live_end_due(live, release);
    live->now = release;
    if (!ready) {
      return;
    }
    release_front(live);
  }
}

static void run_ticks(struct live *live, nanos time)
{
  for (int ticks = 0; live->next_tick <= time; ticks++) {
    if (ticks == LIVE_TICKS_MAX) {
      /* Time has jumped: what was before is no past of what comes. */
      live_start_frames(live, time);
      return;
    }
    run_until(live, live->next_tick);
    live_tick(live);
    live_take_swap(live, true);
  }
}

static void take_instrument_command(struct live *live, enum live_command command, const union live_value *value)
{
  struct instrument *instrument = &live->instrument;
  switch (command) {
  case COMMAND_TEACH:
    instrument_teach(instrument, value->lesson.pitch, (enum damage)value->lesson.kind, value->lesson.meant);
    break;
  case COMMAND_GEAR: instrument->gear = value->gear; break;
  case COMMAND_KEEP:
    for (int pitch = value->keys.low; pitch <= value->keys.high; pitch++) {
      instrument->keep[pitch] = value->keys.keep;
    }
    break;
  case COMMAND_INSTRUMENT:
    if (!atomic_load_explicit(&live->asked_ready, memory_order_acquire)) {
      live->asked = *instrument;
      atomic_store_explicit(&live->asked_ready, true, memory_order_release);
    }
    break;
  default: break;
  }
}

static void take_commands(struct live *live)
{
  struct ring_header header;
  union live_value value;
  for (int i = 0; i < LIVE_COMMANDS_MAX && ring_read(&live->commands, &header, &value, sizeof value); i++) {
    switch ((enum live_command)header.type) {
    case COMMAND_MODE:
      live->mode = (enum live_mode)value.mode;
      atomic_store_explicit(&live->shown_mode, value.mode, memory_order_relaxed);
      break;
    case COMMAND_STRENGTH:
      live->strength = value.strength;
      atomic_store_explicit(&live->shown_strength, value.strength, memory_order_relaxed);
      break;
    case COMMAND_LOOK_AHEAD:
      live->look_ahead = value.look_ahead;
      atomic_store_explicit(&live->shown_look_ahead, value.look_ahead, memory_order_relaxed);
      run_until(live, live->now);
      break;
    case COMMAND_TEMPO: live_tempo(live, value.bpm); break;
    case COMMAND_PANIC:
      flush_delayed(live);
      ledger_end_unknown(&live->ledger);
      live_end_all(live);
      break;
    case COMMAND_END_NOTE:
      if (live->ledger.key[value.key[0]][value.key[1]].sounding == 0) {
        ledger_owe(&live->ledger, value.key[0], value.key[1]);
        (void)live_pump(live);
      }
      break;
    case COMMAND_TEACH:
    case COMMAND_GEAR:
    case COMMAND_KEEP:
    case COMMAND_INSTRUMENT: take_instrument_command(live, (enum live_command)header.type, &value); break;
    case COMMAND_SWAP:
    case COMMAND_RETIRED: break; /* these go by rings of their own */
    }
  }
}

/* Heard at once, handled at once or when the look-ahead has passed. */
static void take_in(struct live *live, const uint8_t *bytes, size_t size)
{
  if (!is_long(bytes, size)) {
    live_hear(live, live->now, bytes, size);
  }
  if (live->look_ahead > 0) {
    if (live_queue_push(&live->delayed, live->now, bytes, size)) {
      return;
    }
    flush_delayed(live); /* what has no room passes at once, and so does all before it */
  }
  handle(live, live->now, bytes, size);
}

/* As if its key had been let go now. */
static void let_go(struct live *live, unsigned channel, unsigned pitch)
{
  const uint8_t off[] = {(uint8_t)(MIDI_NOTE_OFF | channel), (uint8_t)pitch, MIDI_OFF_VELOCITY};
  take_in(live, off, sizeof off);
  live_count(&live->counters.ended_unheard);
}

/* What nobody will let go any more: a keyboard that is gone, keys whose release was lost. */
static void end_forsaken(struct live *live)
{
  unsigned channel, pitch;
  if (sensing_pass(&live->sensing, live->now)) {
    live_count(&live->counters.unplugged);
    flush_delayed(live);
    live_end_all(live);
  }
  while (live->now >= live->sysex_until && doubt_due(&live->doubt, live->now, &channel, &pitch)) {
    let_go(live, channel, pitch);
  }
}

static void catch_up(struct live *live, nanos time)
{
  time = time > live->now ? time : live->now;
  (void)live_pump(live);
  run_ticks(live, time);
  run_until(live, time);
  end_forsaken(live);
  live_end_missed(live);
  take_commands(live);
  live_take_swap(live, false);
  live_show_sounding(live);
}

EMEND_LIVE void live_begin(struct live *live, nanos now)
{
  flush_delayed(live);
  live_end_all(live);
  if (!ledger_owes(&live->ledger)) {
    ledger_reset(&live->ledger); /* its times were of another stream */
  }
  doubt_reset(&live->doubt);
  sensing_reset(&live->sensing, now);
  listeners_reset(&live->listeners);
  for (int channel = 0; channel < CHANNELS; channel++) {
    channel_reset(&live->channel[channel]);
    live->active[channel] = false;
  }
  live->clock = (struct live_clock){.last = now};
  live->now = now;
  live->warmed = now;
  live->stepped = now;
  live->sysex_until = now;
  live->sysex_lost = false;
  live_start_frames(live, now);
}

EMEND_LIVE void live_receive(struct live *live, nanos time, const uint8_t *bytes, size_t size)
{
  catch_up(live, time);
  if (size == 0) {
    return;
  }
  live_count(&live->counters.events_in);
  live_record_event(live, live->now, false, bytes, size);
  sensing_hear(&live->sensing, bytes, size);
  if (doubt_hear(&live->doubt, live->now, bytes, size)) {
    let_go(live, bytes[0] & 0x0F, bytes[1]);
  }
  take_in(live, bytes, size);
}

EMEND_LIVE void live_advance(struct live *live, nanos now)
{
  catch_up(live, now);
  live_step_some(live);
  if (live->keep_warm && live->now - live->warmed >= WARM_PERIOD) {
    live->warmed = live->now;
    live_warm(live);
  }
}

EMEND_LIVE void live_silence(struct live *live, nanos now)
{
  catch_up(live, now);
  flush_delayed(live);
  live_end_all(live);
}

EMEND_LIVE void live_lost(struct live *live, nanos now)
{
  const nanos since = live->now;
  sensing_lost(&live->sensing);
  catch_up(live, now);
  listeners_skip(&live->listeners, live->now - since);
  sensing_lost(&live->sensing);
  doubt_begin(&live->doubt, since, live->now);
}

EMEND_LIVE void live_listener(struct live *live, nanos now, uint64_t id, bool here)
{
  catch_up(live, now);
  if (here) {
    listeners_come(&live->listeners, live->now, id);
  } else {
    listeners_leave(&live->listeners, live->now, id);
  }
}

EMEND_LIVE void live_tempo(struct live *live, double bpm)
{
  live->bpm = bpm;
  live->clock.count = 0;
}
