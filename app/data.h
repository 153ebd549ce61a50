/* Training data from several places as one set. */
#ifndef EMEND_DATA_H
#define EMEND_DATA_H

#include "dataset.h"
#include "options.h"

/* Load the split of each path and join them. Rolls and takes do not mix. Allocates; release with dataset_free.
 */
enum status data_load(struct dataset *data, const struct option_list *paths, const char *split,
                      struct error *error) EMEND_CHECK;
/* The same, where takes that last longer than `hours` altogether stay on disk. */
enum status data_open(struct dataset *data, const struct option_list *paths, const char *split, double hours,
                      struct error *error) EMEND_CHECK;

#endif
