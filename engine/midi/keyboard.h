/* SPDX-License-Identifier: MIT */
/* All that a file's channels play, as one keyboard: the take that a model sees. */
#ifndef EMEND_KEYBOARD_H
#define EMEND_KEYBOARD_H

#include "event.h"

/* Decidable, and at times that can be. */
bool keyboard_takes(const struct note *note);

/* Append to `keyboard` the decidable notes of `all` (sorted by onset) and sort it; the notes keep their
 * channels and tracks. Two strokes of one key within 60 ms, on whatever channels, are one, the louder; a stroke
 * on a key that is down ends the one before. Allocates; on failure some notes may have been appended. */
enum status keyboard_merge(const struct note_list *all, struct note_list *keyboard) EMEND_CHECK;

#endif
