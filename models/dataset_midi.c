/* Takes from MIDI files and captured ones: each channel by itself, then all of them as one keyboard. */
#include "dataset_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "journal.h"
#include "keyboard.h"
#include "smf.h"

enum { MIDI_FILE_MAX = 1 << 26, NAME_MAX_BYTES = 512 };

/* `notes` becomes the take's, or is freed. */
static enum status add_take(struct dataset *dataset, const char *name, const char *path,
                            struct note_list *notes)
{
  struct sequence *sequence = dataset_add(dataset, name);
  if (sequence == NULL) {
    note_list_free(notes);
    return STATUS_NO_MEMORY;
  }
  for (size_t i = 0; i < notes->count; i++) {
    sequence->lasts = notes->notes[i].off > sequence->lasts ? notes->notes[i].off : sequence->lasts;
  }
  sequence->notes = *notes;
  sequence->file = strdup(path);
  return sequence->file != NULL ? STATUS_OK : STATUS_NO_MEMORY;
}

static enum status add_channel(struct dataset *dataset, const struct note_list *all, unsigned channel,
                               const char *file, const char *path, int *taken)
{
  struct note_list notes = {0};
  enum status status = STATUS_OK;
  for (size_t i = 0; i < all->count && status == STATUS_OK; i++) {
    if (all->notes[i].channel == channel && keyboard_takes(&all->notes[i])) {
      status = note_list_add(&notes, all->notes[i]);
    }
  }
  if (status != STATUS_OK || notes.count < DATASET_NOTES_MIN) {
    note_list_free(&notes);
    return status;
  }
  char name[NAME_MAX_BYTES];
  snprintf(name, sizeof name, "%s:%u", file, channel);
  ++*taken;
  return add_take(dataset, name, path, &notes);
}

static enum status add_keyboard(struct dataset *dataset, const struct note_list *all, const char *file,
                                const char *path)
{
  struct note_list notes = {0};
  const enum status status = keyboard_merge(all, &notes);
  if (status != STATUS_OK) {
    note_list_free(&notes);
    return status;
  }
  for (size_t i = 0; i < notes.count; i++) {
    notes.notes[i].channel = 0;
  }
  note_list_sort(&notes);
  char name[NAME_MAX_BYTES];
  snprintf(name, sizeof name, "%s:all", file);
  return add_take(dataset, name, path, &notes);
}

static enum status add_takes(struct dataset *dataset, const struct note_list *all, const char *file,
                             const char *path)
{
  int taken = 0;
  enum status status = STATUS_OK;
  for (unsigned channel = 0; channel < CHANNELS && status == STATUS_OK; channel++) {
    status = add_channel(dataset, all, channel, file, path, &taken);
  }
  return status == STATUS_OK && taken > 1 ? add_keyboard(dataset, all, file, path) : status;
}

static enum status check_length(const struct note_list *all, const char *path, struct error *error)
{
  for (size_t i = 0; i < all->count; i++) {
    if (all->notes[i].off > TAKE_LONGEST) {
      return error_set(error, STATUS_FORMAT, "%s lasts for more than 4 hours; its times must be wrong", path);
    }
  }
  return STATUS_OK;
}

static enum status read_smf(const uint8_t *data, size_t size, const char *path, struct note_list *notes,
                            struct error *error)
{
  struct smf smf;
  enum status status = smf_read(&smf, data, size, path, error);
  if (status == STATUS_OK) {
    status = smf_notes(&smf, notes, error);
    smf_free(&smf);
  }
  return status;
}

static enum status read_notes(const char *path, struct note_list *notes, struct error *error)
{
  uint8_t *data;
  size_t size;
  enum status status = file_read(path, MIDI_FILE_MAX, &data, &size, error);
  if (status != STATUS_OK) {
    return status;
  }
  /* What was sent is clean; in bypass and monitor mode it is what was received. */
  status = journal_is(data, size) ? journal_notes(data, size, path, JOURNAL_CLEAN, notes, error)
                                  : read_smf(data, size, path, notes, error);
  free(data);
  return status;
}

enum status dataset_read_midi(struct dataset *dataset, const char *path, const char *name, struct error *error)
{
  struct note_list notes = {0};
  enum status status = read_notes(path, &notes, error);
  if (status == STATUS_OK) {
    status = check_length(&notes, path, error);
  }
  if (status == STATUS_OK) {
    status = add_takes(dataset, &notes, name, path);
    if (status != STATUS_OK) {
      error_set(error, status, "not enough memory for %s", path);
    }
  }
  note_list_free(&notes);
  return status;
}
