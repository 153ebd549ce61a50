/* SPDX-License-Identifier: MIT */
/* Events with their absolute frames, gathered by a process callback, written out at the end.
 * For the JACK sender and recorder of the tests, which share nothing with emend but libjack. */
#ifndef JACK_LOG_H
#define JACK_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct jack_log {
  uint8_t *bytes; /* frame (8 bytes), size (4 bytes), then the event; all in this machine's order */
  size_t used, capacity;
  bool full;
};

bool jack_log_open(struct jack_log *log, size_t capacity);
/* Callback. */
void jack_log_add(struct jack_log *log, uint64_t frame, const uint8_t *bytes, size_t size);
/* A line an event: frame, bytes in hexadecimal. False when it cannot be written or the log was full. */
bool jack_log_write(const struct jack_log *log, const char *path);

#endif
