/* SPDX-License-Identifier: MIT */
#include "metre.h"

#include <math.h>
#include <stdlib.h>

enum {
  SMPTE = 0x8000,
  META_TIME_SIGNATURE = 0x58,
  POWER_MAX = 7,     /* of two: a 128th is the shortest beat */
  BAR_MAX = 1000000, /* more than 24 hours can hold */
};

static bool is_signature(const struct smf_event *event)
{
  return event->kind == SMF_META && event->bytes[1] == META_TIME_SIGNATURE && event->size >= 4 &&
         event->bytes[2] > 0 && event->bytes[3] <= POWER_MAX;
}

static double bar_ticks(const struct metre_part *part)
{
  return part->beats * part->beat;
}

static void add_part(struct metre *metre, const struct smf_event *event, int division)
{
  struct metre_part *last = &metre->parts[metre->count - 1];
  struct metre_part part = {event->tick, last->bar, event->bytes[2], ldexp(4.0 * division, -event->bytes[3])};
  if (event->tick > last->tick) {
    const double bars = ceil((double)(event->tick - last->tick) / bar_ticks(last));
    part.bar = (int)fmin(last->bar + bars, BAR_MAX);
    last++;
    metre->count++;
  }
  *last = part;
}

enum status metre_read(struct metre *metre, const struct smf *smf, struct error *error)
{
  size_t count = 1;
  *metre = (struct metre){0};
  if (smf->division & SMPTE) {
    return STATUS_OK;
  }
  for (size_t i = 0; i < smf->event_count; i++) {
    count += is_signature(&smf->events[i]);
  }
  metre->parts = calloc(count, sizeof *metre->parts);
  if (metre->parts == NULL) {
    return error_set(error, STATUS_NO_MEMORY, "out of memory while counting bars");
  }
  metre->parts[0] = (struct metre_part){0, 1, 4, smf->division};
  metre->count = 1;
  for (size_t i = 0; i < smf->event_count; i++) {
    if (is_signature(&smf->events[i])) {
      add_part(metre, &smf->events[i], smf->division);
    }
  }
  return STATUS_OK;
}

void metre_free(struct metre *metre)
{
  free(metre->parts);
  *metre = (struct metre){0};
}

enum status metre_tick(const struct metre *metre, double bar, double beat, uint64_t *tick, struct error *error)
{
  size_t at = 0;
  if (metre->count == 0) {
    return error_set(error, STATUS_UNSUPPORTED, "the file counts in SMPTE frames, not in bars; give seconds");
  }
  while (at + 1 < metre->count && metre->parts[at + 1].bar <= bar) {
    at++;
  }
  const struct metre_part *part = &metre->parts[at];
  if (!(bar >= 1 && bar <= BAR_MAX && floor(bar) == bar)) {
    return error_set(error, STATUS_USAGE, "there is no bar %g; bars are whole numbers from 1", bar);
  }
  if (!(beat >= 1 && beat < part->beats + 1)) {
    return error_set(error, STATUS_USAGE, "bar %g has no beat %g; it has %d", bar, beat, part->beats);
  }
  const double after = (bar - part->bar) * bar_ticks(part) + (beat - 1) * part->beat;
  *tick = part->tick + (uint64_t)llround(after);
  if (at + 1 < metre->count && *tick > metre->parts[at + 1].tick) {
    return error_set(error, STATUS_USAGE, "bar %g has no beat %g; the time signature changes before", bar,
                     beat);
  }
  return STATUS_OK;
}

bool metre_place(const struct metre *metre, uint64_t tick, int *bar, double *beat)
{
  size_t at = 0;
  if (metre->count == 0) {
    return false;
  }
  while (at + 1 < metre->count && metre->parts[at + 1].tick <= tick) {
    at++;
  }
  const struct metre_part *part = &metre->parts[at];
  const double after = (double)(tick - part->tick);
  const double bars = floor(after / bar_ticks(part));
  *bar = part->bar + (int)fmin(bars, BAR_MAX);
  *beat = 1 + (after - bars * bar_ticks(part)) / part->beat;
  return true;
}
