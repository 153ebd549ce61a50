/* SPDX-License-Identifier: MIT */
/* An importance-weighted estimate of the likelihood of whole rows: z_1:T drawn from q as a whole, several
 * times, p(x) about the mean of p(x | z) p(z) / q(z | x). Unbiased, so its logarithm is, in expectation, no
 * more than the true one, and no less than the bound says. Rows, sequences or pitches of tied weights, are
 * estimated each by itself where the emission lets them (vrae_joint_rows), else all of a sequence as one. */
#ifndef EMEND_VRAE_IMPORTANCE_H
#define EMEND_VRAE_IMPORTANCE_H

#include "vrae.h"

/* After vrae_forward of a network that is no filler: the sum of the rows' ln p(x), `samples` draws each.
 * Changes the batch's noise, latents and logits. Allocates for a while. */
enum status vrae_importance(const struct vrae_net *net, struct vrae_batch *batch, int steps, int rows,
                            int samples, struct rng *rng, double *log_p) EMEND_CHECK;

#endif
