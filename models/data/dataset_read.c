/* SPDX-License-Identifier: MIT */
/* Folders of MIDI files. */
#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dataset.h"
#include "dataset_private.h"
#include "file.h"
#include "journal.h"
#include "keyboard.h"
#include "smf.h"

struct names {
  char **list; /* owned, as is each of it */
  size_t count;
};

static void names_free(struct names *names)
{
  for (size_t i = 0; i < names->count; i++) {
    free(names->list[i]);
  }
  free(names->list);
}

static enum status names_add(struct names *names, const char *name)
{
  char **grown = realloc(names->list, (names->count + 1) * sizeof *grown);
  if (grown == NULL) {
    return STATUS_NO_MEMORY;
  }
  names->list = grown;
  grown[names->count] = strdup(name);
  return grown[names->count++] != NULL ? STATUS_OK : STATUS_NO_MEMORY;
}

static int by_name(const void *a, const void *b)
{
  return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_folder(const char *folder, const char *name)
{
  char path[PATH_MAX];
  struct stat about;
  const int length = snprintf(path, sizeof path, "%s/%s", folder, name);
  return length > 0 && (size_t)length < sizeof path && stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

static bool is_take(const char *name)
{
  const char *dot = strrchr(name, '.');
  return dot != NULL && strcmp(dot, ".take") == 0;
}

/* What was filled of a take is no music of its own: NAME-filled.mid beside NAME.take. */
static bool is_filled_take(const char *folder, const char *name)
{
  static const char ending[] = "-filled.mid";
  char path[PATH_MAX];
  const size_t size = strlen(name), tail = sizeof ending - 1;
  if (size <= tail || strcmp(name + size - tail, ending) != 0) {
    return false;
  }
  const int length = snprintf(path, sizeof path, "%s/%.*s.take", folder, (int)(size - tail), name);
  return length > 0 && (size_t)length < sizeof path && access(path, F_OK) == 0;
}

static bool is_music(const char *folder, const char *name)
{
  const char *dot = strrchr(name, '.');
  return dot != NULL && (is_take(name) || strcasecmp(dot, ".mid") == 0 || strcasecmp(dot, ".midi") == 0) &&
         !is_folder(folder, name) && !is_filled_take(folder, name);
}

/* The MIDI files and takes of a folder, or its sub-folders, sorted; hidden ones are left out. */
static enum status list_folder(const char *path, bool (*wanted)(const char *, const char *),
                               struct names *names, struct error *error)
{
  DIR *folder = opendir(path);
  if (folder == NULL) {
    return error_set(error, STATUS_IO, "cannot open the folder %s: %s", path, strerror(errno));
  }
  enum status status = STATUS_OK;
  for (const struct dirent *entry = readdir(folder); entry != NULL && status == STATUS_OK;
       entry = readdir(folder)) {
    if (entry->d_name[0] != '.' && wanted(path, entry->d_name)) {
      status = names_add(names, entry->d_name);
    }
  }
  closedir(folder);
  if (status != STATUS_OK) {
    return error_set(error, status, "out of memory: cannot list %s", path);
  }
  if (names->count > 0) {
    qsort(names->list, names->count, sizeof *names->list, by_name);
  }
  return STATUS_OK;
}

static enum status no_files(const char *path, const char *split, struct error *error)
{
  struct names names = {0};
  enum status status = list_folder(path, is_folder, &names, error);
  if (status == STATUS_OK) {
    char known[160] = "";
    size_t used = 0;
    for (size_t i = 0; i < names.count && used + strlen(names.list[i]) + 3 < sizeof known; i++) {
      used += (size_t)snprintf(known + used, sizeof known - used, "%s%s", i > 0 ? ", " : "", names.list[i]);
    }
    status =
      error_set(error, STATUS_NOT_FOUND, "%s has no split '%s', no MIDI files and no takes; its folders: %s",
                path, split, used > 0 ? known : "none");
  }
  names_free(&names);
  return status;
}

/* Read every file; a damaged one is skipped and counted. starts[i] is the first sequence of file i. */
static enum status read_files(struct dataset *dataset, const char *path, const struct names *names,
                              size_t *starts, struct error *error)
{
  struct error last = {0};
  for (size_t i = 0; i < names->count; i++) {
    starts[i] = dataset->count;
    char file[PATH_MAX];
    const int length = snprintf(file, sizeof file, "%s/%s", path, names->list[i]);
    const bool fits = length > 0 && (size_t)length < sizeof file;
    const enum status status = fits ? dataset_read_midi(dataset, file, names->list[i], &last)
                                    : error_set(&last, STATUS_IO, "a path in %s is too long", path);
    if (status == STATUS_NO_MEMORY) {
      return error_set(error, status, "out of memory for %s", file);
    }
    if (status != STATUS_OK && dataset->skipped++ == 0) {
      dataset->unread = last;
    }
    dataset_drop_notes(dataset);
  }
  starts[names->count] = dataset->count;
  if (dataset->skipped == names->count) {
    return error_set(error, last.status, "none of the %zu files in %s can be read; the last: %.300s",
                     names->count, path, last.text);
  }
  return STATUS_OK;
}

static bool has_takes(const struct names *names)
{
  bool any = false;
  for (size_t i = 0; i < names->count; i++) {
    any = any || is_take(names->list[i]);
  }
  return any;
}

/* `inside`: the folder is the split's own. */
static enum status read_folder_split(struct dataset *dataset, const char *path, const struct names *names,
                                     bool inside, const char *split, struct error *error)
{
  size_t *starts = malloc((names->count + 1) * sizeof *starts);
  if (starts == NULL) {
    return error_set(error, STATUS_NO_MEMORY, "out of memory: cannot read %s", path);
  }
  enum status status = read_files(dataset, path, names, starts, error);
  if (status == STATUS_OK && !inside && has_takes(names)) {
    status = dataset_hold_back(dataset, starts, names->count, split, path, error);
  }
  free(starts);
  return status;
}

enum status dataset_read_folder(struct dataset *dataset, const char *path, const char *split,
                                struct error *error)
{
  char folder[PATH_MAX];
  const bool inside = is_folder(path, split);
  const int length = snprintf(folder, sizeof folder, "%s%s%s", path, inside ? "/" : "", inside ? split : "");
  if (length < 0 || (size_t)length >= sizeof folder) {
    return error_set(error, STATUS_IO, "the path %.200s... is too long", path);
  }
  struct names names = {0};
  enum status status = list_folder(folder, is_music, &names, error);
  if (status == STATUS_OK) {
    status = names.count > 0 ? read_folder_split(dataset, folder, &names, inside, split, error)
                             : no_files(path, split, error);
  }
  names_free(&names);
  return status;
}

/* Rolls: splits of sequences of frames of pitches. */

enum { ROLLS_FILE_MAX = 1 << 28, NAMES_MAX = 160 };

struct place {
  const char *path, *split;
  size_t sequence;
  struct error *error;
};

static enum status refuse(const struct place *place, size_t frame, const char *why)
{
  return error_set(place->error, STATUS_FORMAT, "%s: %s, sequence %zu, frame %zu %s", place->path, place->split,
                   place->sequence, frame, why);
}

static enum status read_frame(const struct place *place, size_t index, const json_t *frame, uint8_t *cells)
{
  if (!json_is_array(frame)) {
    return refuse(place, index, "is not a list of pitches");
  }
  for (size_t i = 0; i < json_array_size(frame); i++) {
    const json_t *item = json_array_get(frame, i);
    const json_int_t pitch = json_is_integer(item) ? json_integer_value(item) : -1;
    if (pitch < PITCH_LOW || pitch > PITCH_HIGH) {
      return refuse(place, index,
                    "holds something other than MIDI pitches from 21 to 108; rolls must be of those");
    }
    cells[pitch - PITCH_LOW] = 1;
  }
  return STATUS_OK;
}

static enum status read_sequence(struct dataset *dataset, const struct place *place, const json_t *frames)
{
  const size_t count = json_array_size(frames);
  if (count == 0 || count > INT_MAX / PITCHES) {
    return error_set(place->error, STATUS_FORMAT,
                     "%s: %s, sequence %zu is not a list of frames, or an empty one", place->path, place->split,
                     place->sequence);
  }
  char name[32];
  snprintf(name, sizeof name, "%zu", place->sequence);
  struct sequence *sequence = dataset_add(dataset, name);
  if (sequence == NULL || (sequence->cells = calloc(count, PITCHES)) == NULL) {
    return error_set(place->error, STATUS_NO_MEMORY, "out of memory for %s", place->path);
  }
  sequence->frames = (int)count;
  dataset->frames += count;
  enum status status = STATUS_OK;
  for (size_t t = 0; t < count && status == STATUS_OK; t++) {
    status = read_frame(place, t, json_array_get(frames, t), sequence->cells + t * PITCHES);
  }
  return status;
}

static enum status missing_split(const struct place *place, const json_t *root)
{
  char names[NAMES_MAX] = "";
  size_t used = 0;
  for (void *at = json_object_iter((json_t *)root); at != NULL;
       at = json_object_iter_next((json_t *)root, at)) {
    const int added =
      snprintf(names + used, sizeof names - used, "%s%s", used > 0 ? ", " : "", json_object_iter_key(at));
    if (added < 0 || (size_t)added >= sizeof names - used) {
      break;
    }
    used += (size_t)added;
  }
  return error_set(place->error, STATUS_NOT_FOUND, "%s has no split '%s'; it has: %s", place->path,
                   place->split, used > 0 ? names : "none");
}

static enum status read_json_split(struct dataset *dataset, struct place *place, const json_t *root)
{
  const json_t *split = json_object_get(root, place->split);
  if (split == NULL) {
    return missing_split(place, root);
  }
  if (json_array_size(split) == 0) {
    return error_set(place->error, STATUS_FORMAT, "%s: split '%s' is not a list of sequences, or an empty one",
                     place->path, place->split);
  }
  enum status status = STATUS_OK;
  for (size_t i = 0; i < json_array_size(split) && status == STATUS_OK; i++) {
    place->sequence = i;
    status = read_sequence(dataset, place, json_array_get(split, i));
  }
  return status;
}

enum status dataset_read_json(struct dataset *dataset, const char *path, const char *split, struct error *error)
{
  uint8_t *data;
  size_t size;
  enum status status = file_read(path, ROLLS_FILE_MAX, &data, &size, error);
  if (status != STATUS_OK) {
    return status;
  }
  json_error_t wrong;
  json_t *root = json_loadb((const char *)data, size, 0, &wrong);
  free(data);
  if (!json_is_object(root)) {
    json_decref(root);
    return error_set(error, STATUS_FORMAT, "%s is not a JSON object of splits: %s (line %d)", path,
                     root == NULL ? wrong.text : "it is something else", root == NULL ? wrong.line : 1);
  }
  dataset->rolls = true;
  dataset->values = 1;
  struct place place = {.path = path, .split = split, .error = error};
  status = read_json_split(dataset, &place, root);
  json_decref(root);
  return status;
}

/* Takes from MIDI files and captured ones: each channel by itself, then all of them as one keyboard. */

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
      error_set(error, status, "out of memory for %s", path);
    }
  }
  note_list_free(&notes);
  return status;
}

double sequence_hours(const struct sequence *sequence)
{
  return (double)sequence->lasts / (double)NANOS_PER_SECOND / 3600;
}

double dataset_hours(const struct dataset *dataset)
{
  double hours = 0;
  for (size_t i = 0; i < dataset->count; i++) {
    hours += sequence_hours(&dataset->sequences[i]);
  }
  return hours;
}

void dataset_drop_notes(struct dataset *data)
{
  if (data->rolls || (!data->on_disk && (data->hours <= 0 || dataset_hours(data) <= data->hours))) {
    return;
  }
  /* Those before the last file's have gone before. */
  for (size_t i = data->count; i > 0; i--) {
    struct sequence *sequence = &data->sequences[i - 1];
    if (data->on_disk && sequence->notes.notes == NULL) {
      break;
    }
    note_list_free(&sequence->notes);
    sequence->notes = (struct note_list){0};
  }
  data->on_disk = true;
}

/* The take of that name moves from `from` to `to`; false where there is none. */
static bool move_named(struct dataset *to, struct dataset *from, const char *name)
{
  for (size_t i = 0; i < from->count; i++) {
    struct sequence *sequence = &from->sequences[i];
    if (strcmp(sequence->name, name) == 0) {
      to->sequences[to->count++] = *sequence;
      *sequence = from->sequences[--from->count];
      return true;
    }
  }
  return false;
}

/* Move the takes wanted next that stand in the same file; returns how many were wanted. */
static size_t fetch_file(struct dataset *part, const struct dataset *data, const uint32_t *chosen, size_t count,
                         enum status *status)
{
  const char *file = data->sequences[chosen[0]].file;
  struct dataset whole = {0};
  struct error unread;
  size_t wanted = 1;
  while (wanted < count && strcmp(data->sequences[chosen[wanted]].file, file) == 0) {
    wanted++;
  }
  *status = dataset_read_midi(&whole, file, dataset_file_name(file), &unread);
  for (size_t i = 0; i < wanted; i++) {
    part->skipped += !move_named(part, &whole, data->sequences[chosen[i]].name);
  }
  dataset_free(&whole);
  *status = *status == STATUS_NO_MEMORY ? *status : STATUS_OK;
  return wanted;
}

enum status dataset_fetch(struct dataset *part, const struct dataset *data, const uint32_t *chosen,
                          size_t count, struct error *error)
{
  *part = (struct dataset){.sequences = calloc(count + 1, sizeof *part->sequences), .values = data->values};
  enum status status = part->sequences != NULL ? STATUS_OK : STATUS_NO_MEMORY;
  for (size_t i = 0; i < count && status == STATUS_OK;) {
    i += fetch_file(part, data, chosen + i, count - i, &status);
  }
  if (status != STATUS_OK) {
    dataset_free(part);
    return error_set(error, status, "out of memory for the takes of a part of the data");
  }
  return STATUS_OK;
}

enum status dataset_sample(struct dataset *part, const struct dataset *data, double hours, struct error *error)
{
  uint32_t *chosen = malloc((data->count + 1) * sizeof *chosen);
  if (chosen == NULL) {
    return error_set(error, STATUS_NO_MEMORY, "out of memory: cannot choose takes");
  }
  const double all = dataset_hours(data);
  const double share = hours < all ? hours / all : 1;
  size_t count = 0;
  for (size_t i = 0; i < data->count; i++) {
    if ((size_t)((double)(i + 1) * share) > (size_t)((double)i * share)) {
      chosen[count++] = (uint32_t)i;
    }
  }
  if (count == 0 && data->count > 0) {
    chosen[count++] = (uint32_t)(data->count / 2);
  }
  enum status status = dataset_fetch(part, data, chosen, count, error);
  free(chosen);
  if (status == STATUS_OK && part->count == 0) {
    dataset_free(part);
    status = error_set(error, STATUS_IO, "the takes of the data have gone or changed; start again");
  }
  return status;
}
