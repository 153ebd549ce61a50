/* The parts of struct capture. For the files capture*.c and nobody else. */
#ifndef EMEND_CAPTURE_STATE_H
#define EMEND_CAPTURE_STATE_H

#include "capture.h"
#include "sounding.h"
#include "take_file.h"

enum {
  CAPTURE_UNDO_MAX = 16,       /* suppressed strokes that can be undone */
  CAPTURE_RING = 4096,         /* bytes of requests, and of news */
  CAPTURE_TAKE_MIN = 64 << 10, /* bytes: shorter parts are not worth it */
};

enum capture_request { REQUEST_LABEL = 1, REQUEST_PORT };

struct capture {
  /* Set once. */
  char folder[DATAFILE_PATH_MAX];
  nanos pause;
  uint64_t limit;
  uint64_t take_max; /* bytes of one file */
  const struct live *live;
  bool make_private;

  /* The draining thread's. */
  struct take_file file;
  bool in_take;       /* also while the disk refuses */
  bool writing;       /* the file is open */
  bool struck;        /* a key, in this take */
  nanos origin;       /* the stream's time at the take's start */
  nanos newest;       /* the stream's newest time, */
  nanos newest_at;    /* and when that was by the monotonic clock */
  nanos last_note;    /* on or off, on the stream, */
  nanos last_note_at; /* and by the monotonic clock */
  nanos synced_at;
  struct sounding sounding; /* at the output */
  uint64_t lost_told;       /* of the engine's capture_lost */
  nanos lost_said;          /* when, on the stream */
  bool full_told;           /* that good takes fill the limit */
  struct journal_settings settings;
  struct journal_stroke removed[CAPTURE_UNDO_MAX]; /* the newest last; times are the take's */
  int removed_count;

  /* Between threads. */
  struct ring requests; /* control -> draining */
  struct ring news;     /* draining -> control: lines */
  _Atomic int state;    /* enum capture_state */
};

/* capture_take.c. All on the draining thread. */

/* Begin a take whose time 0 is this time of the stream. */
void capture_begin(struct capture *capture, nanos time, bool continues);
void capture_end(struct capture *capture, enum journal_end why);
/* Make the folder, where it is not there, and see that it can be written. */
enum status capture_make_folder(const struct capture *capture, struct error *error) EMEND_CHECK;
/* Append to the take that is open, if one is written; record->time is the stream's. */
void capture_put(struct capture *capture, struct journal_record record);
/* Hand over; to the disk too where `sync` is set. */
void capture_write(struct capture *capture, bool sync);
void capture_say(struct capture *capture, const char *format, ...) EMEND_PRINTF(2, 3);

#endif
