/* Initial weights of a VOSP. */
#ifndef EMEND_VOSP_INIT_H
#define EMEND_VOSP_INIT_H

#include "net_config.h"
#include "params.h"
#include "rng.h"

struct vosp_init_options {
  double spectral_radius;               /* rho of the recurrent weights (paper, Table 2) */
  int connections;                      /* nu: at most so many incoming recurrent ones a unit; 0: all */
  double input_dropout, hidden_dropout; /* of fast dropout: where its keep probabilities start */
};

/* Normal weights scaled by fan-in, recurrent ones by rho and nu, output bias -0.8 (paper), ln s at -1
 * (MODELS). Allocates for a while. */
enum status vosp_init(const struct net_config *config, const struct vosp_init_options *options,
                      const struct params *params, struct rng *rng) EMEND_CHECK;

/* The largest absolute eigenvalue of w (n, n) whose rows stand `stride` apart, by the growth of a vector
 * under repeated products. work (2, n). */
double spectral_radius(const float *w, int n, int stride, struct rng *rng, float *work);

#endif
