/* SPDX-License-Identifier: MIT */
/* The decision's tensors in a model file: "decision.*". */
#ifndef EMEND_DECISION_MODEL_H
#define EMEND_DECISION_MODEL_H

#include "decision.h"
#include "net_config.h"
#include "params.h"

/* C: what of the predictor's state the head looks at; 0 without belief. */
int decision_context_size(const struct net_config *config);
/* G: all that it looks at. */
int decision_input_size(const struct net_config *config);
/* Add its tensors when the configuration has one (config->decision hidden units, K). */
enum status decision_layout(const struct net_config *config, struct params *params,
                            struct error *error) EMEND_CHECK;
/* Floats that decision_bind needs. */
size_t decision_folded_size(const struct net_config *config);
/* Bind to loaded weights; they and `folded` (decision_folded_size) stay the caller's. */
void decision_bind(struct decision *decision, const struct net_config *config, const struct params *params,
                   float *folded);
/* Is it trained (an untrained one has nothing but zeros in decision.scale)? */
bool decision_is_trained(const struct net_config *config, const struct params *params);

#endif
