/* SPDX-License-Identifier: MIT */
/* Files within files: RIFF RMID (MMA RP-029), where a chunk "data" holds the Standard MIDI File and lengths are
 * little-endian, and MacBinary II, where it is the data fork behind a head of 128 bytes. */
#include "smf_private.h"

#include <string.h>

enum {
  RIFF_HEAD = 12, /* "RIFF", length, "RMID" */
  RIFF_LENGTH = 4,
  CHUNK_HEAD = 8,
  MAC_HEAD = 128,
  MAC_NAME_MAX = 63,
  MAC_ZERO_1 = 74,
  MAC_ZERO_2 = 82,
  MAC_DATA_LENGTH = 83,
  MAC_VERSION = 122,
  MAC_CHECKSUM = 124, /* of the bytes before */
  MAC_VERSION_II = 129,
  CRC_POLYNOMIAL = 0x1021,
};

static uint32_t little(const uint8_t *bytes)
{
  return (uint32_t)bytes[3] << 24 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[1] << 8 | bytes[0];
}

static void put_little(uint8_t *bytes, uint32_t value)
{
  for (int i = 0; i < 4; i++) {
    bytes[i] = (uint8_t)(value >> (8 * i));
  }
}

static bool has(const uint8_t *data, size_t size, size_t at, const char *word)
{
  return at + 4 <= size && memcmp(data + at, word, 4) == 0;
}

/* The first "MThd", wherever it stands. */
static struct smf_wrapper search(const uint8_t *data, size_t size)
{
  struct smf_wrapper wrapper = {.kind = SMF_PLAIN, .begin = 0, .end = size, .is_faulty = true};
  for (size_t at = 0; at + 4 <= size; at++) {
    if (has(data, size, at, "MThd")) {
      wrapper.begin = at;
      return wrapper;
    }
  }
  return wrapper;
}

static struct smf_wrapper unwrap_riff(const uint8_t *data, size_t size)
{
  size_t at = RIFF_HEAD;
  while (at + CHUNK_HEAD <= size) {
    const size_t begin = at + CHUNK_HEAD;
    const size_t length = little(data + at + 4);
    const bool is_cut = length > size - begin;
    if (has(data, size, at, "data") && has(data, size, begin, "MThd")) {
      return (struct smf_wrapper){.kind = SMF_RIFF,
                                  .begin = begin,
                                  .end = is_cut ? size : begin + length,
                                  .length = at + 4,
                                  .is_faulty = is_cut};
    }
    if (is_cut) {
      break;
    }
    at += CHUNK_HEAD + length + length % 2;
  }
  return search(data, size);
}

static bool is_macbinary(const uint8_t *data, size_t size)
{
  return size > MAC_HEAD && data[0] == 0 && data[1] >= 1 && data[1] <= MAC_NAME_MAX && data[MAC_ZERO_1] == 0 &&
         data[MAC_ZERO_2] == 0 && has(data, size, MAC_HEAD, "MThd");
}

static struct smf_wrapper unwrap_macbinary(const uint8_t *data, size_t size)
{
  const size_t length = smf_big(data + MAC_DATA_LENGTH, 4);
  if (length < 4 || length > size - MAC_HEAD) {
    return (struct smf_wrapper){.kind = SMF_PLAIN, .begin = MAC_HEAD, .end = size, .is_faulty = true};
  }
  return (struct smf_wrapper){
    .kind = SMF_MACBINARY, .begin = MAC_HEAD, .end = MAC_HEAD + length, .is_faulty = true};
}

struct smf_wrapper smf_unwrap(const uint8_t *data, size_t size)
{
  if (has(data, size, 0, "RIFF") && has(data, size, 8, "RMID")) {
    return unwrap_riff(data, size);
  }
  if (is_macbinary(data, size)) {
    return unwrap_macbinary(data, size);
  }
  return (struct smf_wrapper){.kind = SMF_PLAIN, .begin = 0, .end = size};
}

/* Make the padding from `end` on as long as `wanted`, where it was `padding`. Returns the size then. */
static size_t pad(uint8_t *out, size_t size, size_t end, size_t padding, size_t wanted)
{
  memmove(out + end + wanted, out + end + padding, size - end - padding);
  memset(out + end, 0, wanted);
  return size - padding + wanted;
}

static size_t rewrap_riff(const struct smf_wrapper *wrapper, uint8_t *out, size_t size, size_t inner_size)
{
  const size_t old = wrapper->end - wrapper->begin;
  const size_t end = wrapper->begin + inner_size;
  const size_t padding = old % 2 == 1 && size > end ? 1 : 0;
  /* Files that leave the padding out at their end stay so. */
  const size_t wanted = inner_size % 2 == 1 && (size > end || old % 2 == 0) ? 1 : 0;
  const size_t now = pad(out, size, end, padding, wanted);
  const uint32_t change = (uint32_t)(inner_size + wanted - old - padding);
  put_little(out + wrapper->length, (uint32_t)inner_size);
  const uint32_t whole = little(out + RIFF_LENGTH) + change;
  put_little(out + RIFF_LENGTH, wrapper->is_faulty ? (uint32_t)(now - CHUNK_HEAD) : whole);
  return now;
}

/* CRC-16 as in XMODEM. */
static uint16_t checksum(const uint8_t *bytes, size_t size)
{
  uint16_t crc = 0;
  for (size_t i = 0; i < size; i++) {
    crc = (uint16_t)(crc ^ bytes[i] << 8);
    for (int bit = 0; bit < 8; bit++) {
      crc = (uint16_t)(crc & 0x8000 ? crc << 1 ^ CRC_POLYNOMIAL : crc << 1);
    }
  }
  return crc;
}

static void put_big(uint8_t *bytes, uint32_t value, int count)
{
  for (int i = 0; i < count; i++) {
    bytes[i] = (uint8_t)(value >> (8 * (count - 1 - i)));
  }
}

static size_t padding_of(size_t size)
{
  return (MAC_HEAD - size % MAC_HEAD) % MAC_HEAD;
}

static size_t rewrap_macbinary(const struct smf_wrapper *wrapper, uint8_t *out, size_t size, size_t inner_size)
{
  const size_t end = wrapper->begin + inner_size;
  const size_t padding = padding_of(wrapper->end - wrapper->begin);
  const size_t now = size - end >= padding ? pad(out, size, end, padding, padding_of(inner_size)) : size;
  put_big(out + MAC_DATA_LENGTH, (uint32_t)inner_size, 4);
  if (out[MAC_VERSION] >= MAC_VERSION_II) {
    put_big(out + MAC_CHECKSUM, checksum(out, MAC_CHECKSUM), 2);
  }
  return now;
}

size_t smf_rewrap(const struct smf_wrapper *wrapper, uint8_t *out, size_t size, size_t inner_size)
{
  if (inner_size == wrapper->end - wrapper->begin) {
    return size;
  }
  switch (wrapper->kind) {
  case SMF_RIFF: return rewrap_riff(wrapper, out, size, inner_size);
  case SMF_MACBINARY: return rewrap_macbinary(wrapper, out, size, inner_size);
  case SMF_PLAIN: break;
  }
  return size;
}
