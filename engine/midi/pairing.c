/* SPDX-License-Identifier: MIT */
#include "pairing.h"

#include <stdlib.h>

#define NO_NOTE SIZE_MAX

void pairing_init(struct pairing *pairing, struct note_list *notes)
{
  *pairing = (struct pairing){.notes = notes, .base = notes->count};
  for (int channel = 0; channel < CHANNELS; channel++) {
    for (int pitch = 0; pitch < KEYS; pitch++) {
      pairing->first[channel][pitch] = NO_NOTE;
    }
  }
}

void pairing_free(struct pairing *pairing)
{
  free(pairing->next);
  pairing->next = NULL;
}

static enum status make_room(struct pairing *pairing, size_t count)
{
  if (count <= pairing->capacity) {
    return STATUS_OK;
  }
  const size_t capacity = count < 64 ? 64 : 2 * count;
  size_t *next = realloc(pairing->next, capacity * sizeof *next);
  if (next == NULL) {
    return STATUS_NO_MEMORY;
  }
  pairing->next = next;
  pairing->capacity = capacity;
  return STATUS_OK;
}

enum status pairing_on(struct pairing *pairing, struct note note)
{
  const size_t index = pairing->notes->count - pairing->base;
  enum status status = make_room(pairing, index + 1);
  if (status == STATUS_OK) {
    note.off = note.on;
    status = note_list_add(pairing->notes, note);
  }
  if (status != STATUS_OK) {
    return status;
  }
  size_t *first = &pairing->first[note.channel][note.pitch];
  size_t *last = &pairing->last[note.channel][note.pitch];
  pairing->next[index] = NO_NOTE;
  if (*first == NO_NOTE) {
    *first = index;
  } else {
    pairing->next[*last] = index;
  }
  *last = index;
  return STATUS_OK;
}

void pairing_off(struct pairing *pairing, unsigned channel, unsigned pitch, nanos time)
{
  size_t *first = &pairing->first[channel][pitch];
  if (*first != NO_NOTE) {
    struct note *note = &pairing->notes->notes[pairing->base + *first];
    note->off = time > note->on ? time : note->on;
    *first = pairing->next[*first];
  }
}

void pairing_off_channel(struct pairing *pairing, unsigned channel, nanos time)
{
  for (unsigned pitch = 0; pitch < KEYS; pitch++) {
    while (pairing->first[channel][pitch] != NO_NOTE) {
      pairing_off(pairing, channel, pitch, time);
    }
  }
}

void pairing_end(struct pairing *pairing, nanos time)
{
  for (unsigned channel = 0; channel < CHANNELS; channel++) {
    pairing_off_channel(pairing, channel, time);
  }
}
