/* SPDX-License-Identifier: MIT */
#include "train_data.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dataset.h"
#include "outfile.h"

/* Move the sequences of `more` to the end of `data`; `more` is freed in any case. */
static enum status append(struct dataset *data, struct dataset *more, struct error *error)
{
  size_t count = data->count + more->count;
  struct sequence *sequences = realloc(data->sequences, count * sizeof *sequences);

  if (sequences == NULL) {
    dataset_free(more);
    return error_set(error, STATUS_NO_MEMORY, "out of memory for %zu sequences", count);
  }
  memcpy(sequences + data->count, more->sequences, more->count * sizeof *sequences);
  data->sequences = sequences;
  data->count = count;
  data->frames += more->frames;
  data->on_disk = data->on_disk || more->on_disk;
  if (data->skipped == 0) {
    data->unread = more->unread;
  }
  data->skipped += more->skipped;
  free(more->sequences);
  return STATUS_OK;
}

enum status data_load(struct dataset *data, const struct option_list *paths, const char *split,
                      struct error *error)
{
  return data_open(data, paths, split, 0, error);
}

void data_warn(const struct command *command, const struct dataset *data)
{
  if (data->unread.text[0] != '\0') {
    fprintf(stderr, "emend %s: %zu file%s of --data %s left out, as unreadable; the first: %s\n", command->name,
            data->skipped, data->skipped == 1 ? "" : "s", data->skipped == 1 ? "is" : "are", data->unread.text);
  }
}

enum status data_check_apart(const struct dataset *data, const char *out, struct error *error)
{
  const char *last = "";
  enum status status = STATUS_OK;

  if (out == NULL || access(out, F_OK) != 0) {
    return STATUS_OK;
  }
  for (size_t i = 0; status == STATUS_OK && i < data->count; i++) {
    const char *file = data->sequences[i].file;
    if (file != NULL && strcmp(file, last) != 0) { /* a file's takes stand together */
      status = outfile_check_apart(out, file, "a file of --data", error);
      last = file;
    }
  }
  return status;
}

enum status data_open(struct dataset *data, const struct option_list *paths, const char *split, double hours,
                      struct error *error)
{
  struct dataset more;

  enum status status = dataset_open(data, paths->items[0], split, hours, error);
  for (int i = 1; status == STATUS_OK && i < paths->count; i++) {
    status = dataset_open(&more, paths->items[i], split, hours, error);
    if (status == STATUS_OK && more.rolls != data->rolls) {
      dataset_free(&more);
      status = error_set(error, STATUS_USAGE, "--data mixes rolls and MIDI files; train on one kind at a time");
    } else if (status == STATUS_OK) {
      status = append(data, &more, error);
    }
    if (status != STATUS_OK) {
      dataset_free(data);
    }
  }
  if (status == STATUS_OK) {
    dataset_drop_notes(data);
  }
  return status;
}

enum { VALID_PART = 4 };

/* What validates is in memory, so there may be less of it than is there. */
static enum status load_valid(const struct train_flags *flags, struct dataset *valid, struct error *error)
{
  struct dataset all;
  enum status status = data_open(&all, &flags->data, flags->valid_split, flags->hold, error);

  if (status != STATUS_OK || !all.on_disk) {
    *valid = all;
    return status;
  }
  status = dataset_sample(valid, &all, flags->hold / VALID_PART, error);
  dataset_free(&all);
  return status;
}

enum status train_data_load(const struct train_flags *flags, struct dataset *train, struct dataset *valid,
                            struct error *error)
{
  enum status status = data_open(train, &flags->data, flags->train_split, flags->hold, error);

  if (status == STATUS_OK) {
    status = load_valid(flags, valid, error);
    if (status != STATUS_OK) {
      dataset_free(train);
    }
  }
  return status;
}

static void repair(struct dataset *dataset)
{
  for (size_t i = 0; i < dataset->count; i++) {
    free(dataset->sequences[i].damaged);
    dataset->sequences[i].damaged = NULL;
  }
}

enum status train_data_frames(struct train_flags *flags, struct dataset *train, struct dataset *valid,
                              struct error *error)
{
  if (train->rolls && !flags->frame_given) {
    flags->config.frame = (struct frame_def){FRAME_BEATS, 1, 1};
  }
  repair(train);
  repair(valid);
  const enum status status = dataset_frames(train, &flags->config.frame, error);
  return status == STATUS_OK ? dataset_frames(valid, &flags->config.frame, error) : status;
}
