#include "marks.h"

#include <string.h>

#include "smf_build.h"

static bool begins_with(const struct smf_event *event, uint8_t type, const char *text)
{
  size_t size = strlen(text);

  return event->kind == SMF_META && event->bytes[1] == type && event->size - 2 >= size &&
         memcmp(event->bytes + 2, text, size) == 0;
}

static uint64_t end_of(const struct smf *smf)
{
  uint64_t end = 0;

  for (int i = 0; i < smf->track_count; i++) {
    end = smf->track_end[i] > end ? smf->track_end[i] : end;
  }
  return end;
}

bool marks_next(const struct smf *smf, const char *opens, const char *closes, size_t *at,
                struct mark_span *span)
{
  bool open = false;

  for (; *at < smf->event_count; ++*at) {
    const struct smf_event *event = &smf->events[*at];
    if (open && begins_with(event, META_MARKER, closes)) {
      span->end = event->tick;
      return true;
    }
    if (!open && begins_with(event, META_MARKER, opens)) {
      span->begin = event->tick;
      open = true;
    }
  }
  span->end = end_of(smf);
  return open;
}

int marks_fill_track(const struct smf *smf)
{
  int track = -1;

  for (size_t i = 0; i < smf->event_count; i++) {
    const struct smf_event *event = &smf->events[i];
    if (begins_with(event, META_NAME, MARK_FILL_TRACK) && event->size - 2 == strlen(MARK_FILL_TRACK)) {
      track = event->track > track ? event->track : track;
    }
  }
  return track;
}
