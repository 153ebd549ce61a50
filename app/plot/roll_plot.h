/* SPDX-License-Identifier: MIT */
/* A piano roll drawn with cairo: notes that were kept, removed and added differ in colour (also for the
 * colour-blind) and in outline. */
#ifndef EMEND_ROLL_PLOT_H
#define EMEND_ROLL_PLOT_H

#include "event.h"
#include "smf.h"

enum roll_mark { ROLL_KEPT, ROLL_REMOVED, ROLL_ADDED, ROLL_MARKS };

struct roll_note {
  struct note note;
  enum roll_mark mark;
};

struct roll_span {
  nanos begin, end;
};

#define ROLL_END INT64_MAX

struct roll {
  struct roll_note *notes; /* in drawing order */
  size_t count;
  bool compares;          /* two takes: the legend names the marks */
  struct roll_span *gaps; /* drawn shaded; roll_compare leaves none */
  size_t gap_count;
  nanos from, to; /* what is drawn; 0 and ROLL_END, as roll_compare leaves them: all */
};

/* What became of each note from `before` to `after` (matched by pitch, onsets within 50 ms); `after` may be
 * NULL. Both sorted by onset. Allocates; the caller frees roll->notes. */
enum status roll_compare(const struct note_list *before, const struct note_list *after, struct roll *roll,
                         struct error *error) EMEND_CHECK;

/* Draw to `path`, which ends in .svg or .png; half a minute a system, in longer takes more. STATUS_USAGE when
 * there is nothing between roll->from and roll->to. Nothing is left behind on failure. Allocates. */
enum status roll_draw(const struct roll *roll, const char *path, struct error *error) EMEND_CHECK;

/* Where the gaps of a take are, for a piano roll: from its markers, or from the report of a filling. */

/* Both add to roll->gaps, which the caller frees. Allocate. */
enum status roll_gaps_from_markers(struct roll *roll, const struct smf *smf, struct error *error) EMEND_CHECK;
enum status roll_gaps_from_report(struct roll *roll, const char *path, struct error *error) EMEND_CHECK;

#endif
