/* SPDX-License-Identifier: MIT */
/* Putting a struct smf together: what the reader and the makers of files share.
 *
 * Any thread; one builder each. Begin, add events in any order of ticks, finish. A track ends with
 * its last event; its end-of-track meta event, where it is given, only moves the end. A builder that fails
 * before smf_builder_finish is given up with smf_free(&builder.smf). */
#ifndef EMEND_SMF_BUILD_H
#define EMEND_SMF_BUILD_H

#include "smf.h"

enum {
  META_NAME = 0x03,
  META_MARKER = 0x06,
  META_DEVICE = 0x09,
  META_PORT = 0x21,
  META_END_OF_TRACK = 0x2F,
  META_TEMPO = 0x51,
};
enum { SMF_TEXT_MAX = 255 }; /* of a name or marker; what is longer is cut */

struct smf_builder {
  struct smf smf;
  size_t event_capacity;
  size_t used; /* of the pool */
};

/* `pool_size` is the room for all events' bytes; it does not grow. Allocates. */
enum status smf_builder_begin(struct smf_builder *builder, int format, uint16_t division, int track_count,
                              size_t pool_size) EMEND_CHECK;
/* Add an event (tick, track, kind, size are taken) whose bytes lie at `at` in the pool; at equal
 * ticks and tracks the order in the pool decides. Returns the bytes to fill, NULL if out of memory. */
uint8_t *smf_builder_put(struct smf_builder *builder, size_t at, struct smf_event event) EMEND_CHECK;
/* The same, after what was added before. */
uint8_t *smf_builder_add(struct smf_builder *builder, struct smf_event event) EMEND_CHECK;
/* Likewise with event.size `bytes`, and a meta event of text (a name, a marker): 2 bytes and the text. */
enum status smf_builder_copy(struct smf_builder *builder, struct smf_event event,
                             const uint8_t *bytes) EMEND_CHECK;
enum status smf_builder_text(struct smf_builder *builder, uint64_t tick, int track, uint8_t type,
                             const char *text) EMEND_CHECK;
/* Another number of tracks than at the beginning. Allocates. */
enum status smf_builder_tracks(struct smf_builder *builder, int track_count) EMEND_CHECK;
/* Sort, map tempos, fill in times, take out the ends of tracks. The result is the caller's; on failure
 * *smf is empty and all is released. Errors name the event by its place in the pool. */
enum status smf_builder_finish(struct smf_builder *builder, struct smf *smf, const char *name,
                               struct error *error) EMEND_CHECK;

static inline bool smf_is_tempo(const struct smf_event *event)
{
  return event->kind == SMF_META && event->bytes[1] == META_TEMPO;
}

/* The tempo map of sorted events. Allocates smf->tempos. */
enum status smf_map_tempos(struct smf *smf, const char *name, struct error *error) EMEND_CHECK;

/* The events of each track: those of track t are events[order[start[t]]] up to start[t + 1]. */
struct smf_tracks {
  size_t *start; /* (track_count + 1), owned */
  size_t *order; /* (event_count), in the same block */
};
enum status smf_tracks_find(struct smf_tracks *tracks, const struct smf *smf) EMEND_CHECK;
void smf_tracks_free(struct smf_tracks *tracks);

#endif
