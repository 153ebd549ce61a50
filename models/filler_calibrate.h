/* Making a filler's probabilities mean what they say. */
#ifndef EMEND_FILLER_CALIBRATE_H
#define EMEND_FILLER_CALIBRATE_H

#include "dataset.h"
#include "vrae.h"

/* Fit logit' = a logit + b, and another b for hidden frames (Platt 1999), to cells that the filler did not see,
 * of parts as filler_validate has them, and fold the three numbers of each value into the weights. `net` is
 * bound to `params` and bound anew on return. STATUS_NO_MEMORY leaves the weights as they were. Allocates. */
enum status filler_calibrate(struct vrae_net *net, struct params *params, const struct dataset *data,
                             uint64_t seed) EMEND_CHECK;

#endif
