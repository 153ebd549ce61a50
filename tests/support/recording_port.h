/* SPDX-License-Identifier: MIT */
/* A port that remembers what was sent, and can be told to have no room. Never allocates after init. */
#ifndef EMEND_RECORDING_PORT_H
#define EMEND_RECORDING_PORT_H

#include "event.h"

enum { RECORDING_MAX = 1 << 16, RECORDING_BYTES = 1 << 20 };

struct recorded {
  nanos time;
  uint32_t start, size; /* in bytes */
};

struct recording_port {
  struct recorded messages[RECORDING_MAX];
  uint8_t bytes[RECORDING_BYTES];
  uint32_t count, used;
  bool full; /* refuse everything */
};

void recording_clear(struct recording_port *recording);
/* A live_emit. False when told so, or when the recording itself has no room. */
bool recording_emit(void *port, nanos time, const uint8_t *bytes, size_t size);
const uint8_t *recording_bytes(const struct recording_port *recording, uint32_t message);

/* A controller that the engine sends of its own when all is to end: a pedal up, all notes or all sound off. */
bool recording_is_ending(const struct recording_port *port, uint32_t message);

#endif
