/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "dataset.h"
#include "personalise_private.h"

#define PIECE (40 * NANOS_PER_SECOND)
enum { HELD_EVERY = 5 };

/* Append notes first .. end - 1 of a take as a piece that begins at 0; too short a piece is left out. */
static enum status add_piece(struct dataset *pieces, const struct sequence *take, size_t first, size_t end)
{
  if (end - first < DATASET_NOTES_MIN) {
    return STATUS_OK;
  }
  struct sequence *piece = dataset_add(pieces, take->name);
  enum status status = piece != NULL ? STATUS_OK : STATUS_NO_MEMORY;
  for (size_t i = first; i < end && status == STATUS_OK; i++) {
    struct note note = take->notes.notes[i];
    note.on -= take->notes.notes[first].on;
    note.off -= take->notes.notes[first].on;
    status = note_list_add(&piece->notes, note);
  }
  return status;
}

/* Where the piece that begins with note `first` ends. */
static size_t piece_end(const struct note_list *notes, size_t first)
{
  size_t end = first;
  while (end < notes->count && notes->notes[end].on - notes->notes[first].on < PIECE) {
    end++;
  }
  return end;
}

/* Cut a take; pieces that begin at `from` or later go to `late`. */
static enum status cut(const struct sequence *take, nanos from, struct dataset *early, struct dataset *late)
{
  const struct note_list *notes = &take->notes;
  enum status status = STATUS_OK;
  for (size_t first = 0; first < notes->count && status == STATUS_OK;) {
    const size_t end = piece_end(notes, first);
    status = add_piece(notes->notes[first].on >= from ? late : early, take, first, end);
    first = end;
  }
  return status;
}

/* The onset that leaves the last fifth of a take behind it. */
static nanos last_fifth(const struct sequence *take)
{
  const struct note_list *notes = &take->notes;
  return notes->count > 0 ? notes->notes[notes->count - 1].on / HELD_EVERY * (HELD_EVERY - 1) : 0;
}

/* The first of the takes that are looked at: the newest ones, LEARN_MINUTES_MAX together. */
static size_t first_take(const struct dataset *takes)
{
  const nanos most = LEARN_MINUTES_MAX * 60 * NANOS_PER_SECOND;
  nanos sum = 0;
  size_t first = takes->count;
  while (first > 0 && sum < most) {
    const struct note_list *notes = &takes->sequences[--first].notes;
    sum += notes->count > 0 ? notes->notes[notes->count - 1].on - notes->notes[0].on : 0;
  }
  return first;
}

static enum status cut_all(struct learn_data *data, const struct dataset *takes)
{
  const size_t first = first_take(takes);
  const bool whole = takes->count - first >= HELD_EVERY;
  enum status status = STATUS_OK;
  for (size_t i = first; i < takes->count && status == STATUS_OK; i++) {
    const struct sequence *take = &takes->sequences[i];
    const bool held = i % HELD_EVERY == HELD_EVERY / 2;
    status = cut(take, !whole ? last_fifth(take) : held ? INT64_MIN : INT64_MAX, &data->train, &data->held);
  }
  return status;
}

double learn_minutes(const struct dataset *pieces)
{
  nanos sum = 0;
  for (size_t i = 0; i < pieces->count; i++) {
    const struct note_list *notes = &pieces->sequences[i].notes;
    sum += notes->count > 0 ? notes->notes[notes->count - 1].on : 0;
  }
  return (double)sum / (60 * (double)NANOS_PER_SECOND);
}

enum status learn_data_init(struct learn_data *data, const struct dataset *takes, const struct frame_def *def,
                            struct error *error)
{
  *data = (struct learn_data){.train = {.values = def->values}, .held = {.values = def->values}};
  if (takes->rolls) {
    return error_set(error, STATUS_USAGE,
                     "a personal model learns from takes, not from rolls; give MIDI files");
  }
  enum status status = cut_all(data, takes);
  if (status != STATUS_OK) {
    return error_set(error, status, "out of memory for the takes");
  }
  const double minutes = learn_minutes(&data->train);
  if (minutes < LEARN_MINUTES_MIN || data->held.count == 0) {
    return error_set(error, STATUS_USAGE,
                     "%.1f minutes of music to learn from and %.1f to check on are too few; %d and some are "
                     "needed: play more",
                     minutes, learn_minutes(&data->held), (int)LEARN_MINUTES_MIN);
  }
  status = dataset_frames(&data->train, def, error);
  return status == STATUS_OK ? dataset_frames(&data->held, def, error) : status;
}

void learn_data_free(struct learn_data *data)
{
  dataset_free(&data->train);
  dataset_free(&data->held);
}
