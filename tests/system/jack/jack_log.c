/* SPDX-License-Identifier: MIT */
#include "jack_log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct head {
  uint64_t frame;
  uint64_t size;
};

bool jack_log_open(struct jack_log *log, size_t capacity)
{
  *log = (struct jack_log){.bytes = malloc(capacity), .capacity = capacity};
  if (log->bytes) {
    memset(log->bytes, 0, capacity); /* pages are there before the callback runs */
  }
  return log->bytes != NULL;
}

void jack_log_add(struct jack_log *log, uint64_t frame, const uint8_t *bytes, size_t size)
{
  struct head head = {frame, size};
  if (log->capacity - log->used < sizeof(head) + size) {
    log->full = true;
    return;
  }
  memcpy(log->bytes + log->used, &head, sizeof(head));
  memcpy(log->bytes + log->used + sizeof(head), bytes, size);
  log->used += sizeof(head) + size;
}

bool jack_log_write(const struct jack_log *log, const char *path)
{
  FILE *file = fopen(path, "w");
  if (!file) {
    return false;
  }
  for (size_t at = 0; at < log->used;) {
    struct head head;
    memcpy(&head, log->bytes + at, sizeof(head));
    at += sizeof(head);
    fprintf(file, "%llu ", (unsigned long long)head.frame);
    for (size_t i = 0; i < head.size; i++) {
      fprintf(file, "%02x", log->bytes[at + i]);
    }
    fputc('\n', file);
    at += (size_t)head.size;
  }
  bool written = ferror(file) == 0;
  return fclose(file) == 0 && written && !log->full;
}
