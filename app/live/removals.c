/* SPDX-License-Identifier: MIT */
#include "removals.h"

void watch_init(struct watch *watch)
{
  *watch = (struct watch){.total = 0};
  for (int i = 0; i < KEYS; i++) {
    watch->passed_at[i] = -1;
    watch->removed_at[i] = -1;
  }
}

static void note_decision(struct watch *watch, const struct live_decision_record *record)
{
  int key = record->pitch & 0x7F;
  bool removed = record->passed == 0 || (record->mode == LIVE_MONITOR && record->log_odds < record->threshold);

  watch->now = record->time;
  if (!removed) {
    watch->passed_at[key] = record->time;
    return;
  }
  const struct removal removal = {record->time,     record->channel, record->pitch,
                                  record->velocity, record->damage,  record->log_odds};
  watch->removed_at[key] = record->time;
  if (watch->total < WATCH_FIRST) {
    watch->first[watch->total] = removal;
  }
  watch->last[watch->total % WATCH_LAST] = removal;
  watch->total++;
}

static void watch_record(struct watch *watch, const struct ring_header *header, const union live_record *record)
{
  if (header->type == LIVE_RECORD_DECISION && header->size == sizeof record->decision) {
    note_decision(watch, &record->decision);
  } else if (header->type == LIVE_RECORD_FRAME && header->size == sizeof record->frame) {
    watch->now = record->frame.time;
  }
}

void watch_drain(struct watch *watch, struct ring *capture)
{
  union live_record record;
  struct ring_header header;

  while (capture != NULL && ring_read(capture, &header, &record, sizeof record)) {
    watch_record(watch, &header, &record);
    if (watch->listener != NULL) {
      watch->listener(watch->user, &header, &record);
    }
  }
}
