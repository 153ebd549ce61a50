/* SPDX-License-Identifier: MIT */
/* Scores: precision, recall and F1 of notes and of frame cells. */
#ifndef EMEND_SCORE_H
#define EMEND_SCORE_H

#include "event.h"

struct score {
  uint64_t hits, wanted, given; /* recall = hits / wanted, precision = hits / given */
};

double score_precision(const struct score *score); /* 1 where nothing was given */
double score_recall(const struct score *score);    /* 1 where nothing was wanted */
double score_f1(const struct score *score);

/* Match notes of `given` to notes of `wanted`: same pitch (channels are not looked at), onsets
 * within `tolerance` (50 ms is usual), one to one, the largest matching. Adds to `score`. Both sorted
 * by onset. Allocates. */
enum status score_notes(const struct note_list *wanted, const struct note_list *given, nanos tolerance,
                        struct score *score) EMEND_CHECK;
/* Count equal cells that are on. Adds to `score`. */
void score_cells(const uint8_t *wanted, const uint8_t *given, size_t count, struct score *score);

#endif
