/* SPDX-License-Identifier: MIT */
/* What the networks' initial weights are made of: normal values scaled by fan-in, recurrent weights by spectral
 * radius and connections. */
#ifndef EMEND_INIT_H
#define EMEND_INIT_H

#include "cell.h"
#include "rng.h"

struct init_options {
  double spectral_radius;               /* rho of the recurrent weights (paper, Table 2) */
  int connections;                      /* nu: at most so many incoming recurrent ones a unit; 0: all */
  double input_dropout, hidden_dropout; /* of fast dropout: where its keep probabilities start */
  double input_deviation;               /* of the input weights; 0: what the network has found to be good */
};

/* A tensor that a network lacks is left out, and draws nothing. */
void init_normal(const struct params *params, const char *name, double scale, struct rng *rng);
/* Normal with deviation gain / sqrt(inputs). */
void init_by_fan_in(const struct params *params, const char *name, double gain, struct rng *rng);
void init_fill(const struct params *params, const char *name, int from, int to, float value);

/* Every block of the recurrent weights `name` (H, recurrent_blocks * H). Allocates for a while. */
enum status init_recurrent(const struct params *params, const char *name, enum net_cell cell,
                           const struct init_options *options, struct rng *rng) EMEND_CHECK;

/* The tensor "keep" of fast dropout. */
void init_keep(const struct params *params, const struct init_options *options);

/* The largest absolute eigenvalue of w (n, n) whose rows stand `stride` apart, by the growth of a vector
 * under repeated products. work (2, n). */
double spectral_radius(const float *w, int n, int stride, struct rng *rng, float *work);

/* Initial weights of a VOSP. */

/* Normal weights scaled by fan-in, recurrent ones by rho and nu, output bias -0.8 (paper), ln s at -1.
 * Allocates for a while. */
enum status vosp_init(const struct net_config *config, const struct init_options *options,
                      const struct params *params, struct rng *rng) EMEND_CHECK;

/* Initial weights of a VRAE. */

/* As vosp_init, for both directions of both halves. A filler's direct path starts at 0. Allocates for a while.
 */
enum status vrae_init(const struct net_config *config, const struct init_options *options,
                      const struct params *params, struct rng *rng) EMEND_CHECK;

#endif
