/* SPDX-License-Identifier: MIT */
/* How fast a VOSP trains. */
#ifndef EMEND_BENCH_TRAIN_H
#define EMEND_BENCH_TRAIN_H

#include "net_config.h"

/* Floating-point operations of one training step of one sequence: the products of layers, forward and backward.
 * Zero inputs, transfer functions, dropout and the optimiser count for nothing. */
double bench_train_flops(const struct net_config *config);

/* Train on made-up rolls for about `seconds` (T = 100, B = 32, every processor) and set *steps to the
 * frames trained on in a second, in the best tenth of the time. Writes to a temporary folder, which is removed.
 */
enum status bench_train(const struct net_config *config, double seconds, double *steps,
                        struct error *error) EMEND_CHECK;

#endif
