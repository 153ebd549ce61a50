/* SPDX-License-Identifier: MIT */
/* The bound of a VRAE over whole sequences. */
#ifndef EMEND_VRAE_BOUND_H
#define EMEND_VRAE_BOUND_H

#include "bound.h"
#include "vrae.h"

/* Called after every run of rows with everything that vrae_forward left in the batch, which it may change.
 * place->start counts the rows of the group before; place->frames is their share of the frames. Anything but
 * STATUS_OK stops.
 * Called from worker threads. */
typedef enum status (*vrae_bound_visit)(void *user, const struct bound_place *place, const struct vrae_net *net,
                                        struct vrae_batch *batch, int steps, int rows);

/* As bound_over; for a network that is no filler. `visit` may be NULL. */
enum status vrae_bound_over(const struct vrae_net *net, const struct dataset *data,
                            const struct bound_options *options, vrae_bound_visit visit, void *user,
                            struct bound_sums *sums) EMEND_CHECK;

#endif
