/* Rolls: splits of sequences of frames of pitches. */
#include "dataset_read.h"

#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "file.h"

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
    return error_set(place->error, STATUS_NO_MEMORY, "not enough memory for %s", place->path);
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

static enum status read_split(struct dataset *dataset, struct place *place, const json_t *root)
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
  status = read_split(dataset, &place, root);
  json_decref(root);
  return status;
}
