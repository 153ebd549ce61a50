/* SPDX-License-Identifier: MIT */
#include "replay.h"

#include <stdlib.h>
#include <string.h>

#include "ledger.h"
#include "rt.h"

/* The parts of a replay, shared by replay.c (which runs) and replay_result.c (which puts the file together). */

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

enum { SPARE_MESSAGES = 4096 };

/* Time passes in steps as small as a driver's, so that no call has many frames to close. */
#define STEP (10 * NANOS_PER_MILLISECOND)

static nanos file_end(const struct smf *smf)
{
  nanos end = 0;

  for (int i = 0; i < smf->track_count; i++) {
    nanos time = smf_tick_time(smf, smf->track_end[i]);
    end = time > end ? time : end;
  }
  return end;
}

enum status replay_new(struct replay **replay, const struct smf *smf, nanos look_ahead, const char *name,
                       struct error *error)
{
  struct replay *made = calloc(1, sizeof *made);

  *replay = NULL;
  if (made == NULL) {
    return error_set(error, STATUS_NO_MEMORY, "no memory to play %.300s", name);
  }
  made->smf = smf;
  made->look_ahead = look_ahead;
  made->end = file_end(smf) + look_ahead + LEDGER_RELEASE_GUARD + NANOS_PER_MILLISECOND;
  made->capacity = 2 * smf->event_count + SPARE_MESSAGES;
  made->sent = calloc(made->capacity, sizeof *made->sent);
  if (made->sent == NULL) {
    replay_free(made);
    return error_set(error, STATUS_NO_MEMORY, "no memory to play %.300s", name);
  }
  touch_pages(made->sent, made->capacity * sizeof *made->sent);
  *replay = made;
  return STATUS_OK;
}

void replay_free(struct replay *replay)
{
  if (replay != NULL) {
    free(replay->sent);
    free(replay->events);
    free(replay->track_end);
    free(replay);
  }
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
  return replay->cursor < replay->smf->event_count ? replay->smf->events[replay->cursor].time : replay->end;
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

static EMEND_LIVE void take_tempos(struct replay *replay, const struct port_stream *stream, nanos until)
{
  const struct smf *smf = replay->smf;

  while (replay->tempo < smf->tempo_count && smf->tempos[replay->tempo].time <= until) {
    const struct smf_tempo *tempo = &smf->tempos[replay->tempo++];
    pass(replay, stream, tempo->time);
    if (tempo->microseconds_per_quarter > 0) {
      stream->tempo(stream->user, 60e6 / tempo->microseconds_per_quarter);
    }
  }
}

EMEND_LIVE void replay_step(struct replay *replay, const struct port_stream *stream, nanos until)
{
  const struct smf *smf = replay->smf;

  for (; replay->cursor < smf->event_count; replay->cursor++) {
    const struct smf_event *event = &smf->events[replay->cursor];
    if (event->time > until) {
      break;
    }
    if (event->kind == SMF_CHANNEL) {
      take_tempos(replay, stream, event->time);
      pass(replay, stream, event->time);
      stream->receive(stream->user, event->time, event->bytes, event->size);
    }
  }
  take_tempos(replay, stream, until);
  pass(replay, stream, until);
}

EMEND_LIVE bool replay_send(void *user, nanos time, const uint8_t *bytes, size_t size)
{
  struct replay *replay = user;

  if (replay->sent_count == replay->capacity || size < 1 || size > 3) {
    return false;
  }
  struct replay_message *message = &replay->sent[replay->sent_count++];
  message->time = time;
  message->size = (uint8_t)size;
  memcpy(message->bytes, bytes, size);
  return true;
}

/* An event of the result with its place: by tick, then after the source event `after`, then by `turn`. */
struct placed {
  struct smf_event event;
  size_t after, turn;
};

struct builder {
  const struct replay *replay;
  bool *claimed; /* (event_count) source events that came back at their own time */
  struct placed *placed;
  size_t count, turn;
  size_t last;                    /* the source event that came back last */
  uint16_t track[CHANNELS][KEYS]; /* of the last note-on that came back */
};

static bool same_bytes(const struct smf_event *event, const struct replay_message *message)
{
  return event->kind == SMF_CHANNEL && event->size == message->size &&
         memcmp(event->bytes, message->bytes, message->size) == 0;
}

static size_t first_at(const struct smf *smf, nanos time)
{
  size_t low = 0, high = smf->event_count;

  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (smf->events[middle].time < time) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/* The first source event of that time and those bytes which has not come back yet; event_count if none. */
static size_t find_source(const struct builder *builder, const struct replay_message *message)
{
  const struct smf *smf = builder->replay->smf;
  nanos time = message->time - builder->replay->look_ahead;

  for (size_t i = first_at(smf, time); i < builder->replay->cursor && smf->events[i].time == time; i++) {
    if (!builder->claimed[i] && same_bytes(&smf->events[i], message)) {
      return i;
    }
  }
  return smf->event_count;
}

/* A note-off that the engine moved or made: it joins the track of its note-on, and does not outlast it. */
static void place_off(struct builder *builder, const struct replay_message *message)
{
  const struct smf *smf = builder->replay->smf;
  nanos time = message->time - builder->replay->look_ahead;
  uint16_t track = builder->track[message->bytes[0] & 0x0F][message->bytes[1] & 0x7F];
  uint64_t tick = smf_time_tick(smf, time > 0 ? time : 0);

  if (tick > builder->replay->track_end[track]) {
    tick = builder->replay->track_end[track];
  }
  builder->placed[builder->count++] = (struct placed){{.tick = tick,
                                                       .time = time,
                                                       .track = track,
                                                       .kind = SMF_CHANNEL,
                                                       .size = message->size,
                                                       .bytes = message->bytes},
                                                      builder->last,
                                                      ++builder->turn};
}

static void place_sent(struct builder *builder)
{
  const struct replay *replay = builder->replay;

  for (size_t i = 0; i < replay->sent_count; i++) {
    const struct replay_message *message = &replay->sent[i];
    size_t source = find_source(builder, message);

    if (source < replay->smf->event_count) {
      const struct smf_event *event = &replay->smf->events[source];
      builder->claimed[source] = true;
      builder->last = source;
      if (message_is_note_on(message->bytes, message->size)) {
        builder->track[message->bytes[0] & 0x0F][message->bytes[1]] = event->track;
      }
      builder->placed[builder->count++] = (struct placed){*event, source, 0};
    } else if (message_is_note_off(message->bytes, message->size)) {
      place_off(builder, message);
    }
  }
}

/* SysEx, escapes and meta events up to where the replay has come. */
static void place_others(struct builder *builder)
{
  const struct smf *smf = builder->replay->smf;

  for (size_t i = 0; i < smf->event_count && smf->events[i].time <= builder->replay->now; i++) {
    if (smf->events[i].kind != SMF_CHANNEL) {
      builder->placed[builder->count++] = (struct placed){smf->events[i], i, 0};
    }
  }
}

/* Tracks end where they did, or where the replay was stopped. */
static bool end_tracks(struct replay *replay)
{
  const struct smf *smf = replay->smf;
  uint64_t now = smf_time_tick(smf, replay->now);

  replay->track_end = calloc((size_t)smf->track_count + 1, sizeof *replay->track_end);
  for (int i = 0; replay->track_end != NULL && i < smf->track_count; i++) {
    replay->track_end[i] = smf->track_end[i] < now ? smf->track_end[i] : now;
  }
  return replay->track_end != NULL;
}

static int by_place(const void *left, const void *right)
{
  const struct placed *a = left, *b = right;

  if (a->event.tick != b->event.tick) {
    return a->event.tick < b->event.tick ? -1 : 1;
  }
  if (a->after != b->after) {
    return a->after < b->after ? -1 : 1;
  }
  return (a->turn > b->turn) - (a->turn < b->turn);
}

enum status replay_result(struct replay *replay, struct smf *out, struct error *error)
{
  size_t most = replay->smf->event_count + replay->sent_count;
  struct builder builder = {.replay = replay};

  builder.claimed = calloc(replay->smf->event_count + 1, sizeof *builder.claimed);
  builder.placed = malloc((most + 1) * sizeof *builder.placed);
  replay->events = malloc((most + 1) * sizeof *replay->events);
  if (builder.claimed == NULL || builder.placed == NULL || replay->events == NULL || !end_tracks(replay)) {
    free(builder.claimed);
    free(builder.placed);
    return error_set(error, STATUS_NO_MEMORY, "no memory for the cleaned take");
  }
  place_sent(&builder);
  place_others(&builder);
  qsort(builder.placed, builder.count, sizeof *builder.placed, by_place);
  for (size_t i = 0; i < builder.count; i++) {
    replay->events[i] = builder.placed[i].event;
  }
  *out = *replay->smf;
  out->track_end = replay->track_end;
  out->events = replay->events;
  out->event_count = builder.count;
  free(builder.claimed);
  free(builder.placed);
  return STATUS_OK;
}
