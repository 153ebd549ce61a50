/* SPDX-License-Identifier: MIT */
/* PortMidi's events as bytes and back: an event carries up to four bytes, a SysEx many events.
 * Pure; never allocates. */
#ifndef EMEND_PORTMIDI_BYTES_H
#define EMEND_PORTMIDI_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct portmidi_decoder {
  bool inside; /* of a SysEx */
};

/* The bytes of one event: returns how many (0 to 4). A SysEx comes out in pieces. */
size_t portmidi_decode(struct portmidi_decoder *decoder, uint32_t event, uint8_t bytes[4]);

/* The next event of a message or piece, from byte *at on. Pieces of a SysEx but the last must be of a
 * multiple of four bytes. False at the end. */
bool portmidi_encode(const uint8_t *bytes, size_t size, size_t *at, uint32_t *event);

#endif
