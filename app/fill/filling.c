/* SPDX-License-Identifier: MIT */
#include "filling.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fill_source.h"
#include "pitch.h"
#include "smf_append.h"

enum { MARKER_TEXT = 96 };

const char *filling_reason(enum fill_reason reason)
{
  switch (reason) {
  case FILL_ASKED: return "asked";
  case FILL_SILENCE: return "silence";
  case FILL_DISCONNECTED: return "disconnected";
  case FILL_DROPPED: return "dropped";
  }
  return "unknown";
}

/* --- Places on the file's ticks --- */

struct place {
  uint64_t on, off;
};

/* The notes that were played, by their keys: those of key k are order[start[k]] up to start[k + 1]. */
struct by_key {
  size_t start[CHANNELS * KEYS + 2];
  size_t *order; /* owned */
};

static size_t key_of(const struct note *note)
{
  return (size_t)(note->channel & 0x0F) * KEYS + (note->pitch & 0x7F);
}

static enum status sort_by_key(struct by_key *keys, const struct note_list *notes)
{
  *keys = (struct by_key){.order = malloc((notes->count + 1) * sizeof *keys->order)};
  if (keys->order == NULL) {
    return STATUS_NO_MEMORY;
  }
  /* start[k + 2] counts key k; summed up, start[k + 1] is where it begins and, filled, ends. */
  for (size_t i = 0; i < notes->count; i++) {
    keys->start[key_of(&notes->notes[i]) + 2]++;
  }
  for (size_t k = 2; k < CHANNELS * KEYS + 2; k++) {
    keys->start[k] += keys->start[k - 1];
  }
  for (size_t i = 0; i < notes->count; i++) {
    keys->order[keys->start[key_of(&notes->notes[i]) + 1]++] = i;
  }
  return STATUS_OK;
}

/* Fit the note between those that were played on its key. False when there is no room. */
static bool fit(const struct fill_source *source, const struct by_key *keys, const struct note *note,
                struct place *place)
{
  size_t key = key_of(note);

  for (size_t i = keys->start[key]; i < keys->start[key + 1]; i++) {
    const struct note *played = &source->all.notes[keys->order[i]];
    uint64_t on = smf_time_tick(&source->smf, played->on);
    uint64_t off = smf_time_tick(&source->smf, played->off);
    if (on == place->on || (on < place->on && off > place->on)) {
      return false;
    }
    if (on > place->on && on <= place->off) {
      place->off = on - 1;
    }
  }
  return place->off > place->on;
}

static struct place place_of(const struct fill_source *source, const struct note *note)
{
  struct place place = {fill_source_tick(source, note->on), fill_source_tick(source, note->off)};

  place.off = place.off > place.on ? place.off : place.on + 1;
  return place;
}

/* Keep the notes that fit, in both lists. */
static enum status keep_fitting(struct filling *filling, const struct fill_source *source,
                                const struct by_key *keys)
{
  uint64_t free_from[CHANNELS * KEYS] = {0}; /* where the added note before ends */
  struct fill_result *result = &filling->result;
  size_t count = result->count;

  result->count = 0;
  for (size_t i = 0; i < count; i++) {
    struct note note = result->notes[i].note;
    struct place place = place_of(source, &note);
    uint64_t *end = &free_from[key_of(&note)];
    if (place.on < *end || !fit(source, keys, &note, &place)) {
      continue;
    }
    *end = place.off;
    note.on = smf_tick_time(&source->smf, place.on);
    note.off = smf_tick_time(&source->smf, place.off);
    if (note_list_add(&filling->notes, note) != STATUS_OK) {
      return STATUS_NO_MEMORY;
    }
    result->notes[result->count++] = result->notes[i];
  }
  return STATUS_OK;
}

static enum status place_notes(struct filling *filling, const struct fill_source *source)
{
  struct by_key keys;

  enum status status = sort_by_key(&keys, &source->all);
  if (status == STATUS_OK) {
    status = keep_fitting(filling, source, &keys);
  }
  free(keys.order);
  return status;
}

/* --- Markers --- */

struct markers {
  struct smf_marker *list;
  char (*texts)[MARKER_TEXT];
  size_t count;
};

static char *add_marker(struct markers *markers, uint64_t tick, const char *text)
{
  char *room = markers->texts[markers->count];

  snprintf(room, MARKER_TEXT, "%s", text);
  markers->list[markers->count++] = (struct smf_marker){tick, room};
  return room;
}

/* Notes of one tick share a marker. */
static void mark_notes(struct markers *markers, const struct fill_source *source, const struct filling *filling)
{
  uint64_t last = UINT64_MAX;
  char *text = NULL;

  for (size_t i = 0; i < filling->notes.count; i++) {
    const struct note *note = &filling->notes.notes[i];
    uint64_t tick = smf_time_tick(&source->smf, note->on);
    char name[PITCH_NAME_MAX];
    if (text == NULL || tick != last) {
      text = add_marker(markers, tick, MARK_ADDED);
    }
    size_t used = strlen(text);
    snprintf(text + used, MARKER_TEXT - used, " %s", pitch_name(note->pitch, name));
    last = tick;
  }
}

static enum status make_markers(struct markers *markers, const struct fill_source *source,
                                const struct filling *filling, const struct fill_gaps *gaps)
{
  size_t most = 2 * gaps->count + filling->notes.count;

  markers->list = calloc(most + 1, sizeof *markers->list);
  markers->texts = calloc(most + 1, sizeof *markers->texts);
  if (markers->list == NULL || markers->texts == NULL) {
    return STATUS_NO_MEMORY;
  }
  for (size_t i = 0; i < gaps->count; i++) {
    char text[MARKER_TEXT];
    snprintf(text, sizeof text, MARK_GAP " (%s)", filling_reason(gaps->gaps[i].reason));
    add_marker(markers, fill_source_tick(source, gaps->gaps[i].begin), text);
    add_marker(markers, fill_source_tick(source, gaps->gaps[i].end), MARK_GAP_END);
  }
  mark_notes(markers, source, filling);
  return STATUS_OK;
}

/* --- The file --- */

static enum status copy_source(struct filling *filling, const struct fill_source *source)
{
  filling->data = malloc(source->size + 1);
  if (filling->data == NULL) {
    return STATUS_NO_MEMORY;
  }
  memcpy(filling->data, source->data, source->size);
  filling->size = source->size;
  return STATUS_OK;
}

enum status filling_make(struct filling *filling, const struct fill_source *source, struct fill_result *result,
                         const struct fill_gaps *gaps, bool markers, struct error *error)
{
  struct markers made = {NULL, NULL, 0};

  *filling = (struct filling){.result = *result};
  *result = (struct fill_result){NULL, 0, 0};
  enum status status = place_notes(filling, source);
  if (status == STATUS_OK && filling->notes.count == 0) {
    status = copy_source(filling, source);
    return status == STATUS_OK ? status : error_set(error, status, "out of memory for the filled take");
  }
  if (status == STATUS_OK && markers) {
    status = make_markers(&made, source, filling, gaps);
  }
  if (status == STATUS_OK) {
    const struct smf_addition addition = {.name = MARK_FILL_TRACK,
                                          .notes = &filling->notes,
                                          .marker_name = MARK_GAP_TRACK,
                                          .markers = made.list,
                                          .marker_count = made.count};
    status =
      smf_append(&source->smf, source->data, source->size, &addition, &filling->data, &filling->size, error);
  } else {
    error_set(error, status, "out of memory for the filled take");
  }
  free(made.list);
  free(made.texts);
  return status;
}

void filling_free(struct filling *filling)
{
  fill_result_free(&filling->result);
  note_list_free(&filling->notes);
  free(filling->data);
  *filling = (struct filling){.data = NULL};
}
