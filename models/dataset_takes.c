/* Folders of captured takes: which are for training and which are held back. */
#include <stdlib.h>
#include <string.h>

#include "dataset_read.h"

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
