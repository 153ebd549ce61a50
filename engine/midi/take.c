/* SPDX-License-Identifier: MIT */
#include "take.h"

#include <stdlib.h>

/* What comes first at one time. A note without length is on and off in one go, between the others. */
enum turn { TURN_OFF, TURN_SHORT, TURN_ON };

struct stroke {
  nanos time;
  int32_t note;
  uint8_t turn; /* enum turn */
  bool on;
};

static int compare_strokes(const void *left, const void *right)
{
  const struct stroke *a = left;
  const struct stroke *b = right;
  if (a->time != b->time) {
    return a->time < b->time ? -1 : 1;
  }
  if (a->turn != b->turn) {
    return a->turn < b->turn ? -1 : 1;
  }
  if (a->note != b->note) {
    return a->note < b->note ? -1 : 1;
  }
  return b->on - a->on;
}

static void lay_out_strokes(struct stroke *strokes, const struct note_list *notes)
{
  for (size_t i = 0; i < notes->count; i++) {
    const struct note *note = &notes->notes[i];
    const bool is_short = note->off <= note->on;
    strokes[2 * i] = (struct stroke){note->on, (int32_t)i, is_short ? TURN_SHORT : TURN_ON, true};
    strokes[2 * i + 1] = (struct stroke){note->off, (int32_t)i, is_short ? TURN_SHORT : TURN_OFF, false};
  }
  if (notes->count > 0) {
    qsort(strokes, 2 * notes->count, sizeof *strokes, compare_strokes);
  }
}

static struct message message_of(const struct stroke *stroke, const struct note *note)
{
  const int status = stroke->on ? MIDI_NOTE_ON : MIDI_NOTE_OFF;
  return (struct message){
    stroke->time,
    3,
    {(uint8_t)(status | note->channel), note->pitch, stroke->on ? note->velocity : MIDI_OFF_VELOCITY}};
}

enum status take_from_notes(struct take *take, const struct note_list *notes)
{
  *take = (struct take){0};
  if (notes->count > INT32_MAX / 2) {
    return STATUS_FULL;
  }
  const size_t count = 2 * notes->count;
  struct stroke *strokes = malloc((count + 1) * sizeof *strokes);
  take->messages = malloc((count + 1) * sizeof *take->messages);
  take->note = malloc((count + 1) * sizeof *take->note);
  if (strokes == NULL || take->messages == NULL || take->note == NULL) {
    free(strokes);
    take_free(take);
    return STATUS_NO_MEMORY;
  }
  lay_out_strokes(strokes, notes);
  for (size_t i = 0; i < count; i++) {
    take->messages[i] = message_of(&strokes[i], &notes->notes[strokes[i].note]);
    take->note[i] = strokes[i].on ? strokes[i].note : -1;
  }
  take->count = count;
  free(strokes);
  return STATUS_OK;
}

void take_free(struct take *take)
{
  free(take->messages);
  free(take->note);
  *take = (struct take){0};
}
