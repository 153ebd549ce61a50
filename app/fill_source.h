/* A file to be filled.
 *
 * All that is played on any channel but drums, within the piano's range, is one keyboard: two hands may have a
 * track or a channel each. Its times are on the clock that suits the model: as played for frames in
 * milliseconds; for frames in beats music at 120 a minute, whatever the file's tempo (SMPTE divisions: as
 * played). */
#ifndef EMEND_FILL_SOURCE_H
#define EMEND_FILL_SOURCE_H

#include "frame.h"
#include "metre.h"

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
