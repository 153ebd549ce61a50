/* SPDX-License-Identifier: MIT */
#include "midi_bytes.h"

#include <stdlib.h>
#include <string.h>

void midi_put(struct midi_bytes *midi, const void *bytes, size_t size)
{
  if (midi->size + size > midi->capacity) {
    midi->capacity = 2 * (midi->size + size);
    midi->data = realloc(midi->data, midi->capacity);
    if (midi->data == NULL) {
      abort();
    }
  }
  memcpy(midi->data + midi->size, bytes, size);
  midi->size += size;
}

void midi_put_big(struct midi_bytes *midi, uint32_t value, int count)
{
  for (int i = count - 1; i >= 0; i--) {
    midi_put(midi, &(uint8_t){(uint8_t)(value >> (8 * i))}, 1);
  }
}

void midi_header(struct midi_bytes *midi, int format, int tracks, int division)
{
  midi_put(midi, "MThd\0\0\0\6", 8);
  midi_put_big(midi, (uint32_t)format, 2);
  midi_put_big(midi, (uint32_t)tracks, 2);
  midi_put_big(midi, (uint32_t)division, 2);
}

void midi_begin_track(struct midi_bytes *midi)
{
  midi_put(midi, "MTrk\0\0\0\0", 8);
  midi->track = midi->size;
}

void midi_close_track(struct midi_bytes *midi)
{
  const size_t size = midi->size - midi->track;
  for (size_t i = 0; i < 4; i++) {
    midi->data[midi->track - 1 - i] = (uint8_t)(size >> (8 * i));
  }
}

void midi_end_track(struct midi_bytes *midi, uint32_t delta)
{
  MIDI_EVENT(midi, delta, 0xFF, 0x2F, 0);
  midi_close_track(midi);
}

void midi_event(struct midi_bytes *midi, uint32_t delta, const uint8_t *bytes, size_t size)
{
  for (int shift = 21; shift > 0; shift -= 7) {
    if (delta >> shift) {
      midi_put(midi, &(uint8_t){(uint8_t)(0x80 | (delta >> shift & 0x7F))}, 1);
    }
  }
  midi_put(midi, &(uint8_t){delta & 0x7F}, 1);
  midi_put(midi, bytes, size);
}

void midi_free(struct midi_bytes *midi)
{
  free(midi->data);
  *midi = (struct midi_bytes){.data = NULL};
}
