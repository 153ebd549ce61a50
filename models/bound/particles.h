/* SPDX-License-Identifier: MIT */
/* An importance-weighted estimate of the likelihood of whole sequences. q proposes each latent step; the
 * estimate of p(x_1:T) is unbiased, so its logarithm is, in expectation, no more than the true one.
 *
 * h_t depends on x alone, so the only chain is that of the latents: a bootstrap particle filter with
 * resampling at every step. Where the generator is fed increments that q draws independently there is
 * no chain either, and the estimate is exact importance sampling per step. With weights tied across pitch every
 * row has a chain of its own; under an emission that couples the rows of a frame they are drawn and weighed
 * together, and it takes many more particles to come as near. */
#ifndef EMEND_PARTICLES_H
#define EMEND_PARTICLES_H

#include "vosp.h"

struct particles;

/* K = `count` particles for each of up to `rows` rows. Allocates; release with particles_free. */
enum status particles_new(struct particles **out, const struct vosp_net *net, int rows, int count) EMEND_CHECK;
void particles_free(struct particles *particles);
/* All latents are 0, as before the first step. */
void particles_restart(struct particles *particles);
/* Go on by the batch's steps, as vosp_forward left them; returns the log-likelihood estimate of the rows that
 * have weight. Never allocates. One thread each. */
double particles_run(struct particles *particles, const struct vosp_net *net, const struct vosp_batch *batch,
                     int steps, struct rng *rng);

#endif
