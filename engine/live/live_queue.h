/* SPDX-License-Identifier: MIT */
/* A bounded queue of messages on the live thread, in order. Short ones lie in the slots; longer ones
 * in a store of bytes beside them, each in one piece. */
#ifndef EMEND_LIVE_QUEUE_H
#define EMEND_LIVE_QUEUE_H

#include "event.h"
#include "rt.h"

enum { SHORT_MAX = 3 }; /* size of the largest short message */

struct queued {
  nanos time;
  uint32_t size;
  uint32_t start;           /* in the store, when size is above SHORT_MAX */
  uint8_t bytes[SHORT_MAX]; /* else here */
};

struct live_queue {
  struct queued *slots; /* (capacity) */
  uint32_t capacity, first, count;
  uint8_t *store; /* (store_size) */
  uint32_t store_size;
  uint32_t store_first, store_end; /* the oldest long message's start, the newest one's end */
  uint32_t long_count;
};

/* Set-up. Allocates. `store_size` is above 0. */
enum status live_queue_init(struct live_queue *queue, uint32_t capacity, uint32_t store_size) EMEND_CHECK;
void live_queue_free(struct live_queue *queue);

/* Live thread; never allocate. Push returns false, and keeps nothing, when there is no room. */
EMEND_LIVE bool live_queue_push(struct live_queue *queue, nanos time, const uint8_t *bytes, size_t size);
/* The oldest message, or NULL; its bytes are good until it is popped. */
EMEND_LIVE const struct queued *live_queue_front(const struct live_queue *queue);
EMEND_LIVE const uint8_t *live_queue_bytes(const struct live_queue *queue, const struct queued *message);
EMEND_LIVE void live_queue_pop(struct live_queue *queue);

#endif
