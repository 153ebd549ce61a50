/* What emend fill writes into a file's markers, and how markers are found again; those of captured takes are in
 * journal.h. */
#ifndef EMEND_MARKS_H
#define EMEND_MARKS_H

#include "smf.h"

#define MARK_GAP "emend: gap" /* the reason follows */
#define MARK_GAP_END "emend: end of gap"
#define MARK_ADDED "emend: added" /* the notes' names follow */
#define MARK_FILL_TRACK "emend fill"
#define MARK_GAP_TRACK "emend gaps"

/* Ticks between two marks. */
struct mark_span {
  uint64_t begin, end;
};

/* The next span from a marker that begins with `opens` to one that begins with `closes`, or to the end of the
 * file. `*at` is where to look on, 0 at first. False when there are no more. Any thread; never allocates. */
bool marks_next(const struct smf *smf, const char *opens, const char *closes, size_t *at,
                struct mark_span *span);

/* The track that fill added last, or -1. */
int marks_fill_track(const struct smf *smf);

#endif
