#include "replay.h"

#include <stdlib.h>
#include <string.h>

#include "ledger.h"
#include "replay_state.h"
#include "touch.h"

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
