/* The parts of a replay, shared by replay.c (which runs) and replay_result.c (which puts the file together). */
#ifndef EMEND_REPLAY_STATE_H
#define EMEND_REPLAY_STATE_H

#include "replay.h"

struct replay_message {
  nanos time;
  uint8_t size;
  uint8_t bytes[3];
};

struct replay {
  const struct smf *smf;
  nanos look_ahead, now, end;
  size_t cursor;               /* the next event of smf */
  size_t tempo;                /* the next tempo of smf */
  struct replay_message *sent; /* (capacity) what came back, in order */
  size_t sent_count, capacity;
  struct smf_event *events; /* of the result, as its track ends */
  uint64_t *track_end;
};

#endif
