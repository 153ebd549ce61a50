/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "smf_build.h"

enum status smf_builder_begin(struct smf_builder *builder, int format, uint16_t division, int track_count,
                              size_t pool_size)
{
  *builder = (struct smf_builder){.smf = {.format = format, .division = division, .track_count = track_count}};
  builder->smf.pool = malloc(pool_size + 1);
  builder->smf.track_end = calloc((size_t)track_count + 1, sizeof *builder->smf.track_end);
  return builder->smf.pool == NULL || builder->smf.track_end == NULL ? STATUS_NO_MEMORY : STATUS_OK;
}

uint8_t *smf_builder_put(struct smf_builder *builder, size_t at, struct smf_event event)
{
  struct smf *smf = &builder->smf;
  if (smf->event_count == builder->event_capacity) {
    const size_t capacity = builder->event_capacity == 0 ? 256 : 2 * builder->event_capacity;
    struct smf_event *events =
      capacity > SIZE_MAX / sizeof *events ? NULL : realloc(smf->events, capacity * sizeof *events);
    if (events == NULL) {
      return NULL;
    }
    smf->events = events;
    builder->event_capacity = capacity;
  }
  uint8_t *bytes = (uint8_t *)smf->pool + at;
  event.bytes = bytes;
  smf->events[smf->event_count++] = event;
  builder->used = at + event.size;
  return bytes;
}

uint8_t *smf_builder_add(struct smf_builder *builder, struct smf_event event)
{
  return smf_builder_put(builder, builder->used, event);
}

enum status smf_builder_copy(struct smf_builder *builder, struct smf_event event, const uint8_t *bytes)
{
  uint8_t *room = smf_builder_add(builder, event);
  if (room == NULL) {
    return STATUS_NO_MEMORY;
  }
  memcpy(room, bytes, event.size);
  return STATUS_OK;
}

enum status smf_builder_text(struct smf_builder *builder, uint64_t tick, int track, uint8_t type,
                             const char *text)
{
  uint8_t bytes[2 + SMF_TEXT_MAX] = {0xFF, type};
  const size_t size = strnlen(text, SMF_TEXT_MAX);
  const struct smf_event event = {
    .tick = tick, .track = (uint16_t)track, .kind = SMF_META, .size = (uint32_t)(2 + size)};
  memcpy(bytes + 2, text, size);
  return smf_builder_copy(builder, event, bytes);
}

static int compare_events(const void *left, const void *right)
{
  const struct smf_event *a = left;
  const struct smf_event *b = right;
  if (a->tick != b->tick) {
    return a->tick < b->tick ? -1 : 1;
  }
  if (a->track != b->track) {
    return a->track < b->track ? -1 : 1;
  }
  return a->bytes < b->bytes ? -1 : a->bytes > b->bytes;
}

static enum status fill_times(struct smf *smf, const char *name, struct error *error)
{
  for (size_t i = 0; i < smf->event_count; i++) {
    struct smf_event *event = &smf->events[i];
    event->time = smf_tick_time(smf, event->tick);
    if (event->time > SMF_TIME_MAX) {
      return error_set(error, STATUS_FORMAT,
                       "%s: byte %td: the event lies more than 24 hours after the start; the file is damaged",
                       name, event->bytes - (const uint8_t *)smf->pool);
    }
  }
  return STATUS_OK;
}

/* A track ends with its last event, which is its end-of-track event where there is one. */
static void take_out_ends(struct smf *smf)
{
  size_t kept = 0;
  for (size_t i = 0; i < smf->event_count; i++) {
    const struct smf_event event = smf->events[i];
    smf->track_end[event.track] = event.tick;
    if (event.kind != SMF_META || event.bytes[1] != META_END_OF_TRACK) {
      smf->events[kept++] = event;
    }
  }
  smf->event_count = kept;
}

enum status smf_builder_finish(struct smf_builder *builder, struct smf *smf, const char *name,
                               struct error *error)
{
  *smf = builder->smf;
  *builder = (struct smf_builder){0};
  if (smf->event_count > 1) {
    qsort(smf->events, smf->event_count, sizeof *smf->events, compare_events);
  }
  enum status status = smf_map_tempos(smf, name, error);
  if (status == STATUS_OK) {
    status = fill_times(smf, name, error);
  }
  if (status != STATUS_OK) {
    smf_free(smf);
    return status;
  }
  take_out_ends(smf);
  return STATUS_OK;
}

void smf_free(struct smf *smf)
{
  free(smf->track_end);
  free(smf->events);
  free(smf->tempos);
  free(smf->pool);
  *smf = (struct smf){0};
}

enum status smf_tracks_find(struct smf_tracks *tracks, const struct smf *smf)
{
  const size_t count = (size_t)smf->track_count;
  tracks->start = calloc(count + 2 + smf->event_count, sizeof *tracks->start);
  if (tracks->start == NULL) {
    return STATUS_NO_MEMORY;
  }
  /* start[t + 2] counts track t; summed up, start[t + 1] is where it begins and, filled, ends. */
  size_t *start = tracks->start;
  tracks->order = start + count + 2;
  for (size_t i = 0; i < smf->event_count; i++) {
    start[smf->events[i].track + 2]++;
  }
  for (size_t t = 2; t <= count; t++) {
    start[t] += start[t - 1];
  }
  for (size_t i = 0; i < smf->event_count; i++) {
    tracks->order[start[smf->events[i].track + 1]++] = i;
  }
  return STATUS_OK;
}

void smf_tracks_free(struct smf_tracks *tracks)
{
  free(tracks->start);
  *tracks = (struct smf_tracks){0};
}

enum { DEFAULT_TEMPO = 500000, SMPTE = 0x8000 };

/* So many nanoseconds in so many ticks. */
struct pace {
  uint64_t nanos;
  uint64_t ticks;
};

static struct pace pace_of(const struct smf *smf, const struct smf_tempo *tempo)
{
  if ((smf->division & SMPTE) == 0) {
    return (struct pace){UINT64_C(1000) * tempo->microseconds_per_quarter, smf->division};
  }
  const unsigned rate = 256u - (smf->division >> 8);
  const unsigned per_frame = smf->division & 0xFFu;
  if (rate == 29) { /* 30 frames in 1.001 seconds */
    return (struct pace){1001 * (uint64_t)NANOS_PER_MILLISECOND, UINT64_C(30) * per_frame};
  }
  return (struct pace){(uint64_t)NANOS_PER_SECOND, (uint64_t)rate * per_frame};
}

/* value * to / from, rounded; INT64_MAX where it is larger. */
static uint64_t scale(uint64_t value, uint64_t from, uint64_t to)
{
  const uint64_t whole = value / from;
  const uint64_t rest = (value % from * to + from / 2) / from;
  if (whole > ((uint64_t)INT64_MAX - rest) / to) {
    return INT64_MAX;
  }
  return whole * to + rest;
}

static nanos time_after(const struct smf *smf, const struct smf_tempo *tempo, uint64_t tick)
{
  const struct pace pace = pace_of(smf, tempo);
  const uint64_t passed = scale(tick - tempo->tick, pace.ticks, pace.nanos);
  return passed > (uint64_t)(INT64_MAX - tempo->time) ? INT64_MAX : tempo->time + (nanos)passed;
}

nanos smf_tick_time(const struct smf *smf, uint64_t tick)
{
  size_t low = 0;
  size_t high = smf->tempo_count;
  while (high - low > 1) {
    const size_t middle = low + (high - low) / 2;
    if (smf->tempos[middle].tick <= tick) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return time_after(smf, &smf->tempos[low], tick);
}

uint64_t smf_time_tick(const struct smf *smf, nanos time)
{
  if (time <= 0) {
    return 0;
  }
  size_t low = 0;
  size_t high = smf->tempo_count;
  while (high - low > 1) {
    const size_t middle = low + (high - low) / 2;
    if (smf->tempos[middle].time <= time) {
      low = middle;
    } else {
      high = middle;
    }
  }
  const struct smf_tempo *tempo = &smf->tempos[low];
  const struct pace pace = pace_of(smf, tempo);
  return tempo->tick + scale((uint64_t)(time - tempo->time), pace.nanos, pace.ticks);
}

static enum status add_tempo(struct smf *smf, const struct smf_event *event, const char *name,
                             struct error *error)
{
  const ptrdiff_t at = event->bytes - (const uint8_t *)smf->pool;
  if (event->size < 5) {
    return error_set(error, STATUS_FORMAT,
                     "%s: byte %td: a tempo of fewer than three bytes; the file is damaged", name, at);
  }
  const uint8_t *b = event->bytes;
  const uint32_t tempo = (uint32_t)b[2] << 16 | (uint32_t)b[3] << 8 | b[4];
  /* Ticks of 2 ns and more keep their places when times are rounded to 1 ns. */
  if (tempo * UINT64_C(1000) < 2 * (uint64_t)smf->division) {
    return error_set(error, STATUS_FORMAT,
                     "%s: byte %td: a tempo of %u microseconds a quarter note is too fast; the file is damaged",
                     name, at, (unsigned)tempo);
  }
  struct smf_tempo *last = &smf->tempos[smf->tempo_count - 1];
  const nanos time = time_after(smf, last, event->tick);
  if (time > SMF_TIME_MAX) {
    return error_set(error, STATUS_FORMAT,
                     "%s: byte %td: the tempo lies more than 24 hours after the start; the file is damaged",
                     name, at);
  }
  if (event->tick > last->tick) {
    last++;
    smf->tempo_count++;
  }
  *last = (struct smf_tempo){event->tick, time, tempo};
  return STATUS_OK;
}

enum status smf_map_tempos(struct smf *smf, const char *name, struct error *error)
{
  size_t count = 1;
  for (size_t i = 0; i < smf->event_count; i++) {
    count += smf_is_tempo(&smf->events[i]);
  }
  smf->tempos = calloc(count, sizeof *smf->tempos);
  if (smf->tempos == NULL) {
    return error_set(error, STATUS_NO_MEMORY, "%s: out of memory", name);
  }
  smf->tempos[0] = (struct smf_tempo){0, 0, DEFAULT_TEMPO};
  smf->tempo_count = 1;
  if (smf->division & SMPTE) { /* its ticks are time already */
    return STATUS_OK;
  }
  for (size_t i = 0; i < smf->event_count; i++) {
    if (smf_is_tempo(&smf->events[i])) {
      const enum status status = add_tempo(smf, &smf->events[i], name, error);
      if (status != STATUS_OK) {
        return status;
      }
    }
  }
  return STATUS_OK;
}
