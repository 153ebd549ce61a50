/* SPDX-License-Identifier: MIT */
/* The gaps of a file: those that the user names, and those that its markers tell of. */
#ifndef EMEND_GAPS_H
#define EMEND_GAPS_H

#include "fill.h"
#include "fill_source.h"

/* A gap as it is named: "12.5:14" in seconds, or "5:1:6:3", from bar 5, beat 1 to bar 6, beat 3. A '-' may
 * stand between its two ends. */
struct gap_text {
  const char *text;
  bool bars;
  double begin_bar, end_bar; /* 0 without bars */
  double begin, end;         /* seconds, or beats */
};

/* `text` is pointed to. STATUS_USAGE with a line that names it. */
enum status gap_parse(struct gap_text *gap, const char *text, struct error *error) EMEND_CHECK;

/* Add `asked` (count of them, 64 at most) to `gaps`. STATUS_USAGE for gaps that overlap or lie outside the
 * take, from the file's start to the last note-off. */
enum status gaps_add_asked(const struct fill_source *source, const struct gap_text *asked, int count,
                           struct fill_gaps *gaps, struct error *error) EMEND_CHECK;

/* Add what lies between a captured take's "disconnected" and "connected", as far as the take goes. */
enum status gaps_add_marked(const struct fill_source *source, struct fill_gaps *gaps,
                            struct error *error) EMEND_CHECK;

/* Sort, and make one of those that overlap. What was asked for lends its reason first, then disconnections. */
void gaps_settle(struct fill_gaps *gaps);

#endif
