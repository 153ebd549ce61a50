/* SPDX-License-Identifier: MIT */
#include "sounding.h"

void sounding_release(struct sounding *sounding, unsigned channel, unsigned pitch)
{
  sounding->count -= sounding->on[channel][pitch];
  sounding->on[channel][pitch] = 0;
}

static void end_channel(struct sounding *sounding, unsigned channel)
{
  for (unsigned pitch = 0; pitch < KEYS; pitch++) {
    sounding_release(sounding, channel, pitch);
  }
}

void sounding_hear(struct sounding *sounding, const uint8_t *bytes, size_t size)
{
  const unsigned channel = bytes[0] & 0x0Fu;
  if (message_is_note_on(bytes, size)) {
    uint8_t *on = &sounding->on[channel][bytes[1]];
    sounding->count += *on < UINT8_MAX;
    *on = *on < UINT8_MAX ? *on + 1 : *on;
  } else if (message_is_note_off(bytes, size)) {
    uint8_t *on = &sounding->on[channel][bytes[1]];
    sounding->count -= *on > 0;
    *on = *on > 0 ? *on - 1 : 0;
  } else if (message_ends_channel(bytes, size)) {
    end_channel(sounding, channel);
  } else if (size == 1 && bytes[0] == MIDI_SYSTEM_RESET) {
    *sounding = (struct sounding){.count = 0};
  }
}
