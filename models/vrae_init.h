/* Initial weights of a VRAE. */
#ifndef EMEND_VRAE_INIT_H
#define EMEND_VRAE_INIT_H

#include "init.h"
#include "net_config.h"

/* As vosp_init, for both directions of both halves. A filler's direct path starts at 0. Allocates for a while.
 */
enum status vrae_init(const struct net_config *config, const struct init_options *options,
                      const struct params *params, struct rng *rng) EMEND_CHECK;

#endif
