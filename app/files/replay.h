/* SPDX-License-Identifier: MIT */
/* A file as a stream: its channel messages go through a port_stream in time order, and what comes out is put
 * together again as a file in which only notes that were removed, and note-offs that were moved, differ.
 *
 * Time is the file's own; whoever calls replay_step decides how fast it passes. */
#ifndef EMEND_REPLAY_H
#define EMEND_REPLAY_H

#include "port.h"
#include "smf.h"

struct replay;

/* `smf` stays the caller's and must outlive the replay. `look_ahead` is the delay of what will come back.
 * Allocates all that the replay will ever need; release with replay_free. */
enum status replay_new(struct replay **replay, const struct smf *smf, nanos look_ahead, const char *name,
                       struct error *error) EMEND_CHECK;
void replay_free(struct replay *replay);

/* The time at which all is over: the last track's end, and what the engine still holds then. */
nanos replay_end(const struct replay *replay);
/* How far it has come. */
nanos replay_position(const struct replay *replay);
/* The time of the next message, or of the end. */
nanos replay_next(const struct replay *replay);

/* Play on to `until`, then let that time pass. Live thread; never allocates. */
EMEND_LIVE void replay_step(struct replay *replay, const struct port_stream *stream, nanos until);
/* Take what the stream emits; false when more comes than could belong to this file. Live thread. */
EMEND_LIVE bool replay_send(void *replay, nanos time, const uint8_t *bytes, size_t size);

/* The file as it came out, up to replay_position. `out` borrows from the replay and its smf: do not smf_free
 * it. Once, after the last step and the stream's silence. */
enum status replay_result(struct replay *replay, struct smf *out, struct error *error) EMEND_CHECK;

#endif
