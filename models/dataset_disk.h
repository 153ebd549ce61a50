/* Takes that would not all fit into memory: a data set keeps their names and lengths, and reads some of them
 * when they are wanted. Allocates; any thread, as long as the data set does not change. */
#ifndef EMEND_DATASET_DISK_H
#define EMEND_DATASET_DISK_H

#include "dataset.h"

/* How long takes last, in hours. */
double sequence_hours(const struct sequence *sequence);
double dataset_hours(const struct dataset *dataset);

/* Let go of all notes where takes last longer than data->hours altogether, if that is above 0, or others have
 * gone already. Does nothing to rolls. */
void dataset_lighten(struct dataset *data);

/* Read the chosen takes of `data`, which is on disk, into `part`, which is not, in that order. Takes that are
 * no longer there or have become too short are left out and counted as skipped. Release with dataset_free. */
enum status dataset_fetch(struct dataset *part, const struct dataset *data, const uint32_t *chosen,
                          size_t count, struct error *error) EMEND_CHECK;

/* Likewise, so many hours of takes at most (but one at least), evenly spread. STATUS_IO where none can be read.
 */
enum status dataset_sample(struct dataset *part, const struct dataset *data, double hours,
                           struct error *error) EMEND_CHECK;

#endif
