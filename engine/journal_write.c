#include "journal_parts.h"

#include <string.h>

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
