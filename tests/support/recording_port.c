#include "recording_port.h"

#include <string.h>

void recording_clear(struct recording_port *recording)
{
  recording->count = 0;
  recording->used = 0;
  recording->full = false;
}

bool recording_emit(void *port, nanos time, const uint8_t *bytes, size_t size)
{
  struct recording_port *recording = port;
  if (recording->full || recording->count == RECORDING_MAX || size > RECORDING_BYTES - recording->used) {
    return false;
  }
  recording->messages[recording->count++] = (struct recorded){time, recording->used, (uint32_t)size};
  memcpy(recording->bytes + recording->used, bytes, size);
  recording->used += (uint32_t)size;
  return true;
}

const uint8_t *recording_bytes(const struct recording_port *recording, uint32_t message)
{
  return recording->bytes + recording->messages[message].start;
}
