/* SPDX-License-Identifier: MIT */
/* The two splits that a training is given, by its flags. */
#ifndef EMEND_TRAIN_DATA_H
#define EMEND_TRAIN_DATA_H

#include "command.h"
#include "dataset.h"
#include "options.h"
#include "train_flags.h"

/* Load both splits of flags->data. Allocates; release both with dataset_free. */
enum status train_data_load(const struct train_flags *flags, struct dataset *train, struct dataset *valid,
                            struct error *error) EMEND_CHECK;

/* Make their frames as the configuration has them; for rolls it takes theirs where no flag spoke of frames. May
 * be done again with other flags: no damage of an earlier training stays. */
enum status train_data_frames(struct train_flags *flags, struct dataset *train, struct dataset *valid,
                              struct error *error) EMEND_CHECK;

/* Training data from several places as one set. */

/* Load the split of each path and join them. Rolls and takes do not mix. Allocates; release with dataset_free.
 */
enum status data_load(struct dataset *data, const struct option_list *paths, const char *split,
                      struct error *error) EMEND_CHECK;
/* The same, where takes that last longer than `hours` altogether stay on disk. */
enum status data_open(struct dataset *data, const struct option_list *paths, const char *split, double hours,
                      struct error *error) EMEND_CHECK;

/* One line on standard error where files of folders could not be read: how many, and why the first. */
void data_warn(const struct command *command, const struct dataset *data);
/* Refuse to write `out` over a file that the data were read from. NULL is no file. */
enum status data_check_apart(const struct dataset *data, const char *out, struct error *error) EMEND_CHECK;

#endif
