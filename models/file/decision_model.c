/* SPDX-License-Identifier: MIT */
#include "decision_model.h"

#include <stddef.h>

#include "head_model.h"
#include "shapes.h"

int decision_context_size(const struct net_config *config)
{
  return config->belief == BELIEF_YES && config->tie == TIE_PITCH ? config->hidden : 0;
}

int decision_input_size(const struct net_config *config)
{
  return TOUCH_SIZE + (config->belief == BELIEF_YES ? 2 + decision_context_size(config) : 0);
}

enum status decision_layout(const struct net_config *config, struct params *params, struct error *error)
{
  const int K = config->decision;
  if (K == 0) {
    return STATUS_OK;
  }
  if (K < 0 || K > DECISION_HIDDEN_MAX) {
    return error_set(error, STATUS_USAGE, "decision must be 0 to %d hidden units, not %d",
                     (int)DECISION_HIDDEN_MAX, K);
  }
  if (!cell_facts(config->cell)->live) {
    return error_set(
      error, STATUS_USAGE,
      "a decision needs a cell that runs live: fast-dropout, tanh or gru; else give --decision 0");
  }
  const int G = decision_input_size(config);
  const struct param_shape tensors[] = {
    {"decision.mean", 1, G},
    {"decision.scale", 1, G},
    {"decision.hidden", G, K},
    {"decision.hidden_bias", 1, K},
    {"decision.out", K, DAMAGE_COUNT},
    {"decision.out_bias", 1, DAMAGE_COUNT},
    {"decision.prior", 1, DAMAGE_COUNT}, /* log share of each kind among the strokes that trained */
    {"decision.margin", 1, 1},           /* nats by which damage is more likely than the head says */
  };
  return params_add_all(params, tensors, sizeof tensors / sizeof *tensors, error);
}

size_t decision_folded_size(const struct net_config *config)
{
  return (size_t)(decision_input_size(config) + 1) * (size_t)config->decision + DAMAGE_COUNT;
}

void decision_bind(struct decision *decision, const struct net_config *config, const struct params *params,
                   float *folded)
{
  const struct head_shape shape = {"decision", decision_input_size(config), config->decision, DAMAGE_COUNT};
  const size_t weights = (size_t)shape.inputs * (size_t)shape.hidden;
  float *bias = folded + weights;
  float *out_bias = bias + shape.hidden;
  const float *prior = params_get(params, "decision.prior");
  const float *trained = params_get(params, "decision.out_bias");
  head_fold(&shape, params, folded, bias);
  for (int kind = 0; kind < DAMAGE_COUNT; kind++) {
    const float margin = kind == DAMAGE_NONE ? 0 : *params_get(params, "decision.margin");
    out_bias[kind] = trained[kind] - prior[kind] + margin;
  }
  *decision = (struct decision){.context_size = decision_context_size(config),
                                .input_size = shape.inputs,
                                .hidden_size = shape.hidden,
                                .hidden = folded,
                                .hidden_bias = bias,
                                .out = params_get(params, "decision.out"),
                                .out_bias = out_bias};
}

bool decision_is_trained(const struct net_config *config, const struct params *params)
{
  return config->decision > 0 && head_is_trained("decision", params);
}
