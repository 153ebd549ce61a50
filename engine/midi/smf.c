/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "smf_private.h"

enum status smf_builder_begin(struct smf_builder *builder, int format, uint16_t division, int track_count,
                              size_t pool_size)
{
  *builder = (struct smf_builder){.smf = {.format = format, .division = division, .track_count = track_count}};
  builder->smf.pool = malloc(pool_size + 1);
  builder->smf.track_end = calloc((size_t)track_count + 1, sizeof *builder->smf.track_end);
  return builder->smf.pool == NULL || builder->smf.track_end == NULL ? STATUS_NO_MEMORY : STATUS_OK;
}

enum status smf_builder_tracks(struct smf_builder *builder, int track_count)
{
  uint64_t *ends = calloc((size_t)track_count + 1, sizeof *ends);
  if (ends == NULL) {
    return STATUS_NO_MEMORY;
  }
  free(builder->smf.track_end);
  builder->smf.track_end = ends;
  builder->smf.track_count = track_count;
  return STATUS_OK;
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

static void sort_events(struct smf *smf)
{
  for (size_t i = 1; i < smf->event_count; i++) {
    if (compare_events(&smf->events[i - 1], &smf->events[i]) > 0) {
      qsort(smf->events, smf->event_count, sizeof *smf->events, compare_events);
      return;
    }
  }
}

static enum status fill_times(struct smf *smf, const char *name, struct error *error)
{
  for (size_t i = 0; i < smf->event_count; i++) {
    struct smf_event *event = &smf->events[i];
    event->time = smf_track_time(smf, event->track, event->tick);
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
  sort_events(smf);
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
  free(smf->own_tempos);
  free(smf->places);
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

static struct smf_tempo_range tempos_of(const struct smf *smf, int track)
{
  return smf->own_tempos != NULL ? smf->own_tempos[track] : (struct smf_tempo_range){0, smf->tempo_count};
}

nanos smf_track_time(const struct smf *smf, int track, uint64_t tick)
{
  const struct smf_tempo_range range = tempos_of(smf, track);
  size_t low = range.begin;
  size_t high = range.begin + range.count;
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

uint64_t smf_track_tick(const struct smf *smf, int track, nanos time)
{
  if (time <= 0) {
    return 0;
  }
  const struct smf_tempo_range range = tempos_of(smf, track);
  size_t low = range.begin;
  size_t high = range.begin + range.count;
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

nanos smf_tick_time(const struct smf *smf, uint64_t tick)
{
  return smf_track_time(smf, 0, tick);
}

uint64_t smf_time_tick(const struct smf *smf, nanos time)
{
  return smf_track_tick(smf, 0, time);
}

/* Microseconds a quarter note, or 0 for a tempo that cannot be meant. */
static uint32_t read_tempo(const struct smf *smf, const struct smf_event *event)
{
  const uint32_t tempo = event->size < 5 ? 0 : smf_big(event->bytes + 2, 3);
  /* Ticks of 2 ns and more keep their places when times are rounded to 1 ns. */
  return tempo * UINT64_C(1000) < 2 * (uint64_t)smf->division ? 0 : tempo;
}

/* Append to the tempos of a range, in whose place there is room. */
static enum status add_tempo(struct smf *smf, struct smf_tempo_range *range, const struct smf_event *event,
                             const char *name, struct error *error)
{
  const size_t at = (size_t)(event->bytes - (const uint8_t *)smf->pool);
  const uint32_t tempo = read_tempo(smf, event);
  if (tempo == 0) {
    smf_add_fault(&smf->faults, SMF_FAULT_TEMPO, at);
    return STATUS_OK;
  }
  struct smf_tempo *last = &smf->tempos[range->begin + range->count - 1];
  const nanos time = time_after(smf, last, event->tick);
  if (time > SMF_TIME_MAX) {
    return error_set(error, STATUS_FORMAT,
                     "%s: byte %zu: the tempo lies more than 24 hours after the start; the file is damaged",
                     name, at);
  }
  if (event->tick > last->tick) {
    last++;
    range->count++;
  }
  *last = (struct smf_tempo){event->tick, time, tempo};
  return STATUS_OK;
}

/* Room for every track's tempos, and one at tick 0 for each. */
static enum status lay_out_tempos(struct smf *smf)
{
  const size_t ranges = smf->format == 2 && smf->track_count > 1 ? (size_t)smf->track_count : 1;
  size_t count = ranges;
  for (size_t i = 0; i < smf->event_count; i++) {
    count += smf_is_tempo(&smf->events[i]);
  }
  smf->tempos = calloc(count, sizeof *smf->tempos);
  smf->own_tempos = calloc(ranges, sizeof *smf->own_tempos);
  if (smf->tempos == NULL || smf->own_tempos == NULL) {
    return STATUS_NO_MEMORY;
  }
  for (size_t i = 0; ranges > 1 && i < smf->event_count; i++) {
    smf->own_tempos[smf->events[i].track].count += smf_is_tempo(&smf->events[i]);
  }
  size_t begin = 0;
  for (size_t i = 0; i < ranges; i++) {
    const size_t room = 1 + smf->own_tempos[i].count;
    smf->own_tempos[i] = (struct smf_tempo_range){begin, 1};
    smf->tempos[begin] = (struct smf_tempo){0, 0, DEFAULT_TEMPO};
    begin += room;
  }
  return STATUS_OK;
}

enum status smf_map_tempos(struct smf *smf, const char *name, struct error *error)
{
  if (lay_out_tempos(smf) != STATUS_OK) {
    return error_set(error, STATUS_NO_MEMORY, "%s: out of memory", name);
  }
  const bool apart = smf->format == 2 && smf->track_count > 1;
  enum status status = STATUS_OK;
  /* With SMPTE divisions ticks are time already. */
  for (size_t i = 0; (smf->division & SMPTE) == 0 && i < smf->event_count && status == STATUS_OK; i++) {
    const struct smf_event *event = &smf->events[i];
    if (smf_is_tempo(event)) {
      status = add_tempo(smf, &smf->own_tempos[apart ? event->track : 0], event, name, error);
    }
  }
  smf->tempo_count = smf->own_tempos[0].count;
  if (!apart) {
    free(smf->own_tempos);
    smf->own_tempos = NULL;
  }
  return status;
}

void smf_add_fault(struct smf_faults *faults, enum smf_fault fault, size_t byte)
{
  struct smf_fault_place *place = &faults->of[fault];
  if (place->count++ == 0) {
    place->byte = byte;
  }
}

bool smf_has_faults(const struct smf *smf)
{
  for (int i = 0; i < SMF_FAULTS; i++) {
    if (smf->faults.of[i].count > 0) {
      return true;
    }
  }
  return false;
}

enum { KINDS_TOLD = 4 };

void smf_describe_faults(const struct smf *smf, char line[SMF_FAULT_LINE])
{
  static const char *const names[SMF_FAULTS] = {
    [SMF_FAULT_WRAPPER] = "a wrapper that is not RIFF, or has wrong lengths",
    [SMF_FAULT_HEADER] = "the header's length is wrong",
    [SMF_FAULT_COUNT] = "the header's number of tracks is wrong",
    [SMF_FAULT_FORMAT] = "format 0 with several tracks",
    [SMF_FAULT_LENGTH] = "a track's length is wrong",
    [SMF_FAULT_CUT] = "a track ends within an event",
    [SMF_FAULT_NO_END] = "a track has no end-of-track event",
    [SMF_FAULT_AFTER_END] = "data after a track's end",
    [SMF_FAULT_BETWEEN] = "data that belongs to no chunk",
    [SMF_FAULT_DATA_BYTE] = "a data byte is over 127",
    [SMF_FAULT_RUNNING] = "running status after a SysEx or meta event",
    [SMF_FAULT_STRAY] = "a message that has no place in a file",
    [SMF_FAULT_END_DATA] = "an end-of-track event carries data",
    [SMF_FAULT_TEMPO] = "a tempo that cannot be meant",
  };
  size_t used = 0;
  int kinds = 0;
  line[0] = '\0';
  for (int i = 0; i < SMF_FAULTS && kinds <= KINDS_TOLD; i++) {
    const struct smf_fault_place *place = &smf->faults.of[i];
    char times[64] = "";
    if (place->count == 0) {
      continue;
    }
    if (i == SMF_FAULT_COUNT) {
      snprintf(times, sizeof times, " (%d, but %d found)", smf->faults.promised, smf->track_count);
    } else if (place->count > 1) {
      snprintf(times, sizeof times, " (%zu times)", place->count);
    }
    kinds++;
    used += kinds > KINDS_TOLD ? (size_t)snprintf(line + used, SMF_FAULT_LINE - used, "; and more")
                               : (size_t)snprintf(line + used, SMF_FAULT_LINE - used, "%sbyte %zu: %s%s",
                                                  used > 0 ? "; " : "", place->byte, names[i], times);
  }
}

enum status smf_refuse_faults(const struct smf *smf, const char *name, struct error *error)
{
  char line[SMF_FAULT_LINE];
  if (!smf_has_faults(smf)) {
    return STATUS_OK;
  }
  smf_describe_faults(smf, line);
  return error_set(error, STATUS_FORMAT, "%s: %s", name, line);
}
