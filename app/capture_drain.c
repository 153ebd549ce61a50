/* The draining thread's part: from the engine's records to the take's. */
#include <stdio.h>
#include <string.h>

#include "capture_state.h"
#include "pitch.h"

enum { ACTIVE_SENSING = 0xFE };

#define SYNC_PERIOD NANOS_PER_SECOND
#define CLOCK_SLACK NANOS_PER_SECOND        /* records may be so much out of order */
#define LOST_PERIOD (10 * NANOS_PER_SECOND) /* between two lines about what was lost */
#define GOOD_SPAN (30 * NANOS_PER_SECOND)

static void forget_sounding(struct capture *capture)
{
  capture->sounding = (struct sounding){.count = 0};
}

/* Something came in: is it the beginning of a take? */
static void meet(struct capture *capture, nanos time)
{
  if (capture->in_take && capture->sounding.count == 0 && time - capture->last_note >= capture->pause) {
    capture_end(capture, JOURNAL_PAUSE);
  }
  if (!capture->in_take) {
    capture_begin(capture, time, false);
  }
}

static void record_event(struct capture *capture, const struct live_event_record *event)
{
  const bool note =
    message_is_note_on(event->bytes, event->size) || message_is_note_off(event->bytes, event->size);
  struct journal_record record = {.type = event->sent ? JOURNAL_SENT : JOURNAL_RECEIVED,
                                  .time = event->time,
                                  .message = {.size = event->size}};

  if (event->size < 1 || event->size > 3 || event->bytes[0] == MIDI_CLOCK ||
      event->bytes[0] == ACTIVE_SENSING) {
    return;
  }
  memcpy(record.message.bytes, event->bytes, event->size);
  if (event->sent) {
    sounding_hear(&capture->sounding, event->bytes, event->size);
  } else {
    meet(capture, event->time);
    capture->struck = capture->struck || message_is_note_on(event->bytes, event->size);
    if (message_is_note_off(event->bytes, event->size)) { /* for however many strokes */
      sounding_release(&capture->sounding, event->bytes[0] & 0x0Fu, event->bytes[1]);
    }
  }
  if (note) {
    capture->last_note = event->time;
    capture->last_note_at = capture->newest_at;
  }
  if (capture->in_take) {
    capture_put(capture, record);
  }
}

static void record_decision(struct capture *capture, const struct live_decision_record *decision)
{
  const struct journal_record record = {.type = JOURNAL_DECISION,
                                        .time = decision->time,
                                        .decision = {.channel = decision->channel,
                                                     .pitch = decision->pitch,
                                                     .velocity = decision->velocity,
                                                     .passed = decision->passed != 0,
                                                     .damage = decision->damage,
                                                     .mode = decision->mode,
                                                     .log_odds = decision->log_odds,
                                                     .threshold = decision->threshold}};

  if (!capture->in_take) {
    return;
  }
  capture_put(capture, record);
  if (decision->passed == 0) {
    if (capture->removed_count == CAPTURE_UNDO_MAX) {
      capture->removed_count--;
      memmove(capture->removed, capture->removed + 1, (CAPTURE_UNDO_MAX - 1) * sizeof *capture->removed);
    }
    capture->removed[capture->removed_count++] = (struct journal_stroke){
      decision->time - capture->origin, decision->channel, decision->pitch, decision->velocity};
  }
}

/* Its time, or -1 for what is no record. */
static nanos record_time(const struct ring_header *header, const union live_record *record)
{
  switch ((enum live_record_type)header->type) {
  case LIVE_RECORD_EVENT: return header->size == sizeof record->event ? record->event.time : -1;
  case LIVE_RECORD_DECISION: return header->size == sizeof record->decision ? record->decision.time : -1;
  case LIVE_RECORD_FRAME: return header->size == sizeof record->frame ? record->frame.time : -1;
  case LIVE_RECORD_LONG: return header->size == sizeof record->sysex ? record->sysex.time : -1;
  }
  return -1;
}

static bool is_full(const struct capture *capture)
{
  return capture->writing &&
         (capture->file.size + capture->file.used + 2 * JOURNAL_RECORD_MAX > capture->take_max ||
          capture->newest - capture->origin >= CAPTURE_TAKE_LONGEST);
}

/* The driver's clock began anew, as when a sound server comes back: the take's goes on, by the monotonic one.
 */
static void go_on_from(struct capture *capture, nanos time, nanos now)
{
  const nanos gap = now > capture->newest_at ? now - capture->newest_at : 0;
  const nanos back = capture->newest + gap - time;

  capture->origin -= back;
  capture->last_note -= back;
  capture->newest = time;
  forget_sounding(capture);
}

void capture_record(struct capture *capture, const struct ring_header *header, const union live_record *record,
                    nanos now)
{
  const nanos time = record_time(header, record);

  if (time < 0) {
    return;
  }
  if (time < capture->newest - CLOCK_SLACK) {
    go_on_from(capture, time, now);
  }
  capture->newest = time > capture->newest ? time : capture->newest;
  capture->newest_at = now;
  if (is_full(capture)) {
    capture_end(capture, JOURNAL_FULL);
    capture_begin(capture, time, true);
  }
  if (header->type == LIVE_RECORD_EVENT) {
    record_event(capture, &record->event);
  } else if (header->type == LIVE_RECORD_DECISION) {
    record_decision(capture, &record->decision);
  } else if (header->type == LIVE_RECORD_LONG) {
    meet(capture, time);
    capture_put(capture,
                (struct journal_record){.type = JOURNAL_LONG, .time = time, .size = record->sysex.size});
  }
}

static void label_good(struct capture *capture, nanos time)
{
  const nanos since = time - capture->origin > GOOD_SPAN ? time - capture->origin - GOOD_SPAN : 0;
  struct error error = {STATUS_OK, ""};

  if (capture->file.path[0] == '\0' || (capture->in_take && !capture->writing)) {
    capture_say(capture, "nothing is captured, so nothing can be marked");
    return;
  }
  if (capture->writing) {
    capture_put(capture, (struct journal_record){.type = JOURNAL_GOOD, .time = time, .since = since});
  }
  if (take_file_keep(capture->file.path, &error) == STATUS_OK) {
    capture_say(capture, "marked good: %s", capture->file.name);
  } else {
    capture_say(capture, "%.200s", error.text);
  }
}

static void label_undo(struct capture *capture, nanos time)
{
  char name[PITCH_NAME_MAX];

  if (!capture->writing || capture->removed_count == 0) {
    capture_say(capture, "no removed note to undo in this take");
    return;
  }
  const struct journal_stroke *stroke = &capture->removed[--capture->removed_count];
  capture_put(capture, (struct journal_record){.type = JOURNAL_UNDO, .time = time, .undo = *stroke});
  capture_say(capture, "undone: %s, velocity %d; training will count it as meant",
              pitch_name(stroke->pitch, name), stroke->velocity);
}

static void take_requests(struct capture *capture, nanos time)
{
  struct ring_header header;
  int value;

  while (ring_read(&capture->requests, &header, &value, sizeof value)) {
    if (header.type == REQUEST_PORT && capture->in_take) {
      capture_put(capture,
                  (struct journal_record){.type = JOURNAL_PORT, .time = time, .connected = value != 0});
      if (value == 0) {
        forget_sounding(capture); /* the engine ended it, as far as it could */
      }
    } else if (header.type == REQUEST_LABEL && value == CAPTURE_GOOD) {
      label_good(capture, time);
    } else if (header.type == REQUEST_LABEL) {
      label_undo(capture, time);
    }
  }
}

static void put_settings(struct capture *capture, nanos time)
{
  if (capture->in_take) {
    capture_put(capture,
                (struct journal_record){.type = JOURNAL_SETTINGS, .time = time, .settings = capture->settings});
  }
}

static void look_at_engine(struct capture *capture, nanos time)
{
  const uint64_t lost = atomic_load_explicit(&live_counters(capture->live)->capture_lost, memory_order_relaxed);
  const uint8_t mode = (uint8_t)live_current_mode(capture->live);
  const float strength = live_current_strength(capture->live);
  const nanos look_ahead = live_current_look_ahead(capture->live);

  if (lost != capture->lost_told) {
    if (capture->in_take) {
      capture_put(capture, (struct journal_record){
                             .type = JOURNAL_LOST, .time = time, .lost = lost - capture->lost_told});
    }
    if (time >= capture->lost_said + LOST_PERIOD) {
      capture_say(
        capture,
        "capture is behind: %llu messages or decisions are missing from takes so far; the disk is too slow",
        (unsigned long long)lost);
      capture->lost_said = time;
    }
    capture->lost_told = lost;
    forget_sounding(capture); /* a note-off may be among them */
  }
  if (mode != capture->settings.mode || look_ahead != capture->settings.look_ahead ||
      strength < capture->settings.strength || strength > capture->settings.strength) {
    capture->settings.mode = mode;
    capture->settings.strength = strength;
    capture->settings.look_ahead = look_ahead;
    put_settings(capture, time);
  }
}

void capture_model(struct capture *capture, const char *preset, uint32_t model)
{
  snprintf(capture->settings.preset, sizeof capture->settings.preset, "%s", preset);
  capture->settings.model = model;
  put_settings(capture, capture->newest);
}

void capture_flush(struct capture *capture, nanos now)
{
  const nanos passed = now - capture->newest_at;
  const nanos time = capture->newest + (passed > 0 && capture->newest_at > 0 ? passed : 0);
  const bool sync = now - capture->synced_at >= SYNC_PERIOD;

  take_requests(capture, time);
  look_at_engine(capture, time);
  if (capture->in_take && capture->sounding.count == 0 && now - capture->last_note_at >= capture->pause) {
    capture_end(capture, JOURNAL_PAUSE);
  }
  capture_write(capture, sync);
  capture->synced_at = sync ? now : capture->synced_at;
}
