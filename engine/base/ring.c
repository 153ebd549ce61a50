/* SPDX-License-Identifier: MIT */
#include "ring.h"

#include <string.h>

static void copy_in(struct ring *ring, uint32_t index, const void *from, uint32_t size)
{
  uint32_t start = index & ring->mask;
  uint32_t room = ring->mask + 1 - start;
  uint32_t first = size < room ? size : room;
  if (size > 0) {
    memcpy(ring->bytes + start, from, first);
    memcpy(ring->bytes, (const uint8_t *)from + first, size - first);
  }
}

static void copy_out(const struct ring *ring, uint32_t index, void *to, uint32_t size)
{
  uint32_t start = index & ring->mask;
  uint32_t room = ring->mask + 1 - start;
  uint32_t first = size < room ? size : room;
  if (size > 0) {
    memcpy(to, ring->bytes + start, first);
    memcpy((uint8_t *)to + first, ring->bytes, size - first);
  }
}

EMEND_LIVE bool ring_write(struct ring *ring, uint32_t type, const void *payload, uint32_t size)
{
  const struct ring_header header = {type, size};
  uint32_t write = atomic_load_explicit(&ring->write_index, memory_order_relaxed);
  uint32_t read = atomic_load_explicit(&ring->read_index, memory_order_acquire);
  /* The indices run freely; their difference is what is stored. */
  uint64_t room = (uint64_t)ring->mask + 1 - (uint32_t)(write - read);
  if (sizeof header + (uint64_t)size > room) {
    return false;
  }
  copy_in(ring, write, &header, sizeof header);
  copy_in(ring, write + (uint32_t)sizeof header, payload, size);
  atomic_store_explicit(&ring->write_index, write + (uint32_t)sizeof header + size, memory_order_release);
  return true;
}

EMEND_LIVE bool ring_read(struct ring *ring, struct ring_header *header, void *payload, uint32_t capacity)
{
  uint32_t read = atomic_load_explicit(&ring->read_index, memory_order_relaxed);
  if (read == atomic_load_explicit(&ring->write_index, memory_order_acquire)) {
    return false;
  }
  copy_out(ring, read, header, sizeof *header);
  uint32_t next = read + (uint32_t)sizeof *header + header->size;
  if (header->size > capacity) {
    header->size = 0;
  }
  copy_out(ring, read + (uint32_t)sizeof *header, payload, header->size);
  atomic_store_explicit(&ring->read_index, next, memory_order_release);
  return true;
}
