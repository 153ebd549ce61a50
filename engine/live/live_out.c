/* SPDX-License-Identifier: MIT */
#include "live_private.h"

#include <string.h>

#define SYSEX_PATIENCE (100 * NANOS_PER_MILLISECOND) /* a SysEx silent for longer is over */

EMEND_LIVE void live_record(struct live *live, enum live_record_type type, const void *record, uint32_t size)
{
  if (live->capture.bytes && !ring_write(&live->capture, type, record, size)) {
    live_count(&live->counters.capture_lost);
  }
}

EMEND_LIVE void live_record_event(struct live *live, nanos time, bool sent, const uint8_t *bytes, size_t size)
{
  if (size <= SHORT_MAX) {
    struct live_event_record record = {.time = time, .sent = sent, .size = (uint8_t)size};
    memcpy(record.bytes, bytes, size);
    live_record(live, LIVE_RECORD_EVENT, &record, sizeof record);
  } else if (!sent) {
    const struct live_long_record record = {.time = time, .size = (uint32_t)size};
    live_record(live, LIVE_RECORD_LONG, &record, sizeof record);
  }
}

/* False when the port has no room now. */
static bool emit(struct live *live, nanos time, const uint8_t *bytes, size_t size)
{
  if (!live->emit(live->port, time, bytes, size)) {
    return false;
  }
  listeners_sent(&live->listeners, live->now, bytes, size);
  live_count(&live->counters.events_out);
  return true;
}

static void send_unsent(struct live *live)
{
  const struct queued *message;
  while ((message = live_queue_front(&live->unsent)) != NULL) {
    if (!emit(live, message->time, live_queue_bytes(&live->unsent, message), message->size)) {
      return;
    }
    live_queue_pop(&live->unsent);
  }
}

/* Send now, or append to what waits. False when there is no room. */
static bool send_or_keep(struct live *live, nanos time, const uint8_t *bytes, size_t size)
{
  const bool sent = live->unsent.count == 0 && emit(live, time, bytes, size);
  if (!sent && !live_queue_push(&live->unsent, time, bytes, size)) {
    return false;
  }
  live_record_event(live, time, true, bytes, size);
  return true;
}

EMEND_LIVE bool live_pump(struct live *live)
{
  struct message owed;
  send_unsent(live);
  while (live->unsent.count < live->unsent.capacity && ledger_drain(&live->ledger, live->now, &owed)) {
    live_send_off(live, &owed);
  }
  return live->unsent.capacity - live->unsent.count >= 2;
}

EMEND_LIVE void live_show_sounding(struct live *live)
{
  atomic_store_explicit(&live->counters.sounding, (uint64_t)(live->ledger.sounding + live->ledger.owed),
                        memory_order_relaxed);
}

EMEND_LIVE bool live_send(struct live *live, nanos time, const uint8_t *bytes, size_t size)
{
  if (ledger_owes(&live->ledger) || !send_or_keep(live, time, bytes, size)) {
    live_count(&live->counters.dropped);
    return false;
  }
  return true;
}

EMEND_LIVE void live_send_off(struct live *live, const struct message *off)
{
  if (!send_or_keep(live, off->time, off->bytes, off->size)) {
    ledger_return(&live->ledger, off);
  }
}

EMEND_LIVE void live_end_missed(struct live *live)
{
  struct message end;
  while (live->unsent.count == 0 && live->now >= live->sysex_until &&
         listeners_due(&live->listeners, live->now, &end)) {
    live_send_off(live, &end);
  }
}

/* A SysEx whole or in pieces, or bytes that are no message. */
EMEND_LIVE void live_pass_long(struct live *live, nanos time, const uint8_t *bytes, size_t size)
{
  bool continues = bytes[0] < 0x80 || bytes[0] == 0xF7;
  bool ends = bytes[size - 1] == 0xF7;
  if (!continues) {
    live->sysex_lost = false;
  }
  if (live->sysex_lost && continues) {
    live_count(&live->counters.dropped);
  } else {
    live->sysex_lost = !live_send(live, time, bytes, size);
  }
  bool within = !ends && (bytes[0] == MIDI_SYSEX || live->sysex_until > time);
  live->sysex_until = within ? time + SYSEX_PATIENCE : time;
}
