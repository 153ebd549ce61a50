/* SPDX-License-Identifier: MIT */
#include "live_private.h"

enum { WARM_STEP = 7, WARM_VELOCITY = 64 };

/* Contacts that close again do so within these times of the stroke and of its end. */
#define PRESS_HOLD LIVE_HOLD_MAX
#define CARRY (65 * NANOS_PER_MILLISECOND)
#define RELEASE_HOLD (15 * NANOS_PER_MILLISECOND)

static unsigned channel_of(const uint8_t *bytes)
{
  return bytes[0] & 0x0F;
}

static const struct decision *decision_of(const struct live *live)
{
  return live->cleaner ? live->cleaner->decision : NULL;
}

EMEND_LIVE void live_hear(struct live *live, nanos time, const uint8_t *bytes, size_t size)
{
  if (size == 1 && bytes[0] == MIDI_CLOCK) {
    live_hear_clock(live, time);
    return;
  }
  bool on = message_is_note_on(bytes, size);
  if (on) {
    live_count(&live->counters.notes_in);
  }
  if ((on || message_is_note_off(bytes, size)) && note_is_decidable(channel_of(bytes), bytes[1])) {
    struct channel *channel = &live->channel[channel_of(bytes)];
    if (on) {
      live->active[channel_of(bytes)] = true;
      channel_receive(channel, time, bytes[1], bytes[2]);
    } else {
      channel_release(channel, time, bytes[1], false);
    }
  }
}

/* What the stroke is likeliest to be, counted for the instrument. */
static struct verdict judge(struct live *live, const struct decision *decision, nanos heard,
                            const uint8_t *bytes, unsigned *can_be)
{
  const unsigned number = channel_of(bytes);
  const struct channel *channel = &live->channel[number];
  float ratio[DAMAGE_COUNT];
  live_step(live, number);
  channel_sense(channel, decision, live->cleaner->ops, live->cleaner->state[number], heard, bytes[1], bytes[2],
                live->input);
  decision_ratios(decision, live->input, ratio);
  const unsigned kinds = touch_kinds(&channel->touch, heard, bytes[1], bytes[2]);
  const struct verdict verdict = instrument_judge(&live->instrument, bytes[1], ratio, kinds);
  instrument_count(&live->instrument, bytes[1], ratio, kinds);
  *can_be = kinds;
  return verdict;
}

/* A second stroke at press whose note has been ended already carries all that is left of the note: without it
 * nothing would sound. */
static bool carries_the_note(const struct live *live, unsigned kinds, const uint8_t *bytes)
{
  nanos struck;
  return (kinds & 1U << DAMAGE_BOUNCE) != 0 &&
         !ledger_sounds(&live->ledger, channel_of(bytes), bytes[1], &struck) && live->now - struck <= CARRY;
}

/* Should this stroke sound? In monitor mode it does, whatever is decided. */
static bool decide(struct live *live, nanos heard, const uint8_t *bytes)
{
  const struct decision *decision = decision_of(live);
  unsigned channel = channel_of(bytes);
  if (!decision || live->mode == LIVE_BYPASS || !note_is_decidable(channel, bytes[1])) {
    return true;
  }
  unsigned kinds;
  struct verdict verdict = judge(live, decision, heard, bytes, &kinds);
  float threshold = instrument_price(live->strength);
  bool damaged = verdict.log_odds < threshold && !carries_the_note(live, kinds, bytes);
  bool pass = !damaged || live->mode == LIVE_MONITOR;
  if (damaged) {
    live_count(&live->counters.suppressed[verdict.damage]);
  }
  struct live_decision_record record = {.time = heard,
                                        .channel = (uint8_t)channel,
                                        .pitch = bytes[1],
                                        .velocity = bytes[2],
                                        .passed = pass,
                                        .damage = (uint8_t)verdict.damage,
                                        .mode = (uint8_t)live->mode,
                                        .log_odds = verdict.log_odds,
                                        .threshold = threshold};
  live_record(live, LIVE_RECORD_DECISION, &record, sizeof record);
  return pass;
}

/* Sensing and judging change nothing but the work space. The keys take turns. */
EMEND_LIVE void live_warm(struct live *live)
{
  const struct decision *decision = decision_of(live);
  float ratio[DAMAGE_COUNT];
  if (!decision) {
    return;
  }
  unsigned channel = 0;
  while (channel + 1 < CHANNELS && !live->active[channel]) {
    channel++;
  }
  live->warm_key = (live->warm_key + WARM_STEP) % PITCHES;
  const int pitch = PITCH_LOW + live->warm_key;
  channel_sense(&live->channel[channel], decision, live->cleaner->ops, live->cleaner->state[channel], live->now,
                pitch, WARM_VELOCITY, live->input);
  decision_ratios(decision, live->input, ratio);
  const unsigned kinds = touch_kinds(&live->channel[channel].touch, live->now, pitch, WARM_VELOCITY);
  (void)instrument_judge(&live->instrument, pitch, ratio, kinds);
}

/* A note of the ledger ends: the passed frame follows. */
static void release_passed(struct live *live, unsigned channel, unsigned pitch)
{
  if (note_is_decidable(channel, pitch)) {
    framer_note_off(&live->channel[channel].passed, (int)pitch - PITCH_LOW);
  }
}

static void handle_note_on(struct live *live, nanos heard, nanos time, const uint8_t *bytes, size_t size)
{
  unsigned channel = channel_of(bytes);
  unsigned pitch = bytes[1];
  bool pass = decide(live, heard, bytes);
  bool room = live_pump(live);
  if (pass && room) {
    if (ledger_note_on(&live->ledger, time, channel, pitch) > 0) {
      struct message off = {time, 3, {(uint8_t)(MIDI_NOTE_OFF | channel), (uint8_t)pitch, MIDI_OFF_VELOCITY}};
      release_passed(live, channel, pitch);
      live_send_off(live, &off);
    }
    (void)live_send(live, time, bytes, size); /* there is room */
    live_count(&live->counters.notes_out);
  } else {
    ledger_suppress(&live->ledger, time, channel, pitch);
    if (pass) {
      live_count(&live->counters.dropped);
    }
  }
  if (note_is_decidable(channel, pitch)) {
    channel_settle(&live->channel[channel], (int)pitch, bytes[2], pass && room);
  }
}

/* How long a note-off is held back: on a key known to close again, until it no longer would. */
static nanos hold_until(const struct live *live, nanos time, unsigned channel, unsigned pitch)
{
  nanos struck;
  nanos until = time;
  if (!decision_of(live) || live->mode != LIVE_CLEAN || !(live->strength > 0) ||
      !note_is_decidable(channel, pitch) || !ledger_sounds(&live->ledger, channel, pitch, &struck)) {
    return time;
  }
  if (instrument_shows(&live->instrument, (int)pitch, DAMAGE_BOUNCE)) {
    until = struck + PRESS_HOLD;
  }
  if (instrument_shows(&live->instrument, (int)pitch, DAMAGE_RELEASE) && until < time + RELEASE_HOLD) {
    until = time + RELEASE_HOLD;
  }
  return until;
}

static void handle_note_off(struct live *live, nanos time, const uint8_t *bytes, size_t size)
{
  unsigned channel = channel_of(bytes);
  unsigned pitch = bytes[1];
  nanos until = hold_until(live, time, channel, pitch);
  unsigned velocity = (bytes[0] & 0xF0) == MIDI_NOTE_OFF ? bytes[2] : MIDI_OFF_VELOCITY;
  switch (ledger_note_off(&live->ledger, time, channel, pitch, velocity, until)) {
  case LEDGER_EMIT:
    release_passed(live, channel, pitch);
    live_send_off(live, &(struct message){time, 3, {bytes[0], bytes[1], bytes[2]}});
    break;
  case LEDGER_STRAY: (void)live_send(live, time, bytes, size); break;
  case LEDGER_SWALLOW:
  case LEDGER_HOLD: break;
  }
}

/* Pedals, and controllers after which the receiver has ended the channel's notes by itself. */
static void heed_controller(struct live *live, const uint8_t *bytes, size_t size)
{
  if (size == 3 && (bytes[0] & 0xF0) == MIDI_CONTROL) {
    ledger_control(&live->ledger, channel_of(bytes), bytes[1], bytes[2]);
  }
  bool reset = size == 1 && bytes[0] == MIDI_SYSTEM_RESET;
  bool all_off = message_ends_channel(bytes, size);
  for (unsigned channel = 0; channel < CHANNELS; channel++) {
    if (reset || (all_off && channel == channel_of(bytes))) {
      ledger_forget(&live->ledger, channel);
      if (reset) {
        ledger_control(&live->ledger, channel, MIDI_RESET_CONTROLLERS, 0);
      }
      channel_release_all(&live->channel[channel], live->now);
    }
  }
}

EMEND_LIVE void live_handle(struct live *live, nanos heard, nanos time, const uint8_t *bytes, size_t size)
{
  if (message_is_note_on(bytes, size)) {
    handle_note_on(live, heard, time, bytes, size);
  } else if (message_is_note_off(bytes, size)) {
    handle_note_off(live, time, bytes, size);
  } else if (live_send(live, time, bytes, size)) {
    heed_controller(live, bytes, size);
  }
  live_show_sounding(live);
}

EMEND_LIVE void live_end_due(struct live *live, nanos now)
{
  struct message off;
  if (now < live->sysex_until) {
    return;
  }
  const nanos earliest = live->now > live->sysex_until ? live->now : live->sysex_until;
  while (ledger_due(&live->ledger, now, &off)) {
    off.time = off.time > earliest ? off.time : earliest;
    release_passed(live, off.bytes[0] & 0x0F, off.bytes[1]);
    live_send_off(live, &off);
  }
}

EMEND_LIVE void live_end_all(struct live *live)
{
  ledger_end_all(&live->ledger);
  doubt_release_all(&live->doubt);
  for (int channel = 0; channel < CHANNELS; channel++) {
    channel_release_all(&live->channel[channel], live->now);
  }
  (void)live_pump(live);
  live_show_sounding(live);
}
