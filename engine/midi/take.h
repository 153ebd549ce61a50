/* SPDX-License-Identifier: MIT */
/* A take: notes laid out as a stream of short messages in time. */
#ifndef EMEND_TAKE_H
#define EMEND_TAKE_H

#include "event.h"

struct take {
  struct message *messages; /* in time; note-offs before note-ons at the same time and key */
  int32_t *note;            /* index of the note whose note-on it is, or -1 */
  size_t count;
};

/* Allocates; release with take_free. STATUS_FULL for more notes than an index holds. */
enum status take_from_notes(struct take *take, const struct note_list *notes) EMEND_CHECK;
void take_free(struct take *take);

#endif
