/* Inside dataset*.c: how each kind of source adds its sequences. On failure what was added stays in
 * the data set, to be freed with it. */
#ifndef EMEND_DATASET_READ_H
#define EMEND_DATASET_READ_H

#include "dataset.h"

/* Add a sequence of this name (copied); its other parts are zero. NULL when memory is short. */
struct sequence *dataset_add(struct dataset *dataset, const char *name);

enum status dataset_read_json(struct dataset *dataset, const char *path, const char *split,
                              struct error *error) EMEND_CHECK;
/* One MIDI file: its takes, named after `name`. */
enum status dataset_read_midi(struct dataset *dataset, const char *path, const char *name,
                              struct error *error) EMEND_CHECK;
/* A folder, or its sub-folder `split`. */
enum status dataset_read_folder(struct dataset *dataset, const char *path, const char *split,
                                struct error *error) EMEND_CHECK;

#endif
