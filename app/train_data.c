#include "train_data.h"

#include <stdlib.h>

#include "data.h"
#include "dataset_disk.h"

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
