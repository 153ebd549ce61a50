/* SPDX-License-Identifier: MIT */
/* A lock-free ring of bytes between one writer and one reader (Lamport's queue; each side loads the
 * other's index once, does its work and stores its own once).
 *
 * Messages are tagged: a header {type, size} and a payload, written and made visible as one. */
#ifndef EMEND_RING_H
#define EMEND_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "rt.h"
#include "status.h"

enum { RING_LINE = 64 }; /* bytes of a cache line */

struct ring {
  uint8_t *bytes;
  uint32_t mask; /* capacity - 1; capacity is a power of two */
  /* Nothing else on the line of an index, wherever the ring lies: whoever holds one needs no alignment. */
  uint8_t before_write[RING_LINE];
  _Atomic uint32_t write_index;
  uint8_t before_read[RING_LINE];
  _Atomic uint32_t read_index;
  uint8_t after_read[RING_LINE];
};

struct ring_header {
  uint32_t type;
  uint32_t size; /* of the payload, in bytes */
};

/* Set-up. Capacity is rounded up to a power of two; STATUS_USAGE above 2^31. Allocates; STATUS_NO_MEMORY. */
enum status ring_init(struct ring *ring, uint32_t capacity) EMEND_CHECK;
void ring_free(struct ring *ring);

/* Writer's thread. False, and nothing written, when there is no room. Never allocates or blocks. */
EMEND_LIVE bool ring_write(struct ring *ring, uint32_t type, const void *payload, uint32_t size);

/* Reader's thread. False when the ring is empty. A payload longer than `capacity` is skipped and read
 * as size 0 with its type kept. Never allocates or blocks. */
EMEND_LIVE bool ring_read(struct ring *ring, struct ring_header *header, void *payload, uint32_t capacity);

#endif
