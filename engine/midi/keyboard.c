/* SPDX-License-Identifier: MIT */
#include "keyboard.h"

#define MERGE_WINDOW (60 * NANOS_PER_MILLISECOND)

/* `last` is the index of the key's latest stroke, or -1. */
static enum status strike(struct note_list *keyboard, ptrdiff_t *last, const struct note *note)
{
  struct note *before = *last >= 0 ? &keyboard->notes[*last] : NULL;
  if (before != NULL && note->on - before->on < MERGE_WINDOW) {
    if (note->velocity > before->velocity) {
      *before = *note;
    }
    return STATUS_OK;
  }
  if (before != NULL && before->off > note->on) {
    before->off = note->on;
  }
  *last = (ptrdiff_t)keyboard->count;
  return note_list_add(keyboard, *note);
}

bool keyboard_takes(const struct note *note)
{
  return note_is_decidable(note->channel, note->pitch) && note->on >= 0 && note->off >= note->on;
}

enum status keyboard_merge(const struct note_list *all, struct note_list *keyboard)
{
  ptrdiff_t last[KEYS];
  for (int pitch = 0; pitch < KEYS; pitch++) {
    last[pitch] = -1;
  }
  enum status status = STATUS_OK;
  for (size_t i = 0; i < all->count && status == STATUS_OK; i++) {
    if (keyboard_takes(&all->notes[i])) {
      status = strike(keyboard, &last[all->notes[i].pitch], &all->notes[i]);
    }
  }
  note_list_sort(keyboard);
  return status;
}
