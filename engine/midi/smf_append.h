/* SPDX-License-Identifier: MIT */
/* Adding to a Standard MIDI File so that all that it holds stays byte for byte: its chunks and whatever lies
 * between and behind them are copied, and new tracks are put after its last one. */
#ifndef EMEND_SMF_APPEND_H
#define EMEND_SMF_APPEND_H

#include "smf.h"

struct smf_marker {
  uint64_t tick;
  const char *text; /* cut after SMF_TEXT_MAX bytes, as names are */
};

struct smf_addition {
  const char *name;              /* of the track of notes */
  const struct note_list *notes; /* times of the file; `track` is not looked at */
  const char *marker_name;       /* of the track of markers, which is written where there are any */
  const struct smf_marker *markers;
  size_t marker_count;
};

/* `data` is the whole file that `smf` was read from. Format 0 becomes 1. In the new track the channels that it
 * plays on are given their programs (and banks) where the file gives them, so that it sounds alike wherever
 * it goes alone. The header gives the right number of tracks then, and the last track its right length.
 * *out is allocated, the caller frees it. STATUS_UNSUPPORTED for a file that has no room for more tracks, or
 * is of format 2 with several. Any thread. */
enum status smf_append(const struct smf *smf, const uint8_t *data, size_t size,
                       const struct smf_addition *addition, uint8_t **out, size_t *out_size,
                       struct error *error) EMEND_CHECK;

#endif
