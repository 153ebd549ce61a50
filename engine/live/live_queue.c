/* SPDX-License-Identifier: MIT */
#include "live_queue.h"

#include <string.h>

/* A stretch of `size` bytes in the store, in one piece. False when there is none. */
static bool find_store(const struct live_queue *queue, uint32_t size, uint32_t *start)
{
  uint32_t first = queue->long_count > 0 ? queue->store_first : 0;
  uint32_t end = queue->long_count > 0 ? queue->store_end : 0;
  bool wrapped = queue->long_count > 0 && end <= first;
  uint32_t limit = wrapped ? first : queue->store_size;
  if (limit - end >= size) {
    *start = end;
    return true;
  }
  *start = 0;
  return !wrapped && first >= size;
}

EMEND_LIVE bool live_queue_push(struct live_queue *queue, nanos time, const uint8_t *bytes, size_t size)
{
  uint32_t start = 0;
  bool is_short = size <= SHORT_MAX;
  if (queue->count == queue->capacity ||
      (!is_short && (size > queue->store_size || !find_store(queue, (uint32_t)size, &start)))) {
    return false;
  }
  struct queued *slot = &queue->slots[(queue->first + queue->count) % queue->capacity];
  *slot = (struct queued){.time = time, .size = (uint32_t)size, .start = start};
  if (is_short) {
    memcpy(slot->bytes, bytes, size);
  } else {
    memcpy(queue->store + start, bytes, size);
    queue->store_first = queue->long_count == 0 ? start : queue->store_first;
    queue->store_end = start + (uint32_t)size;
    queue->long_count++;
  }
  queue->count++;
  return true;
}

EMEND_LIVE const struct queued *live_queue_front(const struct live_queue *queue)
{
  return queue->count > 0 ? &queue->slots[queue->first] : NULL;
}

EMEND_LIVE const uint8_t *live_queue_bytes(const struct live_queue *queue, const struct queued *message)
{
  return message->size <= SHORT_MAX ? message->bytes : queue->store + message->start;
}

/* The next long message after the front becomes the oldest. Bounded by the queue's capacity. */
static void release_store(struct live_queue *queue)
{
  queue->long_count--;
  for (uint32_t i = 1; queue->long_count > 0 && i < queue->count; i++) {
    const struct queued *slot = &queue->slots[(queue->first + i) % queue->capacity];
    if (slot->size > SHORT_MAX) {
      queue->store_first = slot->start;
      return;
    }
  }
}

EMEND_LIVE void live_queue_pop(struct live_queue *queue)
{
  if (queue->slots[queue->first].size > SHORT_MAX) {
    release_store(queue);
  }
  queue->first = (queue->first + 1) % queue->capacity;
  queue->count--;
}
