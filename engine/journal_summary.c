#include "journal.h"

static void count_record(struct journal_summary *summary, const struct journal_record *record)
{
  switch (record->type) {
  case JOURNAL_RECEIVED:
    summary->received++;
    summary->notes_in += message_is_note_on(record->message.bytes, record->message.size);
    break;
  case JOURNAL_SENT:
    summary->sent++;
    summary->notes_out += message_is_note_on(record->message.bytes, record->message.size);
    break;
  case JOURNAL_DECISION:
    summary->removed[record->decision.damage] += !record->decision.passed;
    summary->removed_total += !record->decision.passed;
    break;
  case JOURNAL_PORT: summary->disconnects += !record->connected; break;
  case JOURNAL_GOOD: summary->good++; break;
  case JOURNAL_UNDO: summary->undone++; break;
  case JOURNAL_LOST:
    /* A lying count stays the largest there is. */
    summary->not_recorded =
      record->lost > UINT64_MAX - summary->not_recorded ? UINT64_MAX : summary->not_recorded + record->lost;
    break;
  case JOURNAL_START:
  case JOURNAL_LONG:
  case JOURNAL_SETTINGS:
  case JOURNAL_END: break;
  }
}

enum status journal_summarise(struct journal_summary *summary, const uint8_t *data, size_t size,
                              const char *name, struct error *error)
{
  struct journal_reader reader;
  struct journal_record record;
  const enum status status = journal_begin(&reader, data, size, name, error);
  if (status != STATUS_OK) {
    return status;
  }
  *summary = (struct journal_summary){.start = reader.start, .keep = (reader.flags & JOURNAL_KEEP) != 0};
  while (journal_next(&reader, &record)) {
    count_record(summary, &record);
  }
  summary->length = reader.last;
  summary->ended = reader.ended;
  summary->end = reader.end;
  summary->lost_bytes = reader.size - reader.at;
  return STATUS_OK;
}
