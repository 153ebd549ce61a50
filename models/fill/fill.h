/* SPDX-License-Identifier: MIT */
/* Filling: a take with holes goes in, the notes to add come out. Offline; allocates.
 *
 * Times are on a clock of the caller's choice that suits the model's frame: nanoseconds as played for frames in
 * milliseconds; for frames in beats, music at 120 quarter notes a minute. */
#ifndef EMEND_FILL_H
#define EMEND_FILL_H

#include "model.h"

enum fill_reason {
  FILL_ASKED,        /* the user named the gap */
  FILL_SILENCE,      /* nothing sounds where the model is sure that something should */
  FILL_DISCONNECTED, /* the recording says that the keyboard was gone */
  FILL_DROPPED,      /* a single note or chord that its surroundings miss */
};

/* Everything between is unknown; notes that begin there are added, those that were played stay. */
struct fill_gap {
  nanos begin, end;
  enum fill_reason reason;
};

struct fill_gaps {
  struct fill_gap *gaps; /* owned; by time, apart */
  size_t count, capacity;
};

enum status fill_gaps_add(struct fill_gaps *gaps, struct fill_gap gap) EMEND_CHECK;
void fill_gaps_free(struct fill_gaps *gaps);

struct fill_note {
  struct note note;
  float probability; /* the model's, that a note is struck there, in (0, 1) */
  enum fill_reason reason;
  bool matched;      /* a stretch of the same take holds it */
  nanos copied_from; /* where that stretch's note begins; 0 unless matched */
};

struct fill_result {
  struct fill_note *notes; /* owned; by onset */
  size_t count, capacity;
};

void fill_result_free(struct fill_result *result);

/* Told now and then the share that is done, in [0, 1]; false stops with STATUS_INTERRUPTED. tell may be NULL.
 */
struct fill_watch {
  bool (*tell)(void *user, double share);
  void *user;
};

#define FILL_LOST 0.125

struct fill_options {
  const struct fill_gaps *gaps;
  bool dropped;     /* look for single dropped notes and chords everywhere as well, if the take seems to have
                       lost more of its notes than whole takes seem to: a share of FILL_LOST * (1 - strength),
                       and less where the take is easily foretold */
  double strength;  /* [0, 1]: single notes are added where their probability is at least 1 - strength; in gaps
                       see filler_threshold */
  uint64_t variant; /* 0: the likeliest filling; others: a sample of that seed */
  struct fill_watch watch;
};

/* `played` is one keyboard's notes sorted by onset (drums are the caller's to leave out). No added note
 * overlaps another of its pitch; each has the channel and track of the note it is copied from, or of the played
 * one nearest to it. STATUS_USAGE for a gap outside the take (from 0 to its last note-off), STATUS_UNSUPPORTED
 * for a model that is no filler. Memory is in proportion to the take's length: about 1 MB a minute. */
enum status fill_take(const struct model *model, const struct note_list *played,
                      const struct fill_options *options, struct fill_result *result,
                      struct error *error) EMEND_CHECK;

/* Add to `gaps` the silences that the model does not believe. `watch` may be NULL. */
enum status fill_find_silences(const struct model *model, const struct note_list *played,
                               const struct fill_watch *watch, struct fill_gaps *gaps,
                               struct error *error) EMEND_CHECK;

#endif
