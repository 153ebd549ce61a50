/* SPDX-License-Identifier: MIT */
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

bool recording_is_ending(const struct recording_port *port, uint32_t message)
{
  const uint8_t *bytes = recording_bytes(port, message);
  if (port->messages[message].size != 3 || (bytes[0] & 0xF0) != MIDI_CONTROL || bytes[2] != 0) {
    return false;
  }
  switch (bytes[1]) {
  case MIDI_DAMPER:
  case MIDI_SOSTENUTO:
  case MIDI_HOLD_2:
  case MIDI_ALL_NOTES_OFF:
  case MIDI_ALL_SOUND_OFF: return true;
  default: return false;
  }
}
