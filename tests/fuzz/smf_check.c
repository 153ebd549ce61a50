/* SPDX-License-Identifier: MIT */
#include "smf_check.h"

#include <stdlib.h>
#include <string.h>

#include "metre.h"
#include "smf_append.h"
#include "smf_patch.h"
#include "smf_private.h"

static const char *check_order(const struct smf *smf)
{
  uint64_t tick = 0;
  for (size_t i = 0; i < smf->event_count; i++) {
    const struct smf_event *event = &smf->events[i];
    if (event->tick < tick || event->tick > smf->track_end[event->track]) {
      return "events are out of order";
    }
    if (event->time < 0 || event->time > SMF_TIME_MAX ||
        smf_track_tick(smf, event->track, event->time) != event->tick) {
      return "the time of a tick does not lead back to it";
    }
    tick = event->tick;
  }
  return NULL;
}

static bool same_event(const struct smf_event *a, const struct smf_event *b)
{
  return a->tick == b->tick && a->time == b->time && a->track == b->track && a->kind == b->kind &&
         a->size == b->size && memcmp(a->bytes, b->bytes, a->size) == 0;
}

static const char *check_same(const struct smf *a, const struct smf *b)
{
  if (a->format != b->format || a->division != b->division || a->track_count != b->track_count ||
      a->event_count != b->event_count || a->tempo_count != b->tempo_count) {
    return "the shape changed by writing and reading";
  }
  if (memcmp(a->track_end, b->track_end, (size_t)a->track_count * sizeof *a->track_end) != 0) {
    return "an end of track changed by writing and reading";
  }
  for (size_t i = 0; i < a->event_count; i++) {
    if (!same_event(&a->events[i], &b->events[i])) {
      return "an event changed by writing and reading";
    }
  }
  return NULL;
}

/* What was read is written as the bytes that it is written as once more. */
static const char *check_written(const struct smf *again, const uint8_t *data, size_t size)
{
  uint8_t *twice;
  size_t twice_size;
  if (smf_write(again, &twice, &twice_size, NULL) != STATUS_OK) {
    return "what was written and read cannot be written";
  }
  const bool same = twice_size == size && memcmp(twice, data, size) == 0;
  free(twice);
  return same ? NULL : "a second writing is not as the first";
}

static const char *check_round_trip(const struct smf *smf)
{
  uint8_t *data;
  size_t size;
  struct smf again;
  struct error error = {0};
  if (smf_write(smf, &data, &size, &error) != STATUS_OK) {
    return "what was read cannot be written";
  }
  const char *fault = "what was written cannot be read";
  if (smf_read(&again, data, size, "again", &error) == STATUS_OK) {
    fault = check_same(smf, &again);
    fault = fault == NULL ? check_written(&again, data, size) : fault;
    smf_free(&again);
  }
  free(data);
  return fault;
}

static size_t count_others(const struct smf *smf)
{
  size_t count = 0;
  for (size_t i = 0; i < smf->event_count; i++) {
    const struct smf_event *event = &smf->events[i];
    count += !message_is_note_on(event->bytes, event->size) && !message_is_note_off(event->bytes, event->size);
  }
  return count;
}

static const char *check_replaced(const struct smf *smf, const struct note_list *notes)
{
  struct smf replaced;
  struct note_list again = {0};
  struct error error = {0};
  if (smf_with_notes(smf, notes, &replaced, &error) != STATUS_OK) {
    return "a file's notes cannot be put back";
  }
  const char *fault = check_order(&replaced);
  if (fault == NULL && count_others(&replaced) != count_others(smf)) {
    fault = "putting notes back changed the other events";
  }
  if (fault == NULL && smf_notes(&replaced, &again, &error) != STATUS_OK) {
    fault = "the notes cannot be read again";
  }
  if (fault == NULL && again.count != notes->count) {
    fault = "putting notes back changed their number";
  }
  note_list_free(&again);
  smf_free(&replaced);
  return fault;
}

static const char *check_notes(const struct smf *smf)
{
  struct note_list notes = {0};
  struct error error = {0};
  if (smf_notes(smf, &notes, &error) != STATUS_OK) {
    return "the notes cannot be read";
  }
  const char *fault = NULL;
  for (size_t i = 0; i < notes.count && fault == NULL; i++) {
    const struct note *note = &notes.notes[i];
    fault = note->off < note->on ? "a note ends before it begins" : NULL;
  }
  if (fault == NULL) {
    fault = check_replaced(smf, &notes);
  }
  note_list_free(&notes);
  return fault;
}

static const char *check_refusal(enum status status, const struct error *error)
{
  if (status != STATUS_FORMAT && status != STATUS_UNSUPPORTED) {
    return "the refusal is of the wrong kind";
  }
  if (strstr(error->text, ": byte ") == NULL || strchr(error->text, '\n') != NULL || error->status != status) {
    return "the refusal is not one line that names the byte";
  }
  return NULL;
}

/* What is put behind the tracks leaves all before and after it as it was. */
static const char *check_appended(const struct smf *smf, const uint8_t *data, size_t size)
{
  struct note note = {.off = NANOS_PER_SECOND, .pitch = 60, .velocity = 1};
  const struct note_list notes = {&note, 1, 1};
  const struct smf_marker marker = {1, "here"};
  const struct smf_addition addition = {"added", &notes, "markers", &marker, 1};
  struct smf again;
  struct error error = {0};
  uint8_t *out;
  size_t out_size;
  const enum status status = smf_append(smf, data, size, &addition, &out, &out_size, &error);
  if (status != STATUS_OK) { /* a tempo behind a very long silence, or no room */
    return status == STATUS_UNSUPPORTED ? NULL : "nothing can be added to what was read";
  }
  const size_t division = smf_unwrap(data, size).begin + 12;
  const char *fault = memcmp(out + division, data + division, 2) == 0 ? NULL : "adding changed the header";
  const bool overlaps =
    smf->faults.of[SMF_FAULT_BETWEEN].count > 0; /* a chunk too long for the file may now fit */
  if (smf_read(&again, out, out_size, "again", &error) != STATUS_OK) {
    fault = overlaps ? NULL : "what was added to cannot be read";
  } else if (overlaps) {
    fault = NULL;
  } else if (again.track_count != smf->track_count + 2 || again.event_count < smf->event_count + 5) {
    fault = "adding lost something";
  }
  smf_free(&again);
  free(out);
  return fault;
}

/* A file that breaks off or hangs together wrongly may be read in another way once something in it is gone. */
static bool is_torn(const struct smf *smf)
{
  const struct smf_fault_place *faults = smf->faults.of;
  return faults[SMF_FAULT_CUT].count > 0 || faults[SMF_FAULT_NO_END].count > 0 ||
         faults[SMF_FAULT_BETWEEN].count > 0 || faults[SMF_FAULT_HEADER].count > 0;
}

/* Are the events of `smf` that stayed those of `again`? */
static const char *check_rest(const struct smf *smf, const uint8_t *removed, const struct smf *again)
{
  size_t at = 0;
  for (size_t i = 0; i < smf->event_count; i++) {
    if (!removed[i] && (at == again->event_count || !same_event(&smf->events[i], &again->events[at++]))) {
      return "removing notes changed another event";
    }
  }
  if (at != again->event_count || again->track_count != smf->track_count) {
    return "removing notes added something";
  }
  const size_t ends = (size_t)smf->track_count * sizeof *smf->track_end;
  return memcmp(smf->track_end, again->track_end, ends) == 0 ? NULL : "removing notes moved the end of a track";
}

static const char *check_result(const struct smf *smf, const uint8_t *data, size_t size, const uint8_t *removed)
{
  const struct smf_patch patch = {.removed = removed, .last_tick = UINT64_MAX};
  const bool removes = memchr(removed, 1, smf->event_count) != NULL;
  struct smf again = {0};
  struct error error = {0};
  uint8_t *out;
  size_t out_size;
  const enum status status = smf_patch(smf, data, size, &patch, &out, &out_size, &error);
  if (status != STATUS_OK) {
    return status == STATUS_UNSUPPORTED && removes ? NULL : "notes cannot be removed";
  }
  const char *fault = NULL;
  if (!removes) {
    fault = out_size == size && memcmp(out, data, size) == 0 ? NULL : "removing nothing changed something";
  } else if (smf_read(&again, out, out_size, "again", &error) != STATUS_OK) {
    fault = is_torn(smf) ? NULL : "a file cannot be read once notes are removed";
  } else if (!is_torn(smf)) {
    fault = check_rest(smf, removed, &again);
  }
  smf_free(&again);
  free(out);
  return fault;
}

/* Remove one of `every` notes; none for 0. */
static const char *check_removed(const struct smf *smf, const uint8_t *data, size_t size, size_t every)
{
  uint8_t *removed = calloc(smf->event_count + 1, 1);
  struct error error = {0};
  size_t notes = 0;
  if (removed == NULL) {
    return NULL;
  }
  for (size_t i = 0; i < smf->event_count && every > 0; i++) {
    if (message_is_note_on(smf->events[i].bytes, smf->events[i].size)) {
      removed[i] = notes++ % every == 0;
    }
  }
  const char *fault = smf_remove_notes(smf, removed, NULL, NULL, &error) == STATUS_OK
                        ? check_result(smf, data, size, removed)
                        : "notes cannot be removed";
  free(removed);
  return fault;
}

static const char *check_bars(const struct smf *smf)
{
  struct metre metre;
  struct error error = {0};
  const char *fault = NULL;
  int last = 0;
  if (metre_read(&metre, smf, &error) != STATUS_OK) {
    return "the bars cannot be counted";
  }
  for (size_t i = 0; i < smf->event_count && fault == NULL; i++) {
    int bar;
    double beat;
    if (metre_place(&metre, smf->events[i].tick, &bar, &beat)) {
      fault = bar < last || !(beat >= 1 && beat < 257) ? "a bar comes out of order" : NULL;
      last = bar;
    }
  }
  metre_free(&metre);
  return fault;
}

const char *smf_check(const uint8_t *data, size_t size)
{
  struct smf smf;
  struct error error = {0};
  const enum status status = smf_read(&smf, data, size, "input", &error);
  if (status != STATUS_OK) {
    return smf.events == NULL && smf.pool == NULL ? check_refusal(status, &error) : "a refusal left something";
  }
  const char *fault = check_order(&smf);
  if (fault == NULL) {
    fault = check_round_trip(&smf);
  }
  if (fault == NULL) {
    fault = check_notes(&smf);
  }
  if (fault == NULL) {
    fault = check_appended(&smf, data, size);
  }
  for (size_t every = 0; every < 3 && fault == NULL; every++) {
    fault = check_removed(&smf, data, size, every);
  }
  if (fault == NULL) {
    fault = check_bars(&smf);
  }
  smf_free(&smf);
  return fault;
}
