/* SPDX-License-Identifier: MIT */
#include "fill_source.h"

#include <stdlib.h>
#include <string.h>

#include "dataset.h"
#include "file.h"
#include "keyboard.h"
#include "smf_build.h"

enum { FILE_LIMIT = 64 << 20, SMPTE = 0x8000 };

#define QUARTER (60 * NANOS_PER_SECOND / TAKE_BPM)

nanos fill_source_time(const struct fill_source *source, uint64_t tick)
{
  uint64_t division = source->smf.division;

  if (!source->beats) {
    return smf_tick_time(&source->smf, tick);
  }
  if (tick / division > (uint64_t)(TAKE_LONGEST / QUARTER)) {
    return TAKE_LONGEST + QUARTER;
  }
  return (nanos)(tick / division) * QUARTER + (nanos)(tick % division * (uint64_t)QUARTER / division);
}

uint64_t fill_source_tick(const struct fill_source *source, nanos time)
{
  if (!source->beats) {
    return smf_time_tick(&source->smf, time);
  }
  return time > 0 ? (uint64_t)(time * source->smf.division + QUARTER / 2) / (uint64_t)QUARTER : 0;
}

double fill_source_seconds(const struct fill_source *source, nanos time)
{
  nanos played = source->beats ? smf_tick_time(&source->smf, fill_source_tick(source, time)) : time;

  return (double)played / (double)NANOS_PER_SECOND;
}

static nanos to_clock(const struct fill_source *source, nanos time)
{
  return source->beats ? fill_source_time(source, smf_time_tick(&source->smf, time)) : time;
}

static enum status read_keyboard(struct fill_source *source, const char *name, struct error *error)
{
  enum status status = smf_notes(&source->smf, &source->all, error);

  if (status != STATUS_OK) {
    return status;
  }
  status = keyboard_merge(&source->all, &source->played);
  if (status != STATUS_OK) {
    return error_set(error, status, "out of memory for the notes of %.300s", name);
  }
  for (size_t i = 0; i < source->played.count; i++) {
    struct note *note = &source->played.notes[i];
    note->on = to_clock(source, note->on);
    note->off = to_clock(source, note->off);
    source->end = note->off > source->end ? note->off : source->end;
  }
  if (source->end > TAKE_LONGEST) {
    return error_set(error, STATUS_UNSUPPORTED,
                     "%.300s: its notes last for more than 4 hours; cut it into shorter takes", name);
  }
  return STATUS_OK;
}

enum status fill_source_take(struct fill_source *source, uint8_t *data, size_t size, const char *name,
                             enum frame_unit unit, struct error *error)
{
  *source = (struct fill_source){.data = data, .size = size};
  enum status status = smf_read(&source->smf, data, size, name, error);
  if (status == STATUS_OK && source->smf.own_tempos != NULL) {
    status = error_set(error, STATUS_UNSUPPORTED,
                       "%.300s is of format 2, %d pieces of their own; nothing can be added to it", name,
                       source->smf.track_count);
  }
  if (status == STATUS_OK) {
    source->beats = unit == FRAME_BEATS && (source->smf.division & SMPTE) == 0;
    status = metre_read(&source->metre, &source->smf, error);
  }
  return status == STATUS_OK ? read_keyboard(source, name, error) : status;
}

enum status fill_source_open(struct fill_source *source, const char *path, enum frame_unit unit,
                             struct error *error)
{
  const char *name = strcmp(path, "-") == 0 ? "standard input" : path;
  uint8_t *data;
  size_t size;

  *source = (struct fill_source){.data = NULL};
  enum status status = file_read(path, FILE_LIMIT, &data, &size, error);
  return status == STATUS_OK ? fill_source_take(source, data, size, name, unit, error) : status;
}

void fill_source_close(struct fill_source *source)
{
  free(source->data);
  smf_free(&source->smf);
  metre_free(&source->metre);
  note_list_free(&source->all);
  note_list_free(&source->played);
}

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
