/* SPDX-License-Identifier: MIT */
#include "replay.h"

#include <stdlib.h>
#include <string.h>

#include "drums.h"
#include "live.h"
#include "rt.h"
#include "smf_build.h"

/* Time passes in steps as small as a driver's, so that no call has many frames to close. */
#define STEP (10 * NANOS_PER_MILLISECOND)
/* A longer rest is cut short, for a player that need not keep time: what was played so long ago is no past of
 * what comes. The engine forgets it where more than 64 frames are missing. */
#define LONG_REST (8 * NANOS_PER_SECOND)
/* The work of one replay_go_on. */
#define PIECE_TIME (500 * NANOS_PER_MILLISECOND)

enum { PIECE_EVENTS = 256, DEVICES_MAX = 4096 };

#define NO_EVENT UINT32_MAX

/* What became of an event. */
enum fate { FATE_OTHER, FATE_PLAYED, FATE_CAME_BACK };

/* The events that are played together: order[begin] up to order[end]. */
struct part {
  size_t begin, end;
  size_t last_on; /* one past its last note-on, in `order` */
};

struct replay {
  const struct smf *smf;
  nanos look_ahead;
  struct spare spare;
  bool apart;

  struct part *parts; /* (part_count), owned */
  size_t part_count;
  uint32_t *order; /* (event_count) events by part, then as in the file; owned */
  uint8_t *fate;   /* (event_count) enum fate; owned */

  /* Of the part that is being played. */
  size_t part;
  bool begun;
  size_t cursor; /* the next, in `order` */
  size_t tempo, tempo_end;
  nanos now, end;
  nanos played; /* the time of its last event so far */
  struct drums drums;

  /* Note-ons that have not come back, by the channel and key that they were played on. */
  uint32_t first[CHANNELS][KEYS], last[CHANNELS][KEYS];
  uint32_t *next; /* (event_count), owned */
};

/* --- Parts --- */

/* Numbers for the names of ports, in the order in which they come. */
struct devices {
  const struct smf_event *named[DEVICES_MAX];
  size_t count;
};

/* The port that a meta event puts its track on; -1 if it says nothing of ports. */
static int port_of(struct devices *devices, const struct smf_event *event)
{
  if (event->kind != SMF_META || (event->bytes[1] != META_DEVICE && event->bytes[1] != META_PORT)) {
    return -1;
  }
  for (size_t i = 0; i < devices->count; i++) {
    const struct smf_event *other = devices->named[i];
    if (other->size == event->size && memcmp(other->bytes, event->bytes, event->size) == 0) {
      return (int)i + 1;
    }
  }
  if (devices->count == DEVICES_MAX) {
    return 0;
  }
  devices->named[devices->count++] = event;
  return (int)devices->count;
}

/* Which part each event belongs to, `part` (event_count). */
static enum status assign_parts(struct replay *replay, uint16_t *part)
{
  const struct smf *smf = replay->smf;
  const bool by_track = smf->format == 2 && smf->track_count > 1;
  struct devices *devices = calloc(1, sizeof *devices);
  uint16_t *port = calloc((size_t)smf->track_count + 1, sizeof *port);
  if (devices == NULL || port == NULL) {
    free(devices);
    free(port);
    return STATUS_NO_MEMORY;
  }
  replay->part_count = by_track ? (size_t)smf->track_count : 1;
  for (size_t i = 0; i < smf->event_count; i++) {
    const struct smf_event *event = &smf->events[i];
    const int heard = by_track || !replay->apart ? -1 : port_of(devices, event);
    port[event->track] = heard >= 0 ? (uint16_t)heard : port[event->track];
    part[i] = by_track ? event->track : port[event->track];
    replay->part_count = part[i] < replay->part_count ? replay->part_count : part[i] + (size_t)1;
  }
  free(devices);
  free(port);
  return STATUS_OK;
}

static bool is_note_on(const struct smf_event *event)
{
  return message_is_note_on(event->bytes, event->size);
}

/* Put the events in order by their parts. */
static void sort_parts(struct replay *replay, const uint16_t *part)
{
  const struct smf *smf = replay->smf;
  for (size_t i = 0; i < smf->event_count; i++) {
    replay->parts[part[i]].end++; /* how many, for now */
  }
  size_t begin = 0;
  for (size_t i = 0; i < replay->part_count; i++) {
    const size_t count = replay->parts[i].end;
    replay->parts[i] = (struct part){begin, begin, begin};
    begin += count;
  }
  for (size_t i = 0; i < smf->event_count; i++) {
    struct part *of = &replay->parts[part[i]];
    replay->order[of->end++] = (uint32_t)i;
    of->last_on = is_note_on(&smf->events[i]) ? of->end : of->last_on;
  }
}

static enum status make_parts(struct replay *replay)
{
  const size_t count = replay->smf->event_count;
  uint16_t *part = malloc((count + 1) * sizeof *part);
  enum status status = part != NULL ? assign_parts(replay, part) : STATUS_NO_MEMORY;
  if (status == STATUS_OK) {
    replay->parts = calloc(replay->part_count, sizeof *replay->parts);
    replay->order = malloc((count + 1) * sizeof *replay->order);
    replay->next = malloc((count + 1) * sizeof *replay->next);
    replay->fate = calloc(count + 1, sizeof *replay->fate);
    status = replay->parts != NULL && replay->order != NULL && replay->next != NULL && replay->fate != NULL
               ? STATUS_OK
               : STATUS_NO_MEMORY;
  }
  if (status == STATUS_OK) {
    sort_parts(replay, part);
  }
  free(part);
  return status;
}

static nanos file_end(const struct smf *smf)
{
  nanos end = 0;
  for (int i = 0; i < smf->track_count; i++) {
    const nanos time = smf_track_time(smf, i, smf->track_end[i]);
    end = time > end ? time : end;
  }
  return end;
}

static EMEND_LIVE void begin_part(struct replay *replay)
{
  const struct smf *smf = replay->smf;
  const struct part *part = &replay->parts[replay->part];
  const bool by_track = smf->own_tempos != NULL;
  replay->cursor = part->begin;
  replay->tempo = by_track ? smf->own_tempos[replay->part].begin : 0;
  replay->tempo_end = by_track ? replay->tempo + smf->own_tempos[replay->part].count : smf->tempo_count;
  replay->now = 0;
  replay->played = 0;
  drums_reset(&replay->drums);
  for (int channel = 0; channel < CHANNELS; channel++) {
    for (int pitch = 0; pitch < KEYS; pitch++) {
      replay->first[channel][pitch] = NO_EVENT;
    }
  }
}

enum status replay_new(struct replay **replay, const struct smf *smf, const struct replay_options *options,
                       const char *name, struct error *error)
{
  *replay = NULL;
  if (!options->apart && smf->own_tempos != NULL) {
    return error_set(error, STATUS_UNSUPPORTED,
                     "%.300s is of format 2, %d pieces of their own; clean it with emend denoise", name,
                     smf->track_count);
  }
  struct replay *made = calloc(1, sizeof *made);
  if (made == NULL) {
    return error_set(error, STATUS_NO_MEMORY, "out of memory to play %.300s", name);
  }
  made->smf = smf;
  made->look_ahead = options->look_ahead;
  made->apart = options->apart;
  if (options->spare != NULL) {
    made->spare = *options->spare;
  }
  if (smf->event_count >= NO_EVENT || make_parts(made) != STATUS_OK) {
    replay_free(made);
    return error_set(error, STATUS_NO_MEMORY, "out of memory to play %.300s", name);
  }
  made->end = file_end(smf) + made->look_ahead + LIVE_HOLD_MAX + NANOS_PER_MILLISECOND;
  begin_part(made);
  *replay = made;
  return STATUS_OK;
}

void replay_free(struct replay *replay)
{
  if (replay != NULL) {
    free(replay->parts);
    free(replay->order);
    free(replay->next);
    free(replay->fate);
    free(replay);
  }
}

/* --- Playing --- */

static EMEND_LIVE void await(struct replay *replay, unsigned channel, unsigned pitch, uint32_t event)
{
  uint32_t *first = &replay->first[channel][pitch];
  uint32_t *last = &replay->last[channel][pitch];
  replay->next[event] = NO_EVENT;
  replay->fate[event] = FATE_PLAYED;
  if (*first == NO_EVENT) {
    *first = event;
  } else {
    replay->next[*last] = event;
  }
  *last = event;
}

static EMEND_LIVE void play_event(struct replay *replay, const struct port_stream *stream, uint32_t index)
{
  const struct smf_event *event = &replay->smf->events[index];
  if (event->kind == SMF_SYSEX || event->kind == SMF_CHANNEL) {
    drums_hear(&replay->drums, event->bytes, event->size);
  }
  if (event->kind != SMF_CHANNEL) {
    return;
  }
  uint8_t bytes[3] = {0};
  memcpy(bytes, event->bytes, event->size);
  const bool on = message_is_note_on(bytes, event->size);
  if (on || message_is_note_off(bytes, event->size)) {
    const unsigned channel = bytes[0] & 0x0F;
    if (drums_are_on(&replay->drums, channel) || spare_has(&replay->spare, channel, bytes[1])) {
      bytes[0] = (uint8_t)((bytes[0] & 0xF0) | DRUM_CHANNEL);
    }
  }
  if (on) {
    await(replay, bytes[0] & 0x0F, bytes[1], index);
  }
  stream->receive(stream->user, event->time, bytes, event->size);
}

static const struct smf_event *next_event(const struct replay *replay)
{
  return replay->cursor < replay->parts[replay->part].end ? &replay->smf->events[replay->order[replay->cursor]]
                                                          : NULL;
}

static EMEND_LIVE void pass(struct replay *replay, const struct port_stream *stream, nanos to)
{
  while (to - replay->now > STEP) {
    replay->now += STEP;
    stream->advance(stream->user, replay->now);
  }
  replay->now = to > replay->now ? to : replay->now;
  stream->advance(stream->user, replay->now);
}

static const struct smf_tempo *next_tempo(const struct replay *replay, nanos until)
{
  const struct smf_tempo *tempo = &replay->smf->tempos[replay->tempo];
  return replay->tempo < replay->tempo_end && tempo->time <= until ? tempo : NULL;
}

static EMEND_LIVE void take_tempo(struct replay *replay, const struct port_stream *stream)
{
  const struct smf_tempo *tempo = &replay->smf->tempos[replay->tempo++];
  if (tempo->microseconds_per_quarter > 0) {
    stream->tempo(stream->user, 60e6 / tempo->microseconds_per_quarter);
  }
}

static EMEND_LIVE void take_tempos(struct replay *replay, const struct port_stream *stream, nanos until)
{
  for (const struct smf_tempo *tempo; (tempo = next_tempo(replay, until)) != NULL;) {
    pass(replay, stream, tempo->time);
    take_tempo(replay, stream);
  }
}

EMEND_LIVE void replay_step(struct replay *replay, const struct port_stream *stream, nanos until)
{
  for (const struct smf_event *event; (event = next_event(replay)) != NULL && event->time <= until;) {
    if (event->kind == SMF_CHANNEL) {
      take_tempos(replay, stream, event->time);
      pass(replay, stream, event->time);
    }
    play_event(replay, stream, replay->order[replay->cursor++]);
  }
  take_tempos(replay, stream, until);
  pass(replay, stream, until);
}

/* --- Playing on without keeping time --- */

/* When the part's next event or tempo comes; after its last note-on, when that is decided. */
static nanos next_time(const struct replay *replay)
{
  const struct smf_event *event = next_event(replay);
  const nanos time =
    event != NULL && replay->cursor < replay->parts[replay->part].last_on ? event->time : INT64_MAX;
  const struct smf_tempo *tempo = next_tempo(replay, time);
  if (time == INT64_MAX) {
    return replay->played + replay->look_ahead + NANOS_PER_MILLISECOND;
  }
  return tempo != NULL ? tempo->time : time;
}

/* Let time pass, not much at once. Returns how much of it was work. */
static EMEND_LIVE nanos rest(struct replay *replay, const struct port_stream *stream, nanos until)
{
  const nanos before = replay->now;
  if (replay->now - replay->played >= LONG_REST + replay->look_ahead) {
    replay->now = until;
  } else {
    replay->now = until - before > STEP ? before + STEP : until;
  }
  stream->advance(stream->user, replay->now);
  return replay->now - before;
}

/* One part's next piece. False when it is over. */
static EMEND_LIVE bool go_on_with_part(struct replay *replay, const struct port_stream *stream)
{
  nanos time_left = PIECE_TIME;
  for (int i = 0; i < PIECE_EVENTS; i++) {
    const bool has_more = replay->cursor < replay->parts[replay->part].last_on;
    const nanos time = next_time(replay);
    while (replay->now < time && time_left > 0) {
      time_left -= rest(replay, stream, time);
    }
    if (replay->now < time) {
      return true;
    }
    if (!has_more) {
      return false;
    }
    if (next_tempo(replay, time) != NULL) {
      take_tempo(replay, stream);
    } else {
      play_event(replay, stream, replay->order[replay->cursor++]);
      replay->played = time;
    }
  }
  return true;
}

static bool has_notes(const struct part *part)
{
  return part->last_on > part->begin;
}

EMEND_LIVE bool replay_go_on(struct replay *replay, const struct port_stream *stream)
{
  while (replay->part < replay->part_count && !has_notes(&replay->parts[replay->part])) {
    replay->part++;
  }
  if (replay->part == replay->part_count) {
    return false;
  }
  if (!replay->begun) {
    begin_part(replay);
    stream->begin(stream->user, 0);
    replay->begun = true;
  }
  if (!go_on_with_part(replay, stream)) {
    stream->silence(stream->user, replay->now);
    replay->begun = false;
    replay->part++;
  }
  return true;
}

double replay_share(const struct replay *replay)
{
  const size_t count = replay->smf->event_count;
  return count == 0 || replay->part == replay->part_count ? 1 : (double)replay->cursor / (double)count;
}

nanos replay_end(const struct replay *replay)
{
  return replay->end;
}

nanos replay_position(const struct replay *replay)
{
  return replay->now;
}

nanos replay_next(const struct replay *replay)
{
  const struct smf_event *event = next_event(replay);
  return event != NULL ? event->time : replay->end;
}

/* --- What comes back --- */

/* Which note-on of its key a message is: one of its time and velocity, else the last before it that could be.
 * Those before it did not come back and will not. */
static uint32_t find_source(const struct replay *replay, nanos time, const uint8_t *bytes)
{
  const nanos heard = time - replay->look_ahead;
  uint32_t found = NO_EVENT;
  for (uint32_t i = replay->first[bytes[0] & 0x0F][bytes[1]]; i != NO_EVENT; i = replay->next[i]) {
    const struct smf_event *event = &replay->smf->events[i];
    if (event->bytes[2] == bytes[2] && event->time <= heard) {
      found = i;
      if (event->time == heard) {
        break;
      }
    }
  }
  return found;
}

EMEND_LIVE bool replay_send(void *user, nanos time, const uint8_t *bytes, size_t size)
{
  struct replay *replay = user;
  if (!message_is_note_on(bytes, size)) {
    return true;
  }
  const uint32_t event = find_source(replay, time, bytes);
  if (event != NO_EVENT) {
    replay->fate[event] = FATE_CAME_BACK;
    replay->first[bytes[0] & 0x0F][bytes[1]] = replay->next[event];
  }
  return true;
}

/* --- The result --- */

/* A result in the making. */
struct finish {
  const struct replay *replay;
  uint8_t *removed; /* (event_count), owned */
  uint64_t last_tick;
  struct smf_insertion *ends; /* owned: note-offs where the file is cut */
  size_t end_count;
};

/* The last tick that was played; UINT64_MAX where all was. */
static uint64_t find_last_tick(const struct replay *replay)
{
  if (replay->apart || replay->now >= file_end(replay->smf)) {
    return UINT64_MAX;
  }
  const uint64_t tick = smf_time_tick(replay->smf, replay->now);
  return tick > 0 && smf_tick_time(replay->smf, tick) > replay->now ? tick - 1 : tick;
}

/* How many notes of each key are on at the end of what was played of a track. */
static void count_held(const struct finish *finish, const struct smf_tracks *tracks, int track,
                       int on[CHANNELS * KEYS])
{
  const struct smf *smf = finish->replay->smf;
  memset(on, 0, CHANNELS * KEYS * sizeof *on);
  for (size_t i = tracks->start[track]; i < tracks->start[track + 1]; i++) {
    const size_t index = tracks->order[i];
    const struct smf_event *event = &smf->events[index];
    if (event->tick > finish->last_tick || finish->removed[index]) {
      continue;
    }
    int *key = &on[(event->bytes[0] & 0x0F) * KEYS + (event->size > 1 ? event->bytes[1] & 0x7F : 0)];
    if (is_note_on(event)) {
      ++*key;
    } else if (message_is_note_off(event->bytes, event->size) && *key > 0) {
      --*key;
    }
  }
}

static void end_track(struct finish *finish, int track, const int on[CHANNELS * KEYS])
{
  for (int key = 0; key < CHANNELS * KEYS; key++) {
    for (int i = 0; i < on[key]; i++) {
      finish->ends[finish->end_count++] = (struct smf_insertion){
        finish->last_tick,
        (uint16_t)track,
        false,
        {(uint8_t)(MIDI_NOTE_OFF | key / KEYS), (uint8_t)(key % KEYS), MIDI_OFF_VELOCITY}};
    }
  }
}

/* Note-offs for the notes still on where the file is cut. */
static enum status end_notes(struct finish *finish)
{
  const struct smf *smf = finish->replay->smf;
  struct smf_tracks tracks;
  enum status status = smf_tracks_find(&tracks, smf);
  if (status != STATUS_OK) {
    return status;
  }
  int *on = malloc(CHANNELS * KEYS * sizeof *on);
  finish->ends = malloc((smf->event_count + 1) * sizeof *finish->ends);
  status = on != NULL && finish->ends != NULL ? STATUS_OK : STATUS_NO_MEMORY;
  for (int track = 0; track < smf->track_count && status == STATUS_OK; track++) {
    if (tracks.start[track] < tracks.start[track + 1]) {
      count_held(finish, &tracks, track, on);
      end_track(finish, track, on);
    }
  }
  free(on);
  smf_tracks_free(&tracks);
  return status;
}

static void mark_removed(struct finish *finish, struct replay_result *result)
{
  const struct replay *replay = finish->replay;
  for (size_t i = 0; i < replay->smf->event_count; i++) {
    if (is_note_on(&replay->smf->events[i])) {
      finish->removed[i] = replay->fate[i] == FATE_PLAYED;
      result->removed += finish->removed[i];
      result->notes++;
    }
  }
}

static enum status make_result(struct finish *finish, const uint8_t *data, size_t size,
                               struct replay_result *result, struct error *error)
{
  const struct smf *smf = finish->replay->smf;
  mark_removed(finish, result);
  enum status status = smf_remove_notes(smf, finish->removed, &result->handed, &result->handed_count, error);
  if (status == STATUS_OK && finish->last_tick != UINT64_MAX && end_notes(finish) != STATUS_OK) {
    status = error_set(error, STATUS_NO_MEMORY, "out of memory for the cleaned take");
  }
  if (status != STATUS_OK) {
    return status;
  }
  const struct smf_patch patch = {.removed = finish->removed,
                                  .insertions = finish->ends,
                                  .insertion_count = finish->end_count,
                                  .last_tick = finish->last_tick};
  return smf_patch(smf, data, size, &patch, &result->data, &result->size, error);
}

enum status replay_finish(struct replay *replay, const uint8_t *data, size_t size, struct replay_result *result,
                          struct error *error)
{
  struct finish finish = {.replay = replay, .last_tick = find_last_tick(replay)};
  *result = (struct replay_result){0};
  finish.removed = calloc(replay->smf->event_count + 1, sizeof *finish.removed);
  if (finish.removed == NULL) {
    return error_set(error, STATUS_NO_MEMORY, "out of memory for the cleaned take");
  }
  const enum status status = make_result(&finish, data, size, result, error);
  free(finish.removed);
  free(finish.ends);
  return status;
}

void replay_result_free(struct replay_result *result)
{
  free(result->data);
  free(result->handed);
  *result = (struct replay_result){0};
}
