/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "journal_private.h"
#include "pairing.h"
#include "smf_build.h"
#include "sounding.h"

/* A stroke that was suppressed, or that the player said something about. */
struct mark {
  nanos time;
  uint8_t channel, pitch, damage;
  bool meant;   /* the player's word */
  size_t order; /* in which they came */
};

struct marks {
  struct mark *list; /* owned; sorted once all are read */
  size_t count;
};

/* All that one pass over a journal gathers. */
struct gathering {
  struct note_list received, sent;
  struct pairing receiving, sending;
  struct marks suppressed, answers;
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

static int by_stroke_and_order(const void *left, const void *right)
{
  const struct mark *a = left, *b = right;
  const int strokes = by_stroke(left, right);
  return strokes != 0 ? strokes : (a->order > b->order) - (a->order < b->order);
}

/* Of several about one stroke the last one stays. */
static void sort_marks(struct marks *marks)
{
  size_t kept = 0;
  if (marks->count == 0) {
    return;
  }
  qsort(marks->list, marks->count, sizeof *marks->list, by_stroke_and_order);
  for (size_t i = 0; i < marks->count; i++) {
    kept -= kept > 0 && by_stroke(&marks->list[kept - 1], &marks->list[i]) == 0;
    marks->list[kept++] = marks->list[i];
  }
  marks->count = kept;
}

static const struct mark *find_mark(const struct marks *marks, const struct note *note)
{
  const struct mark key = {.time = note->on, .channel = note->channel, .pitch = note->pitch};
  return marks->count > 0 ? bsearch(&key, marks->list, marks->count, sizeof key, by_stroke) : NULL;
}

static bool is_undone(const struct gathering *all, const struct note *note)
{
  const struct mark *answer = find_mark(&all->answers, note);
  return answer != NULL && answer->meant;
}

/* NULL, or the player's word that it was not meant. */
static const struct mark *find_unmeant(const struct gathering *all, const struct note *note)
{
  const struct mark *answer = find_mark(&all->answers, note);
  return answer != NULL && !answer->meant ? answer : NULL;
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
  marks->list[marks->count] = mark;
  marks->list[marks->count].order = marks->count;
  marks->count++;
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

static enum status add_answer(struct gathering *all, const struct journal_stroke *stroke, uint8_t damage,
                              bool meant)
{
  return add_mark(&all->answers, (struct mark){.time = stroke->time,
                                               .channel = stroke->channel,
                                               .pitch = stroke->pitch,
                                               .damage = damage,
                                               .meant = meant});
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
             : add_mark(&all->suppressed, (struct mark){.time = record->time,
                                                        .channel = record->decision.channel,
                                                        .pitch = record->decision.pitch,
                                                        .damage = record->decision.damage});
  case JOURNAL_UNDO: return add_answer(all, &record->undo, DAMAGE_NONE, true);
  case JOURNAL_UNMEANT: return add_answer(all, &record->unmeant.stroke, record->unmeant.damage, false);
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
  free(all->answers.list);
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
  sort_marks(&all->answers);
  return status;
}

static enum status give_raw(const struct gathering *all, struct note_list *notes)
{
  enum status status = STATUS_OK;
  for (size_t i = 0; i < all->received.count && status == STATUS_OK; i++) {
    struct note note = all->received.notes[i];
    const struct mark *suppressed = find_mark(&all->suppressed, &note), *unmeant = find_unmeant(all, &note);
    if (unmeant != NULL) {
      note.damage = unmeant->damage;
    } else if (suppressed != NULL && !is_undone(all, &note)) {
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
  for (size_t i = 0; all->answers.count > 0 && i < all->received.count && status == STATUS_OK; i++) {
    const struct note *note = &all->received.notes[i];
    if (is_undone(all, note) && find_mark(&all->suppressed, note) != NULL) {
      status = note_list_add(notes, *note);
    }
  }
  return status;
}

/* Strokes that passed though the player did not mean them. */
static enum status give_unmeant(const struct gathering *all, struct note_list *notes)
{
  enum status status = STATUS_OK;
  for (size_t i = 0; all->answers.count > 0 && i < all->received.count && status == STATUS_OK; i++) {
    const struct note *note = &all->received.notes[i];
    if (find_unmeant(all, note) != NULL && find_mark(&all->suppressed, note) == NULL) {
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
    if (before != NULL && before->off > notes[i].on && (is_undone(all, before) || is_undone(all, &notes[i]))) {
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
    if (find_unmeant(all, &all->sent.notes[i]) == NULL) {
      status = note_list_add(&clean, all->sent.notes[i]);
    }
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

enum status journal_unmeant(const uint8_t *data, size_t size, const char *name, struct note_list *notes,
                            struct error *error)
{
  return read_notes(data, size, name, give_unmeant, notes, error);
}

/* A take as a MIDI file. */

enum {
  DIVISION = 960, /* at 120 a minute a tick is 0.52 ms */
};

#define TICKS_PER_SECOND (2 * DIVISION)

/* One stream's track. */
struct lane {
  int track;   /* 0: not asked for */
  nanos delay; /* taken off its times */
  struct sounding sounding;
  const struct note_list *unmeant;   /* strokes to leave out, sorted; NULL: none */
  unsigned left_out[CHANNELS][KEYS]; /* whose note-offs are still to come */
};

struct making {
  struct smf_builder builder;
  struct lane received, sent;
};

static uint64_t tick_of(nanos time)
{
  return ((uint64_t)time * TICKS_PER_SECOND + NANOS_PER_SECOND / 2) / NANOS_PER_SECOND;
}

static enum status add(struct making *making, uint64_t tick, int track, const uint8_t *bytes, size_t size)
{
  return smf_builder_copy(
    &making->builder,
    (struct smf_event){.tick = tick, .track = (uint16_t)track, .kind = SMF_CHANNEL, .size = (uint32_t)size},
    bytes);
}

static bool is_channel_message(const struct journal_message *message)
{
  const uint8_t *bytes = message->bytes;
  return bytes[0] >= 0x80 && bytes[0] < MIDI_SYSEX && message->size == message_size(bytes[0]) &&
         bytes[1] < 128 && bytes[2] < 128;
}

static nanos lane_time(const struct lane *lane, nanos time)
{
  return time > lane->delay ? time - lane->delay : 0;
}

static int by_onset(const void *left, const void *right)
{
  const struct note *a = left, *b = right;
  if (a->on != b->on) {
    return a->on < b->on ? -1 : 1;
  }
  return a->channel != b->channel ? a->channel - b->channel : a->pitch - b->pitch;
}

/* Part of a note that was not meant? */
static bool leaves_out(struct lane *lane, nanos time, const uint8_t *bytes, size_t size)
{
  if (lane->unmeant == NULL || lane->unmeant->count == 0 || size < 2) {
    return false;
  }
  const struct note key = {.on = time, .channel = bytes[0] & 0x0Fu, .pitch = bytes[1]};
  unsigned *left = &lane->left_out[key.channel][key.pitch];
  if (message_is_note_on(bytes, size)) {
    const bool out = bsearch(&key, lane->unmeant->notes, lane->unmeant->count, sizeof key, by_onset) != NULL;
    *left += out;
    return out;
  }
  const bool out = message_is_note_off(bytes, size) && *left > 0;
  *left -= out;
  return out;
}

static enum status add_message(struct making *making, struct lane *lane, const struct journal_record *record)
{
  if (lane->track == 0 || !is_channel_message(&record->message)) {
    return STATUS_OK;
  }
  if (leaves_out(lane, lane_time(lane, record->time), record->message.bytes, record->message.size)) {
    return STATUS_OK;
  }
  sounding_hear(&lane->sounding, record->message.bytes, record->message.size);
  return add(making, tick_of(lane_time(lane, record->time)), lane->track, record->message.bytes,
             record->message.size);
}

/* Note-offs for all that sounds: what ends it is not in the journal. */
static enum status add_ends(struct making *making, struct lane *lane, nanos time)
{
  enum status status = STATUS_OK;
  const uint64_t tick = tick_of(lane_time(lane, time));
  for (int channel = 0; lane->track > 0 && channel < CHANNELS; channel++) {
    for (int pitch = 0; pitch < KEYS; pitch++) {
      const uint8_t off[] = {(uint8_t)(MIDI_NOTE_OFF | channel), (uint8_t)pitch, MIDI_OFF_VELOCITY};
      for (int i = 0; i < lane->sounding.on[channel][pitch] && status == STATUS_OK; i++) {
        status = add(making, tick, lane->track, off, sizeof off);
      }
    }
  }
  lane->sounding = (struct sounding){.count = 0};
  return status;
}

static enum status add_port(struct making *making, const struct journal_record *record)
{
  const enum status status =
    smf_builder_text(&making->builder, tick_of(record->time), 0, META_MARKER,
                     record->connected ? JOURNAL_MARK_CONNECTED : JOURNAL_MARK_DISCONNECTED);
  return status == STATUS_OK && !record->connected ? add_ends(making, &making->received, record->time) : status;
}

static enum status add_record(struct making *making, const struct journal_record *record)
{
  enum status status;
  switch (record->type) {
  case JOURNAL_RECEIVED: return add_message(making, &making->received, record);
  case JOURNAL_SENT: return add_message(making, &making->sent, record);
  case JOURNAL_PORT: return add_port(making, record);
  case JOURNAL_GOOD:
    return smf_builder_text(&making->builder, tick_of(record->since), 0, META_MARKER, JOURNAL_MARK_GOOD);
  case JOURNAL_LOST:
    status = add_ends(making, &making->received, record->time);
    return status == STATUS_OK ? add_ends(making, &making->sent, record->time) : status;
  case JOURNAL_START:
  case JOURNAL_LONG:
  case JOURNAL_DECISION:
  case JOURNAL_UNDO:
  case JOURNAL_UNMEANT:
  case JOURNAL_END: return STATUS_OK;
  case JOURNAL_SETTINGS: making->sent.delay = record->settings.look_ahead; return STATUS_OK;
  }
  return STATUS_OK;
}

static enum status add_undone(struct making *making, const struct note_list *undone)
{
  enum status status = STATUS_OK;
  for (size_t i = 0; i < undone->count && status == STATUS_OK; i++) {
    const struct note *note = &undone->notes[i];
    const uint8_t on[] = {(uint8_t)(MIDI_NOTE_ON | note->channel), note->pitch, note->velocity};
    const uint8_t off[] = {(uint8_t)(MIDI_NOTE_OFF | note->channel), note->pitch, MIDI_OFF_VELOCITY};
    status = add(making, tick_of(note->on), making->sent.track, on, sizeof on);
    if (status == STATUS_OK) {
      status = add(making, tick_of(note->off), making->sent.track, off, sizeof off);
    }
  }
  return status;
}

static enum status add_heads(struct making *making)
{
  static const uint8_t tempo[] = {0xFF, META_TEMPO, 0x07, 0xA1, 0x20};
  enum status status =
    smf_builder_copy(&making->builder, (struct smf_event){.kind = SMF_META, .size = sizeof tempo}, tempo);
  if (status == STATUS_OK && making->received.track > 0) {
    status = smf_builder_text(&making->builder, 0, making->received.track, META_NAME, "raw");
  }
  if (status == STATUS_OK && making->sent.track > 0) {
    status = smf_builder_text(&making->builder, 0, making->sent.track, META_NAME, "clean");
  }
  return status;
}

static enum status add_all(struct making *making, struct journal_reader *reader, const struct note_list *undone)
{
  struct journal_record record;
  enum status status = add_heads(making);
  while (status == STATUS_OK && journal_next(reader, &record)) {
    status = add_record(making, &record);
  }
  if (status == STATUS_OK) {
    status = add_ends(making, &making->received, reader->last);
  }
  if (status == STATUS_OK) {
    status = add_ends(making, &making->sent, reader->last);
  }
  return status == STATUS_OK && making->sent.track > 0 ? add_undone(making, undone) : status;
}

static enum status make(struct making *making, struct journal_reader *reader, const char *name, bool raw,
                        bool clean, struct smf *smf, struct error *error)
{
  struct note_list undone = {0}, unmeant = {0};
  enum status status = journal_undone(reader->data, reader->size, name, &undone, error);
  if (status == STATUS_OK) {
    status = journal_unmeant(reader->data, reader->size, name, &unmeant, error);
  }
  if (status != STATUS_OK) {
    note_list_free(&undone);
    return status;
  }
  if (unmeant.count > 0) {
    qsort(unmeant.notes, unmeant.count, sizeof *unmeant.notes, by_onset);
  }
  making->received = (struct lane){.track = raw ? 1 : 0};
  making->sent = (struct lane){
    .track = clean ? 1 + raw : 0, .delay = reader->start.settings.look_ahead, .unmeant = &unmeant};
  /* A record is longer than what it adds, but for markers, which add less than twice as much. */
  status = smf_builder_begin(&making->builder, 1, DIVISION, 1 + raw + clean, 2 * reader->size);
  if (status == STATUS_OK) {
    status = add_all(making, reader, &undone);
  }
  note_list_free(&undone);
  note_list_free(&unmeant);
  if (status != STATUS_OK) {
    smf_free(&making->builder.smf);
    return error_set(error, status, "out of memory while making a MIDI file of %.300s", name);
  }
  return smf_builder_finish(&making->builder, smf, name, error);
}

enum status journal_smf(const uint8_t *data, size_t size, const char *name, bool raw, bool clean,
                        struct smf *smf, struct error *error)
{
  struct journal_reader reader;
  *smf = (struct smf){0};
  enum status status = journal_begin(&reader, data, size, name, error);
  if (status != STATUS_OK) {
    return status;
  }
  struct making *making = calloc(1, sizeof *making);
  if (making == NULL) {
    return error_set(error, STATUS_NO_MEMORY, "out of memory while making a MIDI file of %.300s", name);
  }
  status = make(making, &reader, name, raw, clean, smf, error);
  free(making);
  return status;
}
