/* SPDX-License-Identifier: MIT */
/* The offline thread of `emend live`. What it does, and where:
 *  - a recorder at the usual priority drains the live engine's capture ring: into the takes on disk, and on to
 *    whoever watches. It does nothing else, so that nothing makes it late;
 *  - a learner that gives way to all else, within a bounded share of one core, tunes the preset on the captured
 *    takes, checks and publishes the result, and hands the new model over; and it fills a take when asked.
 * The control thread swaps models and frees the old ones. Messages go over rings, tagged and of fixed size.
 *
 * Without its threads the same jobs run in worker_drain and worker_work, for tests. */
#ifndef EMEND_WORKER_H
#define EMEND_WORKER_H

#include "capture.h"
#include "session.h"

enum { WORKER_LINE = CAPTURE_LINE };

struct worker; /* opaque */

struct worker_options {
  struct capture *capture; /* NULL: none. Drained by the worker from now on; stays the caller's */
  bool learn;
  double learn_share; /* of one core, in (0, 1] */
  double minutes;     /* of new music, before it learns */
  bool gives_way;     /* the learner runs only when nothing else wants to */
  const char *takes;  /* the folder; copied. NULL: nothing to learn from */
  const char *model;  /* path of the preset's own model; copied */
};

enum worker_state { WORKER_OFF, WORKER_WAITING, WORKER_LEARNING, WORKER_PAUSED };

/* --- Set-up thread. --- */

/* Takes over the reading of the session's capture ring. The session must outlive the worker's threads.
 * Allocates.
 */
enum status worker_new(struct worker **out, const struct worker_options *options, struct session *session,
                       struct error *error) EMEND_CHECK;
/* Another preset is the session's: learn and fill for it from now on, from `options`' takes and model. The
 * threads must be stopped, and no model be on its way (worker_swaps). What was learnt and not yet handed over
 * is forgotten. */
void worker_aim(struct worker *worker, const struct worker_options *options);
/* Start the threads, also once more. */
enum status worker_start(struct worker *worker, struct error *error) EMEND_CHECK;
/* End them: learning stops at once, and what was not published is forgotten. Then the ring is drained for the
 * last time. Nothing to do where they do not run. */
void worker_stop(struct worker *worker);
/* Stops first. Models that are on their way to the live engine are freed, so its thread must have ended. NULL
 * is allowed. */
void worker_free(struct worker *worker);

/* --- The control thread. Never waits for the worker's threads. --- */

/* What the live engine's capture ring held, for watch_drain. */
struct ring *worker_records(struct worker *worker);
/* Stop learning for now, or go on. False where the worker is behind: ask again. */
bool worker_pause(struct worker *worker, bool pause);
/* Have the take captured so far filled, into a MIDI file beside it; later news tell what came of it. In `line`
 * what is to be said at once, also where it cannot be. */
void worker_fill(struct worker *worker, char line[WORKER_LINE]);
/* Hand a new model to the live engine, take the old one back (session->model and the rest change). In `line`
 * what happened and was not told yet, or "". */
void worker_poll(struct worker *worker, char line[WORKER_LINE]);
/* Is a model on its way to the live engine? */
bool worker_swaps(const struct worker *worker);
/* What the learner does; *done is the share of it, where it learns. Any thread. */
enum worker_state worker_state(const struct worker *worker, double *done);

/* --- Without threads: in place of them. --- */

/* As the recorder does, many times a second. */
void worker_drain(struct worker *worker, nanos now);
/* As the learner does: what is due. Drains meanwhile. */
void worker_work(struct worker *worker);

#endif
