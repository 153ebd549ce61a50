/* SPDX-License-Identifier: MIT */
#include "sysex_pieces.h"

#include "event.h"

enum { SYSEX_END = 0xF7 };

static bool belongs_to_sysex(const struct sysex_pieces *pieces, uint8_t first)
{
  return first == MIDI_SYSEX || (pieces->inside && (first < 0x80 || first == SYSEX_END));
}

static bool hand_out(struct sysex_pieces *pieces, struct sysex_piece *piece)
{
  *piece = (struct sysex_piece){.bytes = pieces->buffer, .size = pieces->size};
  pieces->size = 0;
  return true;
}

/* One byte of a SysEx; true when a piece is ready. */
static bool collect(struct sysex_pieces *pieces, uint8_t byte, struct sysex_piece *piece)
{
  if (pieces->size == pieces->limit) {
    pieces->skipping = true; /* only where a SysEx must be whole */
  }
  if (!pieces->skipping) {
    pieces->buffer[pieces->size++] = byte;
  }
  if (byte == SYSEX_END) {
    pieces->inside = false;
    pieces->lost += pieces->skipping;
    if (pieces->skipping) {
      pieces->size = 0;
      return false;
    }
    return hand_out(pieces, piece);
  }
  return !pieces->whole && pieces->size == pieces->limit && hand_out(pieces, piece);
}

bool sysex_pieces_take(struct sysex_pieces *pieces, const uint8_t *bytes, size_t size, size_t *at,
                       struct sysex_piece *piece)
{
  if (*at >= size) {
    return false;
  }
  if (*at == 0 && !belongs_to_sysex(pieces, bytes[0])) {
    if (bytes[0] < MIDI_CLOCK) {
      pieces->inside = false; /* a status byte breaks a SysEx off */
    }
    *at = size;
    *piece = (struct sysex_piece){.bytes = bytes, .size = size};
    return true;
  }
  if (*at == 0 && bytes[0] == MIDI_SYSEX) {
    pieces->inside = true;
    pieces->skipping = false;
    pieces->size = 0;
  }
  while (*at < size) {
    if (collect(pieces, bytes[(*at)++], piece)) {
      return true;
    }
  }
  return false;
}
