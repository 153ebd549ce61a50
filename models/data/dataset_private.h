/* SPDX-License-Identifier: MIT */
/* Inside dataset*.c: how each kind of source adds its sequences. On failure what was added stays in
 * the data set, to be freed with it. */
#ifndef EMEND_DATASET_PRIVATE_H
#define EMEND_DATASET_PRIVATE_H

#include "dataset.h"

/* What a file is called in the names of its takes: the last part of its path. */
const char *dataset_file_name(const char *path);

enum status dataset_read_json(struct dataset *dataset, const char *path, const char *split,
                              struct error *error) EMEND_CHECK;
/* One MIDI file, or one captured take: its takes, named after `name`. */
enum status dataset_read_midi(struct dataset *dataset, const char *path, const char *name,
                              struct error *error) EMEND_CHECK;
/* Of a folder with captured takes keep the split `train`, or `valid`, and all for any other. `starts` (files +
 * 1) says which sequences came of which file. STATUS_FORMAT where there is one take for both. */
enum status dataset_hold_back(struct dataset *dataset, const size_t *starts, size_t files, const char *split,
                              const char *path, struct error *error) EMEND_CHECK;
/* A folder, or its sub-folder `split`. */
enum status dataset_read_folder(struct dataset *dataset, const char *path, const char *split,
                                struct error *error) EMEND_CHECK;

#endif
