/* SPDX-License-Identifier: MIT */
/* make_library FOLDER FILES MINUTES: a library of made-up takes, the same every time: FOLDER/train with so many
 * MIDI files of that length, and FOLDER/valid with two. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "damage.h"
#include "file.h"
#include "smf.h"
#include "smf_from_notes.h"

enum { PATH_SIZE = 1024, VALID_FILES = 2 };

/* Broken chords that wander, struck by a keyboard that is not quite sound. */
static enum status play(uint64_t seed, int minutes, struct note_list *heard, struct error *error)
{
  static const int steps[8] = {0, 4, 7, 12, 16, 12, 7, 4};
  struct note_list played = {0};
  struct rng rng;
  rng_seed(&rng, seed);
  int root = 40 + (int)rng_below(&rng, 24);
  enum status status = STATUS_OK;
  int beat = 0;
  for (nanos now = 0; now < minutes * 60 * NANOS_PER_SECOND && status == STATUS_OK; beat++) {
    root += beat % 32 == 31 ? (int)rng_below(&rng, 5) - 2 : 0;
    root = root < 36 ? 36 : root > 72 ? 72 : root;
    const struct note note = {.on = now,
                              .off = now + (nanos)rng_between(&rng, 150e6, 700e6),
                              .pitch = (uint8_t)(root + steps[beat % 8]),
                              .velocity = (uint8_t)(50 + rng_below(&rng, 50))};
    status = note_list_add(&played, note);
    now += (nanos)rng_between(&rng, 120e6, 280e6);
  }
  if (status == STATUS_OK) {
    status = corrupt_notes(&played, &corrupt_default_rates, &rng, heard, error);
  }
  note_list_free(&played);
  return status;
}

static enum status write_take(const char *path, uint64_t seed, int minutes, struct error *error)
{
  struct note_list heard = {0};
  struct smf smf;
  uint8_t *data;
  size_t size;
  enum status status = play(seed, minutes, &heard, error);
  if (status == STATUS_OK) {
    status = smf_from_notes(&heard, &smf, error);
  }
  note_list_free(&heard);
  if (status != STATUS_OK) {
    return status;
  }
  status = smf_write(&smf, &data, &size, error);
  smf_free(&smf);
  if (status != STATUS_OK) {
    return status;
  }
  FILE *file = fopen(path, "wb"); /* no need to be safe from crashes */
  const bool written = file != NULL && fwrite(data, 1, size, file) == size;
  free(data);
  if (file == NULL || fclose(file) != 0 || !written) {
    return error_set(error, STATUS_IO, "%s cannot be written", path);
  }
  return STATUS_OK;
}

static enum status write_split(const char *folder, const char *split, int files, int minutes, uint64_t seed,
                               struct error *error)
{
  char path[PATH_SIZE];
  snprintf(path, sizeof path, "%.900s/%s", folder, split);
  if (mkdir(path, 0777) != 0) {
    return error_set(error, STATUS_IO, "%s cannot be made", path);
  }
  enum status status = STATUS_OK;
  for (int i = 0; i < files && status == STATUS_OK; i++) {
    snprintf(path, sizeof path, "%.900s/%s/%05d.mid", folder, split, i);
    status = write_take(path, seed + (uint64_t)i, minutes, error);
  }
  return status;
}

int main(int count, char **arguments)
{
  struct error error = {STATUS_OK, ""};
  const int files = count == 4 ? (int)strtol(arguments[2], NULL, 10) : 0;
  const int minutes = count == 4 ? (int)strtol(arguments[3], NULL, 10) : 0;
  if (files < 1 || minutes < 1) {
    fprintf(stderr, "make_library FOLDER FILES MINUTES\n");
    return 2;
  }
  if (mkdir(arguments[1], 0777) != 0 ||
      write_split(arguments[1], "train", files, minutes, 1, &error) != STATUS_OK ||
      write_split(arguments[1], "valid", VALID_FILES, minutes, 1000000, &error) != STATUS_OK) {
    fprintf(stderr, "make_library: %s\n", error.text);
    return 1;
  }
  return 0;
}
