/* SPDX-License-Identifier: MIT */
/* The weights of a predictor's recall (recall.h), fitted after the network. */
#ifndef EMEND_RECALL_FIT_H
#define EMEND_RECALL_FIT_H

#include "dataset.h"
#include "vosp.h"

/* Fit "recall.w" in `params`, which the net is bound to, to the data: the likelihood is concave in them, with a
 * normal prior of variance 1. Data that the network was not trained on, for it knows the rest too well. *nats:
 * minus the log-likelihood a frame, of each half of the sequences with weights fitted to the other half.
 * Allocates for a while. */
enum status recall_fit(struct vosp_net *net, const struct params *params, const struct dataset *data,
                       double *nats) EMEND_CHECK;

#endif
