/* SPDX-License-Identifier: MIT */
#include "ring.h"

#include <stdlib.h>

#include "rt.h"

enum { RING_CAPACITY_MIN = 64 };
#define RING_CAPACITY_MAX (UINT32_C(1) << 31)

enum status ring_init(struct ring *ring, uint32_t capacity)
{
  if (capacity > RING_CAPACITY_MAX) {
    return STATUS_USAGE;
  }
  uint32_t size = RING_CAPACITY_MIN;
  while (size < capacity) {
    size *= 2;
  }
  ring->bytes = malloc(size);
  if (!ring->bytes) {
    return STATUS_NO_MEMORY;
  }
  touch_pages(ring->bytes, size);
  ring->mask = size - 1;
  atomic_init(&ring->write_index, 0);
  atomic_init(&ring->read_index, 0);
  return STATUS_OK;
}

void ring_free(struct ring *ring)
{
  free(ring->bytes);
  ring->bytes = NULL;
}
