/* SPDX-License-Identifier: MIT */
/* The gate's tensors in a model file: "gate.*". */
#ifndef EMEND_GATE_MODEL_H
#define EMEND_GATE_MODEL_H

#include "gate.h"
#include "shapes.h"

/* C: what of the predictor's state the gate looks at. */
int gate_context_size(const struct net_config *config);
/* Add the gate's tensors when the configuration has one (config->gate hidden units, K). */
enum status gate_layout(const struct net_config *config, struct params *params,
                        struct error *error) EMEND_CHECK;
/* Floats that gate_bind needs. */
size_t gate_folded_size(const struct net_config *config);
/* Bind to loaded weights; they and `folded` (gate_folded_size) stay the caller's. */
void gate_bind(struct gate *gate, const struct net_config *config, const struct params *params, float *folded);

#endif
