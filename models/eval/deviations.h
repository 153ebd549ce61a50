/* SPDX-License-Identifier: MIT */
/* How sure a model is of its latents along one sequence: the standard deviations of q(z_t | x), which show what
 * the loss of 2014 does to them. */
#ifndef EMEND_DEVIATIONS_H
#define EMEND_DEVIATIONS_H

#include "dataset.h"
#include "model.h"

struct deviations {
  int frames, latents; /* T; Z, or with tied weights D * Z */
  bool diagonal;       /* q(z_t) independent over time */
  float *s;            /* (T, latents); owned, free it */
};

/* The whole sequence, whose frames must fit the model, at the mode of q. STATUS_UNSUPPORTED for a model
 * without latents and for a filler. Allocates. */
enum status deviations_find(struct deviations *found, const struct model *model,
                            const struct sequence *sequence, struct error *error) EMEND_CHECK;

/* The correlation of one latent's s_t with its s_{t-1}; 0 where it does not change. */
double deviations_correlation(const struct deviations *found, int latent);
/* Its mean of s_t^2 + s_{t-1}^2, over t = 2 .. T. */
double deviations_energy(const struct deviations *found, int latent);
/* Where q is diagonal: by how many nats a frame the surrogate is below the divergence for this latent, the mean
 * of ln(1 + s_{t-1}^2 / s_t^2) / 2 with s_0 = 0. */
double deviations_left_out(const struct deviations *found, int latent);

#endif
