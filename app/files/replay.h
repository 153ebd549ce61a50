/* SPDX-License-Identifier: MIT */
/* A file as a stream: its channel messages go through a port_stream in time order, and by what comes back it is
 * known which strokes were removed. These are taken out of the file that was read; all else in it stays.
 *
 * Time is the file's own. Drums, and what the user spares, go through as drums do: on channel 10. */
#ifndef EMEND_REPLAY_H
#define EMEND_REPLAY_H

#include "port.h"
#include "smf_patch.h"
#include "spare.h"

struct replay;

struct replay_options {
  nanos look_ahead; /* the delay of what will come back */
  /* Play each port of the file (or each track of format 2) by itself, one after the other, and skip long rests:
   * for a player that need not keep time. */
  bool apart;
  const struct spare *spare; /* NULL: nothing is spared. Copied. */
};

/* `smf` stays the caller's and must outlive the replay. Allocates all that the replay will need while it
 * plays; release with replay_free. STATUS_UNSUPPORTED for tracks of format 2 that are not to be played apart.
 */
enum status replay_new(struct replay **replay, const struct smf *smf, const struct replay_options *options,
                       const char *name, struct error *error) EMEND_CHECK;
void replay_free(struct replay *replay);

/* --- Without keeping time: live thread; never allocate --- */

/* Go on by a piece of work worth some milliseconds. False when all is played and what sounds is silenced. */
EMEND_LIVE bool replay_go_on(struct replay *replay, const struct port_stream *stream);
/* How much of the file has been played, 0 to 1. */
double replay_share(const struct replay *replay);

/* --- In real time, not apart --- */

/* The time at which all is over: the last track's end, and what the engine still holds then. */
nanos replay_end(const struct replay *replay);
/* How far it has come. */
nanos replay_position(const struct replay *replay);
/* The time of the next message, or of the end. */
nanos replay_next(const struct replay *replay);
/* Play on to `until`, then let that time pass. Live thread; never allocates. */
EMEND_LIVE void replay_step(struct replay *replay, const struct port_stream *stream, nanos until);

/* --- What comes back --- */

/* Take what the stream emits. Always true. Live thread. */
EMEND_LIVE bool replay_send(void *replay, nanos time, const uint8_t *bytes, size_t size);

struct replay_result {
  uint8_t *data; /* the file; owned */
  size_t size;
  size_t notes, removed;     /* note-ons of the file, and of these removed */
  struct smf_handed *handed; /* owned: ends that went from removed strokes to kept notes */
  size_t handed_count;
};

/* The file as it came out, of the `data` that the smf was read from. After the last step and the stream's
 * silence. Where it was stopped early in real time, the file ends there. Release with replay_result_free, also
 * when this fails. */
enum status replay_finish(struct replay *replay, const uint8_t *data, size_t size, struct replay_result *result,
                          struct error *error) EMEND_CHECK;
void replay_result_free(struct replay_result *result);

#endif
