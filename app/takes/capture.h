/* SPDX-License-Identifier: MIT */
/* Capture: what the live engine's capture ring tells, as takes on disk (engine/journal.h).
 *
 * A take begins with the first message after a pause and is a file of its own, named by local time and number:
 * 2026-11-23_20-15-04+0100_7.take. It ends when nothing sounds and nothing was struck for the pause, at
 * CAPTURE_TAKE_MAX bytes or CAPTURE_TAKE_LONGEST (then the next one continues it), or with the program. One in
 * which nobody struck a key is removed. Of this session and the last one none is deleted to make room. What was
 * flushed survives the program's death; what was flushed a second ago, a power cut's.
 *
 * Where the disk refuses, capture stops with one line, and tries again with the next take. Playing goes on. */
#ifndef EMEND_CAPTURE_H
#define EMEND_CAPTURE_H

#include "journal.h"
#include "live.h"
#include "paths.h"

enum { CAPTURE_TAKE_MAX = 16 << 20, CAPTURE_LINE = 256 };

#define CAPTURE_TAKE_LONGEST (2 * 3600 * NANOS_PER_SECOND)

struct capture; /* opaque */

struct capture_options {
  const char *folder; /* where takes go; copied */
  bool make_private;  /* take the folder's rights from others, also where it was there before */
  double pause;       /* seconds */
  uint64_t limit;     /* bytes of all takes; the oldest ones not marked good make room */
  const char *preset; /* its name; copied */
  uint32_t model;     /* a fingerprint of its model */
};

enum capture_state {
  CAPTURE_IDLE,      /* waits for playing */
  CAPTURE_RECORDING, /* a take is being written */
  CAPTURE_STOPPED,   /* the disk refused; until the next take */
};

/* --- Set-up thread, nobody else using it. Allocates. --- */

/* Make the folder (0700), see that it can be written, begin to wait. `live` is looked at for its mode,
 * strength, look-ahead and what it could not record; it must outlive the capture. */
enum status capture_open(struct capture **capture, const struct capture_options *options,
                         const struct live *live, struct error *error) EMEND_CHECK;
/* End the take in order. NULL is allowed. */
void capture_close(struct capture *capture);

/* --- The draining thread: one at a time. They write files, and never wait for another thread. --- */

/* Keep one record of the live engine's ring; `now` is the monotonic clock's. A take begins or ends here. */
void capture_record(struct capture *capture, const struct ring_header *header, const union live_record *record,
                    nanos now);
/* Take up what the control thread asked for, end a take that fell silent, hand everything to the system, and
 * once a second to the disk. Call several times a second. */
void capture_flush(struct capture *capture, nanos now);
/* Another model is at work from now on. */
void capture_model(struct capture *capture, const char *preset, uint32_t model);
/* The path of the take that is being written, or else of the last one; "" if there is none. All up to the last
 * capture_flush is in the file. */
void capture_take(const struct capture *capture, char path[DATAFILE_PATH_MAX]);

/* --- The control thread: one at a time. They never block nor touch files; NULL is allowed. --- */

enum capture_label { CAPTURE_GOOD, CAPTURE_UNDO };

/* CAPTURE_GOOD: the last 30 seconds were good, and the take is to be kept. CAPTURE_UNDO: the last suppressed
 * stroke was meant (a second time: the one before it). False when it must be asked again later. */
bool capture_label(struct capture *capture, enum capture_label label);
/* The player's answer about a stroke. */
struct capture_answer {
  nanos time; /* on the stream */
  uint8_t channel, pitch, velocity;
  uint8_t damage; /* enum damage: what it is if it was not meant */
  bool meant;
};

/* Have the take that is being written say that a stroke of it was meant, or was not; the last answer holds.
 * False when it must be asked again later. */
bool capture_answer(struct capture *capture, const struct capture_answer *answer);
/* An answer that was written (of CAPTURE_UNDO too) and not told yet; false if there is none. */
bool capture_answered(struct capture *capture, struct capture_answer *answer);
/* The ports were lost, or are back. */
bool capture_port(struct capture *capture, bool connected);
/* What goes on; in `line` the oldest thing that happened and was not told yet, "" if none. */
enum capture_state capture_poll(struct capture *capture, char line[CAPTURE_LINE]);

#endif
