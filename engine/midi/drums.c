/* SPDX-License-Identifier: MIT */
#include "drums.h"

#include <string.h>

enum {
  BANK = 0, /* controller */
  BANK_GM2_DRUMS = 120,
  BANK_XG_EFFECTS = 126,
  BANK_XG_DRUMS = 127,
  ROLAND = 0x41,
  GS_MODEL = 0x42,
  DATA_SET = 0x12,
  GS_HEAD = 8, /* F0 41 device 42 12 and an address of three bytes */
  GS_CHANNEL = 0x02,
  GS_RHYTHM = 0x15,
  YAMAHA = 0x43,
  XG_MODEL = 0x4C,
  XG_HEAD = 7, /* F0 43 1n 4C and an address of three bytes */
  XG_PARTS = 0x08,
  XG_CHANNEL = 0x04,
  XG_MODE = 0x07,
};

/* Part numbers of GS: 0 is the tenth, then come the others in order. */
static unsigned gs_part(unsigned block)
{
  if (block == 0) {
    return DRUM_CHANNEL;
  }
  return block <= DRUM_CHANNEL ? block - 1 : block;
}

EMEND_LIVE void drums_reset(struct drums *drums)
{
  *drums = (struct drums){.by_part = 1u << DRUM_CHANNEL, .parts = 1u << DRUM_CHANNEL};
  for (unsigned part = 0; part < CHANNELS; part++) {
    drums->part_channel[part] = (uint8_t)part;
  }
}

static void settle(struct drums *drums)
{
  drums->by_part = 0;
  for (unsigned part = 0; part < CHANNELS; part++) {
    if ((drums->parts >> part & 1) != 0 && drums->part_channel[part] < CHANNELS) {
      drums->by_part = (uint16_t)(drums->by_part | 1u << drums->part_channel[part]);
    }
  }
}

static void set_mode(struct drums *drums, unsigned part, bool is_drums)
{
  const uint16_t bit = (uint16_t)(1u << part);
  drums->parts = (uint16_t)(is_drums ? drums->parts | bit : drums->parts & ~bit);
  settle(drums);
}

static void set_channel(struct drums *drums, unsigned part, unsigned channel)
{
  drums->part_channel[part] = (uint8_t)(channel < CHANNELS ? channel : CHANNELS);
  settle(drums);
}

/* `data` holds the bytes from the address on; a message may set several of them. */
static void hear_gs(struct drums *drums, const uint8_t *bytes, size_t size)
{
  const unsigned high = bytes[5], middle = bytes[6], low = bytes[7];
  const bool resets = low == 0x7F && middle == 0 && (high == 0x40 || high == 0);
  if (resets) {
    drums_reset(drums);
  }
  drums->is_gs = true;
  for (size_t i = GS_HEAD; high == 0x40 && (middle & 0xF0) == 0x10 && i + 1 < size && bytes[i + 1] < 0x80;
       i++) {
    const size_t place = low + (i - GS_HEAD); /* a checksum follows the data */
    if (place == GS_RHYTHM) {
      set_mode(drums, gs_part(middle & 0x0F), bytes[i] != 0);
    } else if (place == GS_CHANNEL) {
      set_channel(drums, gs_part(middle & 0x0F), bytes[i]);
    }
  }
}

static void hear_xg(struct drums *drums, const uint8_t *bytes, size_t size)
{
  const unsigned high = bytes[4], middle = bytes[5], low = bytes[6];
  if (high == 0 && middle == 0 && (low == 0x7E || low == 0x7F)) {
    drums_reset(drums);
  }
  for (size_t i = XG_HEAD; high == XG_PARTS && middle < CHANNELS && i < size && bytes[i] < 0x80; i++) {
    const size_t place = low + (i - XG_HEAD);
    if (place == XG_MODE) {
      set_mode(drums, middle, bytes[i] != 0);
    } else if (place == XG_CHANNEL) {
      set_channel(drums, middle, bytes[i]);
    }
  }
}

static void hear_sysex(struct drums *drums, const uint8_t *bytes, size_t size)
{
  if (size > GS_HEAD && bytes[1] == ROLAND && bytes[3] == GS_MODEL && bytes[4] == DATA_SET) {
    hear_gs(drums, bytes, size);
  } else if (size > XG_HEAD && bytes[1] == YAMAHA && (bytes[2] & 0xF0) == 0x10 && bytes[3] == XG_MODEL) {
    hear_xg(drums, bytes, size);
  } else if (size >= 5 && bytes[1] == 0x7E && bytes[3] == 0x09) { /* General MIDI on or off */
    drums_reset(drums);
  }
}

static void hear_bank(struct drums *drums, unsigned channel, unsigned bank)
{
  const uint16_t bit = (uint16_t)(1u << channel);
  const bool xg = bank == BANK_XG_DRUMS || bank == BANK_XG_EFFECTS;
  const bool is_drums = bank == BANK_GM2_DRUMS || (xg && !drums->is_gs);
  drums->by_bank = (uint16_t)(is_drums ? drums->by_bank | bit : drums->by_bank & ~bit);
}

EMEND_LIVE void drums_hear(struct drums *drums, const uint8_t *bytes, size_t size)
{
  if (size > 3 && bytes[0] == MIDI_SYSEX) {
    hear_sysex(drums, bytes, size);
  } else if (size == 3 && (bytes[0] & 0xF0) == MIDI_CONTROL && bytes[1] == BANK) {
    hear_bank(drums, bytes[0] & 0x0F, bytes[2]);
  }
}
