/* Initial weights of a VOSP. */
#ifndef EMEND_VOSP_INIT_H
#define EMEND_VOSP_INIT_H

#include "init.h"
#include "net_config.h"

/* Normal weights scaled by fan-in, recurrent ones by rho and nu, output bias -0.8 (paper), ln s at -1.
 * Allocates for a while. */
enum status vosp_init(const struct net_config *config, const struct init_options *options,
                      const struct params *params, struct rng *rng) EMEND_CHECK;

#endif
