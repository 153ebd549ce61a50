#include "portmidi_bytes.h"

#include "event.h"

enum { EVENT_BYTES = 4, SYSEX_END = 0xF7 };

size_t portmidi_decode(struct portmidi_decoder *decoder, uint32_t event, uint8_t bytes[4])
{
  uint8_t first = (uint8_t)(event & 0xFF);
  for (int i = 0; i < EVENT_BYTES; i++) {
    bytes[i] = (uint8_t)(event >> (8 * i));
  }
  if (first >= MIDI_CLOCK) {
    return 1;
  }
  bool goes_on = decoder->inside && (first < 0x80 || first == SYSEX_END);
  if (first != MIDI_SYSEX && !goes_on) {
    decoder->inside = false;
    return first < 0x80 ? 0 : message_size(first);
  }
  decoder->inside = true;
  for (size_t i = 0; i < EVENT_BYTES; i++) {
    if (bytes[i] == SYSEX_END) {
      decoder->inside = false;
      return i + 1;
    }
  }
  return EVENT_BYTES;
}

bool portmidi_encode(const uint8_t *bytes, size_t size, size_t *at, uint32_t *event)
{
  if (*at >= size) {
    return false;
  }
  *event = 0;
  for (int i = 0; i < EVENT_BYTES && *at < size; i++, (*at)++) {
    *event |= (uint32_t)bytes[*at] << (8 * i);
  }
  return true;
}
