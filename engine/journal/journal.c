/* SPDX-License-Identifier: MIT */
#include "journal.h"

#include <string.h>

#include "journal_private.h"

/* What is left of a payload. Reading past its end gives zeros and makes it bad. */
struct cursor {
  const uint8_t *at;
  size_t left;
  bool bad;
};

static uint64_t take(struct cursor *cursor, size_t bytes)
{
  uint64_t value = 0;
  if (cursor->left < bytes) {
    cursor->bad = true;
    return 0;
  }
  for (size_t i = 0; i < bytes; i++) {
    value |= (uint64_t)cursor->at[i] << (8 * i);
  }
  cursor->at += bytes;
  cursor->left -= bytes;
  return value;
}

/* A number from 0 to `limit - 1`. */
static uint8_t take_below(struct cursor *cursor, unsigned limit)
{
  const uint64_t value = take(cursor, 1);
  cursor->bad = cursor->bad || value >= limit;
  return (uint8_t)value;
}

static nanos take_time(struct cursor *cursor)
{
  const uint64_t value = take(cursor, 8);
  cursor->bad = cursor->bad || value > (uint64_t)JOURNAL_TIME_MAX;
  return cursor->bad ? 0 : (nanos)value;
}

static float take_float(struct cursor *cursor)
{
  const uint32_t bits = (uint32_t)take(cursor, 4);
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* A terminal will see it: control characters are shown as '?'. */
static void take_text(struct cursor *cursor, char text[JOURNAL_NAME_MAX])
{
  for (int i = 0; i < JOURNAL_NAME_MAX; i++) {
    const unsigned byte = (unsigned)take(cursor, 1);
    text[i] = byte == 0x7F || (byte > 0 && byte < 0x20) ? '?' : (char)byte;
  }
  text[JOURNAL_NAME_MAX - 1] = '\0';
}

static void take_settings(struct cursor *cursor, struct journal_settings *settings)
{
  take_text(cursor, settings->preset);
  settings->model = (uint32_t)take(cursor, 4);
  settings->mode = take_below(cursor, 3);
  settings->strength = take_float(cursor);
  settings->look_ahead = take_time(cursor);
  cursor->bad = cursor->bad || !(settings->strength >= 0 && settings->strength <= 1);
}

static void take_start(struct cursor *cursor, struct journal_start *start)
{
  start->wall = (int64_t)take(cursor, 8);
  start->utc_offset = (int32_t)(uint32_t)take(cursor, 4);
  start->continues = take_below(cursor, 2) != 0;
  take_settings(cursor, &start->settings);
}

static void take_message(struct cursor *cursor, struct journal_message *message)
{
  *message = (struct journal_message){.size = (uint8_t)cursor->left};
  if (cursor->left < 1 || cursor->left > sizeof message->bytes) {
    cursor->bad = true;
    return;
  }
  for (int i = 0; i < message->size; i++) {
    message->bytes[i] = (uint8_t)take(cursor, 1);
  }
}

static void take_decision(struct cursor *cursor, struct journal_decision *decision)
{
  decision->channel = take_below(cursor, CHANNELS);
  decision->pitch = take_below(cursor, KEYS);
  decision->velocity = take_below(cursor, KEYS);
  decision->passed = take_below(cursor, 2) != 0;
  decision->damage = take_below(cursor, DAMAGE_COUNT);
  decision->mode = take_below(cursor, 3);
  decision->log_odds = take_float(cursor);
  decision->threshold = take_float(cursor);
}

static void take_stroke(struct cursor *cursor, struct journal_stroke *stroke)
{
  stroke->time = take_time(cursor);
  stroke->channel = take_below(cursor, CHANNELS);
  stroke->pitch = take_below(cursor, KEYS);
  stroke->velocity = take_below(cursor, KEYS);
}

/* False for a payload that no writer makes. An unknown type leaves all of it. */
static bool take_payload(struct cursor *cursor, struct journal_record *record)
{
  record->time = take_time(cursor);
  switch (record->type) {
  case JOURNAL_START: take_start(cursor, &record->start); break;
  case JOURNAL_RECEIVED:
  case JOURNAL_SENT: take_message(cursor, &record->message); break;
  case JOURNAL_LONG: record->size = (uint32_t)take(cursor, 4); break;
  case JOURNAL_DECISION: take_decision(cursor, &record->decision); break;
  case JOURNAL_PORT: record->connected = take_below(cursor, 2) != 0; break;
  case JOURNAL_GOOD: record->since = take_time(cursor); break;
  case JOURNAL_UNDO: take_stroke(cursor, &record->undo); break;
  case JOURNAL_UNMEANT:
    take_stroke(cursor, &record->unmeant.stroke);
    record->unmeant.damage = take_below(cursor, DAMAGE_COUNT);
    break;
  case JOURNAL_LOST: record->lost = take(cursor, 8); break;
  case JOURNAL_SETTINGS: take_settings(cursor, &record->settings); break;
  case JOURNAL_END: record->end = (enum journal_end)take_below(cursor, JOURNAL_ENDS); break;
  }
  return !cursor->bad && cursor->left == 0;
}

static bool is_known(unsigned type)
{
  return type >= JOURNAL_START && type <= JOURNAL_UNMEANT;
}

/* The record at reader->at: its size with its head, or 0 where none is whole. */
static size_t read_record(const struct journal_reader *reader, struct journal_record *record, bool *known)
{
  struct cursor cursor = {reader->data + reader->at, reader->size - reader->at, false};
  const uint8_t *bytes = cursor.at;
  const unsigned type = (unsigned)take(&cursor, 1);
  const uint64_t zero = take(&cursor, 1);
  const size_t size = (size_t)take(&cursor, 2);
  const uint32_t crc = (uint32_t)take(&cursor, 4);
  if (cursor.bad || zero != 0 || cursor.left < size || crc != journal_record_crc(bytes, size)) {
    return 0;
  }
  cursor.left = size;
  *known = is_known(type);
  *record = (struct journal_record){.type = *known ? (enum journal_type)type : JOURNAL_START};
  return !*known || take_payload(&cursor, record) ? RECORD_HEAD_SIZE + size : 0;
}

bool journal_is(const uint8_t *data, size_t size)
{
  return size >= JOURNAL_MAGIC_SIZE && memcmp(data, journal_magic, JOURNAL_MAGIC_SIZE) == 0;
}

uint32_t journal_flags(const uint8_t *data, size_t size)
{
  if (size < JOURNAL_HEAD_SIZE || !journal_is(data, size)) {
    return 0;
  }
  struct cursor cursor = {data + JOURNAL_FLAGS_AT, 4, false};
  return (uint32_t)take(&cursor, 4);
}

enum status journal_begin(struct journal_reader *reader, const uint8_t *data, size_t size, const char *name,
                          struct error *error)
{
  *reader = (struct journal_reader){.data = data, .size = size, .at = JOURNAL_HEAD_SIZE};
  if (size < JOURNAL_HEAD_SIZE || !journal_is(data, size)) {
    return error_set(error, STATUS_FORMAT, "%.300s: not a take captured by emend", name);
  }
  struct cursor cursor = {data + JOURNAL_VERSION_AT, 4, false};
  const unsigned version = (unsigned)take(&cursor, 4);
  if (version != JOURNAL_VERSION) {
    return error_set(error, STATUS_UNSUPPORTED,
                     "%.300s: a take of version %u, and this emend reads version %d; use the one that made it",
                     name, version, JOURNAL_VERSION);
  }
  reader->flags = journal_flags(data, size);
  struct journal_record record;
  bool known = false;
  const size_t first = read_record(reader, &record, &known);
  if (first == 0 || !known || record.type != JOURNAL_START) {
    return error_set(error, STATUS_FORMAT, "%.300s: damaged at its very start; nothing of the take can be read",
                     name);
  }
  reader->start = record.start;
  reader->at += first;
  return STATUS_OK;
}

bool journal_next(struct journal_reader *reader, struct journal_record *record)
{
  bool known = false;
  while (!known) {
    const size_t size = reader->ended ? 0 : read_record(reader, record, &known);
    if (size == 0 || (known && record->type == JOURNAL_START)) {
      return false;
    }
    reader->at += size;
  }
  reader->last = record->time > reader->last ? record->time : reader->last;
  if (record->type == JOURNAL_END) {
    reader->ended = true;
    reader->end = record->end;
  }
  return true;
}

bool journal_tail_ends(const uint8_t *tail, size_t size)
{
  uint8_t end[JOURNAL_RECORD_MAX];
  struct journal_record record = {.type = JOURNAL_END};
  const size_t length = journal_put(&record, end);
  struct journal_reader reader = {.data = size >= length ? tail + size - length : tail,
                                  .size = size >= length ? length : size};

  return journal_next(&reader, &record) && reader.ended;
}

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
  case JOURNAL_UNMEANT: summary->unmeant++; break;
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

const uint8_t journal_magic[JOURNAL_MAGIC_SIZE] = {0x89, 'e', 'm', 't', 'a', 'k', 'e', '\n'};

uint32_t journal_crc(uint32_t crc, const uint8_t *data, size_t size)
{
  /* The polynomial 0xEDB88320, four bits at a time. */
  static const uint32_t table[16] = {0x00000000, 0x1DB71064, 0x3B6E20C8, 0x26D930AC, 0x76DC4190, 0x6B6B51F4,
                                     0x4DB26158, 0x5005713C, 0xEDB88320, 0xF00F9344, 0xD6D6A3E8, 0xCB61B38C,
                                     0x9B64C2B0, 0x86D3D2D4, 0xA00AE278, 0xBDBDF21C};
  crc = ~crc;
  for (size_t i = 0; i < size; i++) {
    crc ^= data[i];
    crc = crc >> 4 ^ table[crc & 15];
    crc = crc >> 4 ^ table[crc & 15];
  }
  return ~crc;
}

uint32_t journal_record_crc(const uint8_t *record, size_t payload_size)
{
  return journal_crc(journal_crc(0, record, RECORD_CRC_AT), record + RECORD_HEAD_SIZE, payload_size);
}

static uint8_t *put(uint8_t *at, uint64_t value, int bytes)
{
  for (int i = 0; i < bytes; i++) {
    *at++ = (uint8_t)(value >> (8 * i));
  }
  return at;
}

static uint8_t *put_float(uint8_t *at, float value)
{
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return put(at, bits, 4);
}

static uint8_t *put_time(uint8_t *at, nanos time)
{
  time = time < 0 ? 0 : time > JOURNAL_TIME_MAX ? JOURNAL_TIME_MAX : time;
  return put(at, (uint64_t)time, 8);
}

static uint8_t *put_settings(uint8_t *at, const struct journal_settings *settings)
{
  memset(at, 0, JOURNAL_NAME_MAX);
  memcpy(at, settings->preset, strnlen(settings->preset, JOURNAL_NAME_MAX - 1));
  at = put(at + JOURNAL_NAME_MAX, settings->model, 4);
  at = put(at, settings->mode, 1);
  at = put_float(at, settings->strength);
  return put_time(at, settings->look_ahead);
}

static uint8_t *put_start(uint8_t *at, const struct journal_start *start)
{
  at = put(at, (uint64_t)start->wall, 8);
  at = put(at, (uint32_t)start->utc_offset, 4);
  at = put(at, start->continues, 1);
  return put_settings(at, &start->settings);
}

static uint8_t *put_decision(uint8_t *at, const struct journal_decision *decision)
{
  at = put(at, decision->channel, 1);
  at = put(at, decision->pitch, 1);
  at = put(at, decision->velocity, 1);
  at = put(at, decision->passed, 1);
  at = put(at, decision->damage, 1);
  at = put(at, decision->mode, 1);
  at = put_float(at, decision->log_odds);
  return put_float(at, decision->threshold);
}

static uint8_t *put_stroke(uint8_t *at, const struct journal_stroke *stroke)
{
  at = put_time(at, stroke->time);
  at = put(at, stroke->channel, 1);
  at = put(at, stroke->pitch, 1);
  return put(at, stroke->velocity, 1);
}

static uint8_t *put_payload(uint8_t *at, const struct journal_record *record)
{
  at = put_time(at, record->time);
  switch (record->type) {
  case JOURNAL_START: return put_start(at, &record->start);
  case JOURNAL_RECEIVED:
  case JOURNAL_SENT: memcpy(at, record->message.bytes, record->message.size); return at + record->message.size;
  case JOURNAL_LONG: return put(at, record->size, 4);
  case JOURNAL_DECISION: return put_decision(at, &record->decision);
  case JOURNAL_PORT: return put(at, record->connected, 1);
  case JOURNAL_GOOD: return put_time(at, record->since);
  case JOURNAL_UNDO: return put_stroke(at, &record->undo);
  case JOURNAL_UNMEANT: return put(put_stroke(at, &record->unmeant.stroke), record->unmeant.damage, 1);
  case JOURNAL_LOST: return put(at, record->lost, 8);
  case JOURNAL_SETTINGS: return put_settings(at, &record->settings);
  case JOURNAL_END: return put(at, (uint64_t)record->end, 1);
  }
  return at;
}

void journal_put_head(uint8_t head[JOURNAL_HEAD_SIZE], uint32_t flags)
{
  memcpy(head, journal_magic, JOURNAL_MAGIC_SIZE);
  put(head + JOURNAL_VERSION_AT, JOURNAL_VERSION, 4);
  put(head + JOURNAL_FLAGS_AT, flags, 4);
}

size_t journal_put(const struct journal_record *record, uint8_t out[JOURNAL_RECORD_MAX])
{
  const size_t payload = (size_t)(put_payload(out + RECORD_HEAD_SIZE, record) - (out + RECORD_HEAD_SIZE));
  put(out, record->type, 1);
  put(out + 1, 0, 1);
  put(out + 2, payload, 2);
  put(out + RECORD_CRC_AT, journal_record_crc(out, payload), 4);
  return RECORD_HEAD_SIZE + payload;
}

size_t journal_record_size(const uint8_t *data, size_t size)
{
  if (size < RECORD_HEAD_SIZE) {
    return 0;
  }
  const size_t whole = RECORD_HEAD_SIZE + (size_t)data[2] + ((size_t)data[3] << 8);
  return whole <= size ? whole : 0;
}
