/* SPDX-License-Identifier: MIT */
/* What emend fill writes into a file's markers, and how markers are found again; those of captured takes are in
 * journal.h. */
#ifndef EMEND_FILL_SOURCE_H
#define EMEND_FILL_SOURCE_H

#include "frame.h"
#include "metre.h"
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

/* A file to be filled.
 *
 * All that is played on any channel but drums, within the piano's range, is one keyboard: two hands may have a
 * track or a channel each. Its times are on the clock that suits the model: as played for frames in
 * milliseconds; for frames in beats music at 120 a minute, whatever the file's tempo (SMPTE divisions: as
 * played). */

struct fill_source {
  uint8_t *data; /* the file itself; owned */
  size_t size;
  struct smf smf;
  struct metre metre;
  struct note_list all;    /* every note, times of the file, sorted */
  struct note_list played; /* the keyboard, times of the model, sorted */
  nanos end;               /* the keyboard's last note-off, of the model */
  bool beats;              /* the model's clock is music at 120 */
};

/* "-" is standard input. Allocates; release with fill_source_close, also when this fails. */
enum status fill_source_open(struct fill_source *source, const char *path, enum frame_unit unit,
                             struct error *error) EMEND_CHECK;
/* The same of a file's bytes, which become the source's, also when this fails. `name` is only for messages. */
enum status fill_source_take(struct fill_source *source, uint8_t *data, size_t size, const char *name,
                             enum frame_unit unit, struct error *error) EMEND_CHECK;
void fill_source_close(struct fill_source *source);

/* The model's time of a tick, the nearest tick to the model's time, and its seconds in the file. */
nanos fill_source_time(const struct fill_source *source, uint64_t tick);
uint64_t fill_source_tick(const struct fill_source *source, nanos time);
double fill_source_seconds(const struct fill_source *source, nanos time);

#endif
