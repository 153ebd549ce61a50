/* SPDX-License-Identifier: MIT */
/* What a recording shows of the keys that it was played on: keys that strike twice, at press or as they are let
 * go, that always send the same velocity, that sound with another one, or that were not heard. Only what a hand
 * cannot do counts as a second stroke: the same key again within FINDINGS_PRESS, or softly within
 * FINDINGS_RELEASE of its release. Not for live threads. */
#ifndef EMEND_FINDINGS_H
#define EMEND_FINDINGS_H

#include <stdio.h>

#include "event.h"

#define FINDINGS_LEAST NANOS_PER_MILLISECOND
#define FINDINGS_PRESS (60 * NANOS_PER_MILLISECOND)   /* a person repeats a key at most every 77 ms */
#define FINDINGS_RELEASE (30 * NANOS_PER_MILLISECOND) /* from note-off to note-on */

/* Second strokes of one kind on one key. */
struct second_strokes {
  int count;
  float median, late; /* ms: the gaps' median and 95th percentile; 0 without any */
};

struct key_findings {
  int strokes;                          /* all of them, seconds included */
  struct second_strokes press, release; /* after the key went down; as it came up */
  int loudest, softest;                 /* strokes at velocity 127 and at 1 */
  int echoes;                           /* strokes that came softly with one of `echoed` */
  int echoed;                           /* the key that they came with; -1: none */
};

struct findings {
  bool asked;          /* every key was asked for: one that was not heard is worth a line. Set by the caller */
  int strokes, keys;   /* in all; how many keys were struck */
  int lowest, highest; /* of them; undefined without any */
  int drums;           /* strokes on the drum channel, which count for nothing else */
  struct key_findings key[KEYS];
};

/* From notes of any channel, sorted as note_list_sort does. Allocates for a while. */
enum status findings_make(struct findings *findings, const struct note_list *notes) EMEND_CHECK;

/* Too little to go by: STATUS_USAGE with a line that says what is missing (no notes, drums alone, one key). */
enum status findings_check(const struct findings *findings, const char *name, struct error *error) EMEND_CHECK;

/* What is wrong with a key, if anything: enough strokes and a share of them that is no accident. */
bool findings_press(const struct key_findings *key);
bool findings_release(const struct key_findings *key);
bool findings_stuck(const struct findings *findings, int pitch, int velocity); /* at 127 or at 1 */
bool findings_echo(const struct key_findings *key);
/* Was it passed over, while nearly all keys around it were struck? */
bool findings_missing(const struct findings *findings, int pitch);

/* The repair sheet: a line for each kind of fault that was found, or one that says there is none. */
void findings_print(const struct findings *findings, FILE *out);

#endif
