#include "smf_build.h"

#include <stdlib.h>

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
