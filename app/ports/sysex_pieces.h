/* SPDX-License-Identifier: MIT */
/* Messages on their way to a library that wants SysEx in pieces of its own size.
 *
 * A SysEx comes in pieces of any size. It leaves in pieces of exactly `limit` bytes and a rest, which is
 * what ALSA's encoder takes without waiting; or, for systems that know only whole ones, at once, and
 * one longer than `limit` not at all. Other messages pass as they are; a real-time message passes
 * even within a SysEx. Pure; never allocates. */
#ifndef EMEND_SYSEX_PIECES_H
#define EMEND_SYSEX_PIECES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sysex_pieces {
  uint8_t *buffer; /* the caller's, of `limit` bytes */
  size_t limit;
  bool whole;    /* pieces are not understood */
  size_t size;   /* collected so far */
  bool inside;   /* a SysEx has begun */
  bool skipping; /* it is too long and is being lost */
  uint64_t lost; /* SysEx messages lost in this way */
};

/* Bytes to be written: within the message given or the buffer; valid until the next call. */
struct sysex_piece {
  const uint8_t *bytes;
  size_t size;
};

/* Take from a message, from byte *at on, and move *at. True when a piece is ready; call again with
 * the same message until *at is its end. */
bool sysex_pieces_take(struct sysex_pieces *pieces, const uint8_t *bytes, size_t size, size_t *at,
                       struct sysex_piece *piece);

#endif
