/* SPDX-License-Identifier: MIT */
/* The notes that a page shows: the last of a session's strokes, each with what became of it, and a log of which
 * ones changed, by which any number of readers keep up. Times are nanoseconds of the stream, made never to jump
 * back. One thread at a time. */
#ifndef EMEND_PAGE_NOTES_H
#define EMEND_PAGE_NOTES_H

#include <stdio.h>

#include "live.h"

enum {
  PAGE_NOTES_MAX = 1 << 17, /* two hours at 18 strokes a second */
  PAGE_CHANGES_MAX = 1 << 16,
  PAGE_NOTE_TEXT = 160, /* bytes that page_note_print needs at most */
};

enum page_fate { PAGE_PASSED, PAGE_REMOVED, PAGE_WOULD_REMOVE, PAGE_UNDECIDED };
enum page_mark { PAGE_UNMARKED, PAGE_MEANT, PAGE_NOT_MEANT }; /* the player's answer */

struct page_answer {
  nanos time; /* of the stroke, as the driver told it */
  uint8_t channel, pitch, velocity;
  uint8_t damage; /* enum damage: what it likeliest is if it was not meant */
  bool meant;
};

struct page_note {
  nanos time;    /* as the driver told it */
  nanos on, off; /* on a clock that never jumps back; off < 0: it is held */
  float log_odds, threshold;
  uint8_t channel, pitch, velocity;
  uint8_t fate;   /* enum page_fate */
  uint8_t damage; /* enum damage: the reason, or what it would be */
  uint8_t mark;   /* enum page_mark */
};

struct page_notes; /* opaque */

/* Allocates; NULL for want of memory. */
struct page_notes *page_notes_new(void);
void page_notes_free(struct page_notes *notes);

/* Take in one record of the live engine. False for one that is malformed. */
bool page_notes_record(struct page_notes *notes, const struct ring_header *header,
                       const union live_record *record);
/* The player's answer about a stroke was kept. */
void page_notes_answer(struct page_notes *notes, const struct page_answer *answer);

/* Numbers of the oldest note that is kept, and of the next one to come. */
uint64_t page_notes_first(const struct page_notes *notes);
uint64_t page_notes_count(const struct page_notes *notes);
/* NULL where it is not kept. Valid until the next record. */
const struct page_note *page_notes_get(const struct page_notes *notes, uint64_t number);
/* The newest time, on the clock of `on`. */
nanos page_notes_now(const struct page_notes *notes);

/* Changes are numbered from 0; which note the change `number` was about. The oldest that is still known comes
 * first. */
uint64_t page_notes_changes_first(const struct page_notes *notes);
uint64_t page_notes_changes(const struct page_notes *notes);
uint64_t page_notes_changed(const struct page_notes *notes, uint64_t number);

/* The note as JSON: [number, on, off, channel, pitch, velocity, fate, damage, log-odds, threshold, mark], times
 * in ms, null where there is no end or the value is not finite. Returns the bytes written, without the closing
 * NUL. */
size_t page_note_print(const struct page_note *note, uint64_t number, char text[PAGE_NOTE_TEXT]);

#endif
