/* SPDX-License-Identifier: MIT */
#include "page_notes.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

enum { SEARCH_MAX = 256 }; /* strokes of any key that look-ahead may hold at once, and more */

#define JUMP_BACK NANOS_PER_SECOND /* maximum reordering of records */

struct page_notes {
  struct page_note list[PAGE_NOTES_MAX]; /* number n at n % PAGE_NOTES_MAX */
  uint64_t count;
  uint64_t changed[PAGE_CHANGES_MAX];
  uint64_t changes;
  uint64_t held[CHANNELS][KEYS]; /* 1 and more: the number after the key's held note */
  nanos newest;                  /* as the driver tells it */
  nanos shift;                   /* from that to the clock that never jumps back */
};

struct page_notes *page_notes_new(void)
{
  return calloc(1, sizeof(struct page_notes));
}

void page_notes_free(struct page_notes *notes)
{
  free(notes);
}

uint64_t page_notes_first(const struct page_notes *notes)
{
  return notes->count > PAGE_NOTES_MAX ? notes->count - PAGE_NOTES_MAX : 0;
}

uint64_t page_notes_count(const struct page_notes *notes)
{
  return notes->count;
}

nanos page_notes_now(const struct page_notes *notes)
{
  return notes->newest + notes->shift;
}

uint64_t page_notes_changes(const struct page_notes *notes)
{
  return notes->changes;
}

uint64_t page_notes_changes_first(const struct page_notes *notes)
{
  return notes->changes > PAGE_CHANGES_MAX ? notes->changes - PAGE_CHANGES_MAX : 0;
}

uint64_t page_notes_changed(const struct page_notes *notes, uint64_t number)
{
  return notes->changed[number % PAGE_CHANGES_MAX];
}

static struct page_note *get(struct page_notes *notes, uint64_t number)
{
  return number < notes->count && number >= page_notes_first(notes) ? &notes->list[number % PAGE_NOTES_MAX]
                                                                    : NULL;
}

const struct page_note *page_notes_get(const struct page_notes *notes, uint64_t number)
{
  return number < notes->count && number >= page_notes_first(notes) ? &notes->list[number % PAGE_NOTES_MAX]
                                                                    : NULL;
}

static void change(struct page_notes *notes, uint64_t number)
{
  notes->changed[notes->changes % PAGE_CHANGES_MAX] = number;
  notes->changes++;
}

/* The driver's clock may begin anew. */
static void keep_time(struct page_notes *notes, nanos time)
{
  if (time < notes->newest - JUMP_BACK) {
    notes->shift += notes->newest - time;
    notes->newest = time;
  }
  notes->newest = time > notes->newest ? time : notes->newest;
}

static void end_note(struct page_notes *notes, unsigned channel, unsigned pitch, nanos time)
{
  uint64_t *held = &notes->held[channel][pitch];
  struct page_note *note = *held > 0 ? get(notes, *held - 1) : NULL;

  if (note != NULL) {
    const nanos off = time + notes->shift;
    note->off = off > note->on ? off : note->on;
    change(notes, *held - 1);
  }
  *held = 0;
}

static struct page_note *add_note(struct page_notes *notes, nanos time, unsigned channel, unsigned pitch,
                                  unsigned velocity)
{
  const uint64_t number = notes->count++;
  struct page_note *note = &notes->list[number % PAGE_NOTES_MAX];

  end_note(notes, channel, pitch, time);
  *note = (struct page_note){.time = time,
                             .on = time + notes->shift,
                             .off = -1,
                             .channel = (uint8_t)channel,
                             .pitch = (uint8_t)pitch,
                             .velocity = (uint8_t)velocity,
                             .fate = PAGE_UNDECIDED};
  notes->held[channel][pitch] = number + 1;
  change(notes, number);
  return note;
}

static void end_channel(struct page_notes *notes, unsigned channel, nanos time)
{
  for (unsigned pitch = 0; pitch < KEYS; pitch++) {
    end_note(notes, channel, pitch, time);
  }
}

static void hear(struct page_notes *notes, const struct live_event_record *event)
{
  const uint8_t *bytes = event->bytes;
  const unsigned channel = bytes[0] & 0x0Fu;

  if (message_is_note_on(bytes, event->size)) {
    add_note(notes, event->time, channel, bytes[1] & 0x7Fu, bytes[2] & 0x7Fu);
  } else if (message_is_note_off(bytes, event->size)) {
    end_note(notes, channel, bytes[1] & 0x7Fu, event->time);
  } else if (message_ends_channel(bytes, event->size)) {
    end_channel(notes, channel, event->time);
  }
}

/* The number of the newest note of this stroke, among the newest; or the count where there is none. */
static uint64_t find(const struct page_notes *notes, nanos time, unsigned channel, unsigned pitch,
                     uint64_t reach)
{
  const uint64_t first = page_notes_first(notes);

  for (uint64_t back = 1; back <= reach && notes->count - first >= back; back++) {
    const struct page_note *note = page_notes_get(notes, notes->count - back);
    if (note->time == time && note->channel == channel && note->pitch == pitch) {
      return notes->count - back;
    }
  }
  return notes->count;
}

static void judge(struct page_notes *notes, const struct live_decision_record *decision)
{
  const unsigned channel = decision->channel & 0x0Fu, pitch = decision->pitch & 0x7Fu;
  const bool damaged = decision->log_odds < decision->threshold;
  const uint64_t number = find(notes, decision->time, channel, pitch, SEARCH_MAX);
  struct page_note *note = get(notes, number);

  if (note == NULL) { /* the record of the message was lost */
    note = add_note(notes, decision->time, channel, pitch, decision->velocity);
  } else {
    change(notes, number);
  }
  note->fate = decision->passed == 0 ? PAGE_REMOVED : damaged ? PAGE_WOULD_REMOVE : PAGE_PASSED;
  note->damage = decision->damage < DAMAGE_COUNT ? decision->damage : DAMAGE_NONE;
  note->log_odds = decision->log_odds;
  note->threshold = decision->threshold;
}

bool page_notes_record(struct page_notes *notes, const struct ring_header *header,
                       const union live_record *record)
{
  if (header->type == LIVE_RECORD_EVENT && header->size == sizeof record->event) {
    keep_time(notes, record->event.time);
    if (record->event.sent == 0 && record->event.size >= 1 && record->event.size <= 3) {
      hear(notes, &record->event);
    }
    return true;
  }
  if (header->type == LIVE_RECORD_DECISION && header->size == sizeof record->decision) {
    keep_time(notes, record->decision.time);
    judge(notes, &record->decision);
    return true;
  }
  if (header->type == LIVE_RECORD_FRAME && header->size == sizeof record->frame) {
    keep_time(notes, record->frame.time);
    return true;
  }
  return header->type == LIVE_RECORD_LONG && header->size == sizeof record->sysex;
}

void page_notes_answer(struct page_notes *notes, const struct page_answer *answer)
{
  const uint64_t number = find(notes, answer->time, answer->channel, answer->pitch, PAGE_NOTES_MAX);
  struct page_note *note = get(notes, number);

  if (note != NULL) {
    note->mark = answer->meant ? PAGE_MEANT : PAGE_NOT_MEANT;
    change(notes, number);
  }
}

/* A number as JSON: clamped to +-9999; null where it is not finite, which JSON cannot hold. */
static int print_number(float value, char *text, size_t room)
{
  const float most = 9999;
  return isfinite(value) ? snprintf(text, room, ",%.2f", (double)fminf(fmaxf(value, -most), most))
                         : snprintf(text, room, ",null");
}

size_t page_note_print(const struct page_note *note, uint64_t number, char text[PAGE_NOTE_TEXT])
{
  const double ms = (double)NANOS_PER_MILLISECOND;
  int used = snprintf(text, PAGE_NOTE_TEXT, "[%" PRIu64 ",%.1f", number, (double)note->on / ms);

  if (note->off >= 0) {
    used += snprintf(text + used, PAGE_NOTE_TEXT - (size_t)used, ",%.1f", (double)note->off / ms);
  } else {
    used += snprintf(text + used, PAGE_NOTE_TEXT - (size_t)used, ",null");
  }
  used += snprintf(text + used, PAGE_NOTE_TEXT - (size_t)used, ",%u,%u,%u,%u,%u", note->channel, note->pitch,
                   note->velocity, note->fate, note->damage);
  used += print_number(note->log_odds, text + used, PAGE_NOTE_TEXT - (size_t)used);
  used += print_number(note->threshold, text + used, PAGE_NOTE_TEXT - (size_t)used);
  used += snprintf(text + used, PAGE_NOTE_TEXT - (size_t)used, ",%u]", note->mark);
  return (size_t)used;
}
