/* SPDX-License-Identifier: MIT */
/* MIDI messages, notes and the damage that can be done to them. Times are on the stream's own clock: the engine
 * is told the time and never reads it. */
#ifndef EMEND_EVENT_H
#define EMEND_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nanos.h"
#include "status.h"

enum {
  PITCH_LOW = 21,                       /* A0, the piano's lowest key */
  PITCH_HIGH = 108,                     /* C8, its highest */
  PITCHES = PITCH_HIGH - PITCH_LOW + 1, /* D = 88 */
  CHANNELS = 16,
  DRUM_CHANNEL = 9, /* General MIDI's channel 10; drums have a rule of their own: they pass */
  KEYS = 128,
};

enum {
  MIDI_NOTE_OFF = 0x80,
  MIDI_NOTE_ON = 0x90,
  MIDI_PRESSURE = 0xA0, /* of one key */
  MIDI_CONTROL = 0xB0,
  MIDI_SYSEX = 0xF0,
  MIDI_CLOCK = 0xF8,
  MIDI_SENSING = 0xFE,
  MIDI_SYSTEM_RESET = 0xFF,
  MIDI_DAMPER = 64, /* controller numbers; these three hold notes that their keys have left */
  MIDI_SOSTENUTO = 66,
  MIDI_HOLD_2 = 69,
  MIDI_ALL_SOUND_OFF = 120,
  MIDI_RESET_CONTROLLERS = 121,
  MIDI_ALL_NOTES_OFF = 123,
  MIDI_OFF_VELOCITY = 64, /* of a note-off that nobody played */
};

/* What was done to a note, or what the gate thinks was done. The order is that of the heads'
 * outputs and is part of the model file format. */
enum damage {
  DAMAGE_NONE,      /* a true note */
  DAMAGE_BOUNCE,    /* the same key again, 5 to 40 ms after the stroke */
  DAMAGE_BRUSH,     /* a neighbour one or two semitones away */
  DAMAGE_HARMONIC,  /* an octave or a fifth above, as pitch-to-MIDI makes them */
  DAMAGE_GHOST,     /* very soft or a spike, a few ms long, anywhere */
  DAMAGE_CROSSTALK, /* 10 to 20 % of another stroke's velocity */
  DAMAGE_STRAY,     /* a cell of a roll turned on at random (paper, 4.2) */
  DAMAGE_RELEASE,   /* the same key again as it is let go, or in the middle of a held note */
  DAMAGE_DUPLICATE, /* the same message twice */
  DAMAGE_COUNT,
};

/* A short fixed name ("bounce"). Any thread; never allocates. */
const char *damage_name(enum damage damage);

/* A note of a take. `off` may equal `on` but is never before it. */
struct note {
  nanos on;
  nanos off;
  uint8_t channel;  /* 0..15 */
  uint8_t pitch;    /* 0..127 */
  uint8_t velocity; /* 1..127 */
  uint8_t damage;   /* enum damage */
  uint16_t track;   /* of the file it came from */
};

/* A short channel or system message of a take, in stream order. */
struct message {
  nanos time;
  uint8_t size; /* 1..3 */
  uint8_t bytes[3];
};

/* A growable list of notes, owned by whoever holds it; release with note_list_free. */
struct note_list {
  struct note *notes;
  size_t count;
  size_t capacity;
};

/* Append. Allocates. STATUS_NO_MEMORY leaves the list as it was. */
enum status note_list_add(struct note_list *list, struct note note) EMEND_CHECK;
void note_list_free(struct note_list *list);

/* Sort by onset, then channel, then pitch: the order in which a stream is played. Stable. */
void note_list_sort(struct note_list *list);

/* Bytes of the short message that a status byte begins; 1 for a SysEx, which does not tell its length. */
static inline size_t message_size(uint8_t status)
{
  if (status < MIDI_SYSEX) {
    return (status & 0xE0) == 0xC0 ? 2 : 3; /* programme and channel pressure have one data byte */
  }
  switch (status) {
  case 0xF1:
  case 0xF3: return 2;
  case 0xF2: return 3;
  default: return 1;
  }
}

/* True for a note-on with velocity above 0 and legal data bytes (velocity 0 is a note-off). */
static inline bool message_is_note_on(const uint8_t *bytes, size_t size)
{
  return size == 3 && (bytes[0] & 0xF0) == MIDI_NOTE_ON && bytes[1] < 128 && bytes[2] > 0 && bytes[2] < 128;
}

/* True for a note-off in either form. */
static inline bool message_is_note_off(const uint8_t *bytes, size_t size)
{
  return size == 3 && bytes[1] < 128 && bytes[2] < 128 &&
         ((bytes[0] & 0xF0) == MIDI_NOTE_OFF || ((bytes[0] & 0xF0) == MIDI_NOTE_ON && bytes[2] == 0));
}

/* True for the controllers after which the receiver has ended the channel's notes by itself. */
static inline bool message_ends_channel(const uint8_t *bytes, size_t size)
{
  return size == 3 && (bytes[0] & 0xF0) == MIDI_CONTROL &&
         (bytes[1] == MIDI_ALL_SOUND_OFF || bytes[1] == MIDI_ALL_NOTES_OFF);
}

/* True where the gate may decide: a pitch of the piano, on a channel that is not drums. */
static inline bool note_is_decidable(unsigned channel, unsigned pitch)
{
  return channel != DRUM_CHANNEL && pitch >= PITCH_LOW && pitch <= PITCH_HIGH;
}

#endif
