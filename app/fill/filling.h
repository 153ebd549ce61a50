/* SPDX-License-Identifier: MIT */
/* One filling of a file: what is really added, and the bytes with it. */
#ifndef EMEND_FILLING_H
#define EMEND_FILLING_H

#include "fill.h"
#include "fill_source.h"

struct filling {
  struct fill_result result; /* times of the model */
  struct note_list notes;    /* the same notes, times of the file */
  uint8_t *data;             /* owned */
  size_t size;
};

/* Make the file from what fill_take found; takes over `result`. On the file's ticks an added note ends before a
 * stroke of its key and channel that was played, and one whose key still sounds there is left out. Without
 * notes to add the bytes are the source's. `markers` tells gaps and added notes in a track of their own.
 * Allocates; release with filling_free, also when this fails. */
enum status filling_make(struct filling *filling, const struct fill_source *source, struct fill_result *result,
                         const struct fill_gaps *gaps, bool markers, struct error *error) EMEND_CHECK;
void filling_free(struct filling *filling);

/* "silence". Any thread. */
const char *filling_reason(enum fill_reason reason);

#endif
