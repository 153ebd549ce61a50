/* SPDX-License-Identifier: MIT */
#include "dataset.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "dataset_private.h"
#include "take.h"

struct sequence *dataset_add(struct dataset *dataset, const char *name)
{
  /* Room doubles whenever the count is a power of two. */
  if ((dataset->count & (dataset->count - 1)) == 0) {
    const size_t room = dataset->count > 0 ? 2 * dataset->count : 1;
    struct sequence *grown = realloc(dataset->sequences, room * sizeof *grown);
    if (grown == NULL) {
      return NULL;
    }
    dataset->sequences = grown;
  }
  char *copy = strdup(name);
  if (copy == NULL) {
    return NULL;
  }
  struct sequence *sequence = &dataset->sequences[dataset->count++];
  memset(sequence, 0, sizeof *sequence);
  sequence->name = copy;
  return sequence;
}

static bool ends_with(const char *text, const char *end)
{
  const size_t length = strlen(text), tail = strlen(end);
  return length >= tail && strcasecmp(text + length - tail, end) == 0;
}

const char *dataset_file_name(const char *path)
{
  const char *slash = strrchr(path, '/');
  return slash != NULL ? slash + 1 : path;
}

enum status dataset_load(struct dataset *dataset, const char *path, const char *split, struct error *error)
{
  return dataset_open(dataset, path, split, 0, error);
}

enum status dataset_open(struct dataset *dataset, const char *path, const char *split, double hours,
                         struct error *error)
{
  *dataset = (struct dataset){.hours = hours};
  struct stat about;
  if (stat(path, &about) != 0) {
    return error_set(error, STATUS_NOT_FOUND,
                     "there is no data at %s; give a JSON file of rolls, a MIDI file, a take or a folder",
                     path);
  }
  enum status status;
  if (S_ISDIR(about.st_mode)) {
    status = dataset_read_folder(dataset, path, split, error);
  } else if (ends_with(path, ".json")) {
    status = dataset_read_json(dataset, path, split, error);
  } else {
    status = dataset_read_midi(dataset, path, dataset_file_name(path), error);
  }
  if (status == STATUS_OK && dataset->count == 0) {
    status = error_set(error, STATUS_FORMAT, "%s holds no part of at least %d notes", path, DATASET_NOTES_MIN);
  }
  if (status != STATUS_OK) {
    dataset_free(dataset);
  }
  return status;
}

static void apply(struct framer *framer, const struct message *message)
{
  const int pitch = message->bytes[1] - PITCH_LOW;
  if (pitch < 0 || pitch >= PITCHES) {
    return;
  }
  if (message_is_note_on(message->bytes, message->size)) {
    framer_note_on(framer, pitch);
  } else {
    framer_note_off(framer, pitch);
  }
}

/* The framer's cells of a take, (T, V, D). Ticks come before the messages of their own moment, as in
 * the live engine. */
static void fill_cells(const struct take *take, const struct frame_def *def, nanos duration, int frames,
                       uint8_t *cells)
{
  const size_t row = (size_t)def->values * PITCHES;
  struct framer framer;
  framer_reset(&framer);
  size_t next = 0;
  for (int t = 0; t < frames; t++) {
    for (; next < take->count && take->messages[next].time < (t + 1) * duration; next++) {
      apply(&framer, &take->messages[next]);
    }
    struct frame closed;
    framer_tick(&framer, &closed);
    memcpy(cells + (size_t)t * row, closed.cell, row);
  }
}

enum status sequence_frames(struct sequence *sequence, const struct frame_def *def)
{
  struct take take;
  if (take_from_notes(&take, &sequence->notes) != STATUS_OK) {
    return STATUS_NO_MEMORY;
  }
  const nanos duration = frame_duration(def, TAKE_BPM);
  const nanos last = take.count > 0 ? take.messages[take.count - 1].time : 0;
  const int frames = (int)(last / duration) + 1;
  uint8_t *cells = malloc((size_t)frames * (size_t)def->values * PITCHES);
  if (cells != NULL) {
    fill_cells(&take, def, duration, frames, cells);
    free(sequence->cells);
    sequence->cells = cells;
    sequence->frames = frames;
  }
  take_free(&take);
  return cells != NULL ? STATUS_OK : STATUS_NO_MEMORY;
}

enum status dataset_frames(struct dataset *dataset, const struct frame_def *def, struct error *error)
{
  if (dataset->rolls) {
    return def->values == 1
             ? STATUS_OK
             : error_set(error, STATUS_UNSUPPORTED,
                         "rolls say what sounds but not what is struck; use a model with 1 value a "
                         "pitch, or MIDI files");
  }
  dataset->frames = 0;
  dataset->values = def->values;
  for (size_t i = 0; i < dataset->count; i++) {
    struct sequence *sequence = &dataset->sequences[i];
    if (dataset->on_disk) {
      sequence->frames = (int)(sequence->lasts / frame_duration(def, TAKE_BPM)) + 1;
    } else if (sequence_frames(sequence, def) != STATUS_OK) {
      return error_set(error, STATUS_NO_MEMORY, "out of memory for the frames of %s", sequence->name);
    }
    dataset->frames += (size_t)sequence->frames;
  }
  return STATUS_OK;
}

void sequence_free(struct sequence *sequence)
{
  free(sequence->name);
  free(sequence->file);
  free(sequence->cells);
  free(sequence->damaged);
  note_list_free(&sequence->notes);
}

void dataset_free(struct dataset *dataset)
{
  for (size_t i = 0; i < dataset->count; i++) {
    sequence_free(&dataset->sequences[i]);
  }
  free(dataset->sequences);
  memset(dataset, 0, sizeof *dataset);
}

/* The damaged take's frames, cut or filled up to the clean take's length. */
static enum status damaged_cells(struct sequence *sequence, const struct frame_def *def,
                                 const struct corrupt_rates *rates, struct rng *rng, struct error *error)
{
  const size_t frame = (size_t)def->values * PITCHES;
  struct sequence damaged = {0};
  enum status status = corrupt_notes(&sequence->notes, rates, rng, &damaged.notes, error);
  if (status == STATUS_OK) {
    status = sequence_frames(&damaged, def);
  }
  if (status == STATUS_OK) {
    const int shared = damaged.frames < sequence->frames ? damaged.frames : sequence->frames;
    free(sequence->damaged);
    sequence->damaged = calloc((size_t)sequence->frames, frame);
    if (sequence->damaged == NULL) {
      status = STATUS_NO_MEMORY;
    } else {
      memcpy(sequence->damaged, damaged.cells, (size_t)shared * frame);
    }
  }
  free(damaged.cells);
  note_list_free(&damaged.notes);
  return status;
}

enum status sequence_damage(struct sequence *sequence, const struct frame_def *def,
                            const struct corrupt_rates *rates, uint64_t seed, struct error *error)
{
  struct rng rng;
  rng_seed(&rng, seed);
  const enum status status = damaged_cells(sequence, def, rates, &rng, error);
  return status == STATUS_NO_MEMORY
           ? error_set(error, status, "out of memory for the damaged frames of %s", sequence->name)
           : status;
}

enum status dataset_damage(struct dataset *dataset, const struct frame_def *def,
                           const struct corrupt_rates *rates, uint64_t seed, struct error *error)
{
  for (size_t i = 0; i < dataset->count && !dataset->rolls; i++) {
    const enum status status = sequence_damage(&dataset->sequences[i], def, rates, seed + i, error);
    if (status != STATUS_OK) {
      return status;
    }
  }
  return STATUS_OK;
}

/* Folders of captured takes: which are for training and which are held back. */

enum { EVERY = 5 };

static bool wanted(size_t take, size_t takes, bool valid)
{
  const bool held = takes < EVERY ? take == takes - 1 : take % EVERY == EVERY - 1;
  return held == valid;
}

static size_t count_takes(const size_t *starts, size_t files)
{
  size_t takes = 0;
  for (size_t i = 0; i < files; i++) {
    takes += starts[i + 1] > starts[i];
  }
  return takes;
}

enum status dataset_hold_back(struct dataset *dataset, const size_t *starts, size_t files, const char *split,
                              const char *path, struct error *error)
{
  const bool valid = strcmp(split, "valid") == 0;
  if (!valid && strcmp(split, "train") != 0) {
    return STATUS_OK;
  }
  const size_t takes = count_takes(starts, files);
  if (takes == 1) {
    return error_set(error, STATUS_FORMAT,
                     "%s holds one take of at least %d notes; two are needed, so that one can be held back",
                     path, DATASET_NOTES_MIN);
  }
  size_t kept = 0, take = 0;
  for (size_t i = 0; i < files; i++) {
    const bool keep = wanted(take, takes, valid);
    for (size_t s = starts[i]; s < starts[i + 1]; s++) {
      if (keep) {
        dataset->sequences[kept++] = dataset->sequences[s];
      } else {
        sequence_free(&dataset->sequences[s]);
      }
    }
    take += starts[i + 1] > starts[i];
  }
  dataset->count = kept;
  return STATUS_OK;
}
