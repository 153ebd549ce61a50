/* A take as a MIDI file. */
#include "journal_parts.h"

#include <stdlib.h>

#include "smf_build.h"
#include "sounding.h"

enum {
  DIVISION = 960, /* at 120 a minute a tick is 0.52 ms */
};

#define TICKS_PER_SECOND (2 * DIVISION)

/* One stream's track. */
struct lane {
  int track;   /* 0: not asked for */
  nanos delay; /* taken off its times */
  struct sounding sounding;
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

static enum status add_message(struct making *making, struct lane *lane, const struct journal_record *record)
{
  if (lane->track == 0 || !is_channel_message(&record->message)) {
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
  struct note_list undone = {0};
  enum status status = journal_undone(reader->data, reader->size, name, &undone, error);
  if (status != STATUS_OK) {
    return status;
  }
  making->received = (struct lane){.track = raw ? 1 : 0};
  making->sent = (struct lane){.track = clean ? 1 + raw : 0, .delay = reader->start.settings.look_ahead};
  /* A record is longer than what it adds, but for markers, which add less than twice as much. */
  status = smf_builder_begin(&making->builder, 1, DIVISION, 1 + raw + clean, 2 * reader->size);
  if (status == STATUS_OK) {
    status = add_all(making, reader, &undone);
  }
  note_list_free(&undone);
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
