/* SPDX-License-Identifier: MIT */
/* MIDI files written byte by byte, as tests need them: also such as break the standard. A failed allocation
 * ends the program. */
#ifndef EMEND_TEST_MIDI_BYTES_H
#define EMEND_TEST_MIDI_BYTES_H

#include <stddef.h>
#include <stdint.h>

struct midi_bytes {
  uint8_t *data; /* owned */
  size_t size, capacity;
  size_t track; /* where the body of the track begins that was begun last */
};

void midi_put(struct midi_bytes *midi, const void *bytes, size_t size);
void midi_put_big(struct midi_bytes *midi, uint32_t value, int count);
void midi_header(struct midi_bytes *midi, int format, int tracks, int division);
void midi_begin_track(struct midi_bytes *midi);
/* Set the track's length to what it is. */
void midi_close_track(struct midi_bytes *midi);
/* The same after an end-of-track event. */
void midi_end_track(struct midi_bytes *midi, uint32_t delta);
/* A delta time, then the bytes as they are. */
void midi_event(struct midi_bytes *midi, uint32_t delta, const uint8_t *bytes, size_t size);
void midi_free(struct midi_bytes *midi);

/* midi_event by a list of bytes. */
#define MIDI_EVENT(midi, delta, ...)                                                                           \
  midi_event(midi, delta, (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

#endif
