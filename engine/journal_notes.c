#include "journal_parts.h"

#include <stdlib.h>

#include "pairing.h"

/* A stroke that was suppressed, or whose suppression was undone. */
struct mark {
  nanos time;
  uint8_t channel, pitch, damage;
};

struct marks {
  struct mark *list; /* owned; sorted once all are read */
  size_t count;
};

/* All that one pass over a journal gathers. */
struct gathering {
  struct note_list received, sent;
  struct pairing receiving, sending;
  struct marks suppressed, undone;
  nanos look_ahead;
};

static int by_stroke(const void *left, const void *right)
{
  const struct mark *a = left, *b = right;
  if (a->time != b->time) {
    return a->time < b->time ? -1 : 1;
  }
  return a->channel != b->channel ? a->channel - b->channel : a->pitch - b->pitch;
}

static void sort_marks(struct marks *marks)
{
  if (marks->count > 0) {
    qsort(marks->list, marks->count, sizeof *marks->list, by_stroke);
  }
}

static const struct mark *find_mark(const struct marks *marks, const struct note *note)
{
  const struct mark key = {note->on, note->channel, note->pitch, 0};
  return marks->count > 0 ? bsearch(&key, marks->list, marks->count, sizeof key, by_stroke) : NULL;
}

static enum status add_mark(struct marks *marks, struct mark mark)
{
  /* Room doubles whenever the count is a power of two. */
  if ((marks->count & (marks->count - 1)) == 0) {
    const size_t room = marks->count > 0 ? 2 * marks->count : 1;
    struct mark *grown = realloc(marks->list, room * sizeof *grown);
    if (grown == NULL) {
      return STATUS_NO_MEMORY;
    }
    marks->list = grown;
  }
  marks->list[marks->count++] = mark;
  return STATUS_OK;
}

static enum status hear(struct pairing *pairing, nanos time, const struct journal_message *message)
{
  const uint8_t *bytes = message->bytes;
  if (message_is_note_on(bytes, message->size)) {
    return pairing_on(
      pairing, (struct note){.on = time, .channel = bytes[0] & 0x0Fu, .pitch = bytes[1], .velocity = bytes[2]});
  }
  if (message_is_note_off(bytes, message->size)) {
    pairing_off(pairing, bytes[0] & 0x0Fu, bytes[1], time);
  } else if (message_ends_channel(bytes, message->size)) {
    pairing_off_channel(pairing, bytes[0] & 0x0Fu, time);
  }
  return STATUS_OK;
}

static enum status gather_record(struct gathering *all, const struct journal_record *record)
{
  const nanos sent_time = record->time > all->look_ahead ? record->time - all->look_ahead : 0;
  switch (record->type) {
  case JOURNAL_RECEIVED: return hear(&all->receiving, record->time, &record->message);
  case JOURNAL_SENT: return hear(&all->sending, sent_time, &record->message);
  case JOURNAL_DECISION:
    return record->decision.passed
             ? STATUS_OK
             : add_mark(&all->suppressed, (struct mark){record->time, record->decision.channel,
                                                        record->decision.pitch, record->decision.damage});
  case JOURNAL_UNDO:
    return add_mark(&all->undone,
                    (struct mark){record->undo.time, record->undo.channel, record->undo.pitch, 0});
  case JOURNAL_LOST: /* note-offs may be among what is missing */
    pairing_end(&all->receiving, record->time);
    pairing_end(&all->sending, sent_time);
    return STATUS_OK;
  case JOURNAL_PORT:
    if (!record->connected) {
      pairing_end(&all->receiving, record->time);
    }
    return STATUS_OK;
  case JOURNAL_START:
  case JOURNAL_LONG:
  case JOURNAL_GOOD:
  case JOURNAL_END: return STATUS_OK;
  case JOURNAL_SETTINGS: all->look_ahead = record->settings.look_ahead; return STATUS_OK;
  }
  return STATUS_OK;
}

static void gathering_free(struct gathering *all)
{
  pairing_free(&all->receiving);
  pairing_free(&all->sending);
  note_list_free(&all->received);
  note_list_free(&all->sent);
  free(all->suppressed.list);
  free(all->undone.list);
}

static enum status gather(struct gathering *all, struct journal_reader *reader)
{
  struct journal_record record;
  enum status status = STATUS_OK;
  all->look_ahead = reader->start.settings.look_ahead;
  pairing_init(&all->receiving, &all->received);
  pairing_init(&all->sending, &all->sent);
  while (status == STATUS_OK && journal_next(reader, &record)) {
    status = gather_record(all, &record);
  }
  pairing_end(&all->receiving, reader->last);
  pairing_end(&all->sending, reader->last > all->look_ahead ? reader->last - all->look_ahead : 0);
  sort_marks(&all->suppressed);
  sort_marks(&all->undone);
  return status;
}

static enum status give_raw(const struct gathering *all, struct note_list *notes)
{
  enum status status = STATUS_OK;
  for (size_t i = 0; i < all->received.count && status == STATUS_OK; i++) {
    struct note note = all->received.notes[i];
    const struct mark *suppressed = find_mark(&all->suppressed, &note);
    if (suppressed != NULL && find_mark(&all->undone, &note) == NULL) {
      note.damage = suppressed->damage;
    }
    status = note_list_add(notes, note);
  }
  return status;
}

/* Strokes that were suppressed though the player meant them. */
static enum status give_undone(const struct gathering *all, struct note_list *notes)
{
  enum status status = STATUS_OK;
  for (size_t i = 0; all->undone.count > 0 && i < all->received.count && status == STATUS_OK; i++) {
    const struct note *note = &all->received.notes[i];
    if (find_mark(&all->undone, note) != NULL && find_mark(&all->suppressed, note) != NULL) {
      status = note_list_add(notes, *note);
    }
  }
  return status;
}

/* A stroke that was put back ends what sounded on its key, and is ended by the next. */
static void part_undone(const struct gathering *all, struct note *notes, size_t count)
{
  size_t last[CHANNELS][KEYS] = {{0}}; /* 1 and more: the place after the key's latest note */
  for (size_t i = 0; i < count; i++) {
    size_t *latest = &last[notes[i].channel][notes[i].pitch];
    struct note *before = *latest > 0 ? &notes[*latest - 1] : NULL;
    if (before != NULL && before->off > notes[i].on &&
        (find_mark(&all->undone, before) != NULL || find_mark(&all->undone, &notes[i]) != NULL)) {
      before->off = notes[i].on;
    }
    *latest = i + 1;
  }
}

static enum status give_clean(const struct gathering *all, struct note_list *notes)
{
  struct note_list clean = {0};
  enum status status = STATUS_OK;
  for (size_t i = 0; i < all->sent.count && status == STATUS_OK; i++) {
    status = note_list_add(&clean, all->sent.notes[i]);
  }
  if (status == STATUS_OK) {
    status = give_undone(all, &clean);
  }
  note_list_sort(&clean);
  part_undone(all, clean.notes, clean.count);
  for (size_t i = 0; i < clean.count && status == STATUS_OK; i++) {
    status = note_list_add(notes, clean.notes[i]);
  }
  note_list_free(&clean);
  return status;
}

typedef enum status (*give)(const struct gathering *all, struct note_list *notes);

static enum status read_notes(const uint8_t *data, size_t size, const char *name, give how,
                              struct note_list *notes, struct error *error)
{
  struct journal_reader reader;
  const size_t before = notes->count;
  enum status status = journal_begin(&reader, data, size, name, error);
  if (status != STATUS_OK) {
    return status;
  }
  struct gathering *all = calloc(1, sizeof *all);
  status = all != NULL ? gather(all, &reader) : STATUS_NO_MEMORY;
  if (status == STATUS_OK) {
    status = how(all, notes);
  }
  if (all != NULL) {
    gathering_free(all);
    free(all);
  }
  if (status != STATUS_OK) {
    notes->count = before;
    return error_set(error, status, "out of memory while reading the notes of %.300s", name);
  }
  note_list_sort(notes);
  return STATUS_OK;
}

enum status journal_notes(const uint8_t *data, size_t size, const char *name, enum journal_stream stream,
                          struct note_list *notes, struct error *error)
{
  return read_notes(data, size, name, stream == JOURNAL_RAW ? give_raw : give_clean, notes, error);
}

enum status journal_undone(const uint8_t *data, size_t size, const char *name, struct note_list *notes,
                           struct error *error)
{
  return read_notes(data, size, name, give_undone, notes, error);
}
