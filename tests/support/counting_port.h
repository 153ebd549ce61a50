/* SPDX-License-Identifier: MIT */
/* A port that keeps no message, for streams of any length: it knows what sounds and counts the rest. */
#ifndef EMEND_COUNTING_PORT_H
#define EMEND_COUNTING_PORT_H

#include "event.h"

struct counting_port {
  uint32_t depth[CHANNELS][KEYS]; /* notes of the key that sound */
  uint64_t sounding;              /* their sum */
  uint64_t ons, offs, strays, others;
  uint64_t room; /* messages that it still takes */
  nanos last;
  bool time_back;
};

/* Count one message. */
void counting_hear(struct counting_port *port, const uint8_t *bytes, size_t size);
/* A live_emit. */
bool counting_emit(void *user, nanos time, const uint8_t *bytes, size_t size);

#endif
