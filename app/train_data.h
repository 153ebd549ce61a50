/* The two splits that a training is given, by its flags. */
#ifndef EMEND_TRAIN_DATA_H
#define EMEND_TRAIN_DATA_H

#include "train_flags.h"

/* Load both splits of flags->data. Allocates; release both with dataset_free. */
enum status train_data_load(const struct train_flags *flags, struct dataset *train, struct dataset *valid,
                            struct error *error) EMEND_CHECK;

/* Make their frames as the configuration has them; for rolls it takes theirs where no flag spoke of frames. May
 * be done again with other flags: no damage of an earlier training stays. */
enum status train_data_frames(struct train_flags *flags, struct dataset *train, struct dataset *valid,
                              struct error *error) EMEND_CHECK;

#endif
