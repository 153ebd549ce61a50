/* SPDX-License-Identifier: MIT */
#include "gate_model.h"

#include <stddef.h>

#include "head_model.h"

int gate_context_size(const struct net_config *config)
{
  return config->tie == TIE_PITCH ? config->hidden : 0;
}

enum status gate_layout(const struct net_config *config, struct params *params, struct error *error)
{
  const int K = config->gate;
  if (K == 0) {
    return STATUS_OK;
  }
  if (K < 0 || K > GATE_HIDDEN_MAX) {
    return error_set(error, STATUS_USAGE, "gate must be 0 to %d hidden units, not %d", (int)GATE_HIDDEN_MAX, K);
  }
  if (!cell_facts(config->cell)->live) {
    return error_set(error, STATUS_USAGE,
                     "a gate needs a cell that runs live: fast-dropout, tanh or gru; else give --gate 0");
  }
  const int G = EVIDENCE_SIZE + 2 + gate_context_size(config);
  const struct param_shape tensors[] = {
    {"gate.mean", 1, G},        {"gate.scale", 1, G},          {"gate.hidden", G, K},
    {"gate.hidden_bias", 1, K}, {"gate.out", K, GATE_OUTPUTS}, {"gate.out_bias", 1, GATE_OUTPUTS},
    {"gate.threshold", 1, 1},
  };
  return params_add_all(params, tensors, sizeof tensors / sizeof *tensors, error);
}

size_t gate_folded_size(const struct net_config *config)
{
  return (size_t)(EVIDENCE_SIZE + 2 + gate_context_size(config) + 1) * (size_t)config->gate;
}

void gate_bind(struct gate *gate, const struct net_config *config, const struct params *params, float *folded)
{
  gate->context_size = gate_context_size(config);
  gate->input_size = EVIDENCE_SIZE + 2 + gate->context_size;
  gate->hidden_size = config->gate;
  gate->threshold = *params_get(params, "gate.threshold");
  float *bias = folded + (size_t)gate->input_size * (size_t)gate->hidden_size;
  const struct head_shape shape = {"gate", gate->input_size, gate->hidden_size, GATE_OUTPUTS};
  head_fold(&shape, params, folded, bias);
  gate->hidden = folded;
  gate->hidden_bias = bias;
  gate->out = params_get(params, "gate.out");
  gate->out_bias = params_get(params, "gate.out_bias");
}
