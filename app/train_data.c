#include "train_data.h"

#include <stdlib.h>

#include "data.h"

enum status train_data_load(const struct train_flags *flags, struct dataset *train, struct dataset *valid,
                            struct error *error)
{
  enum status status = data_load(train, &flags->data, flags->train_split, error);

  if (status == STATUS_OK) {
    status = data_load(valid, &flags->data, flags->valid_split, error);
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
