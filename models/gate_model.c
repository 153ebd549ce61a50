#include "gate_model.h"

#include <stddef.h>

int gate_context_size(const struct vosp_config *config)
{
  return config->tie == TIE_PITCH ? config->hidden : 0;
}

enum status gate_layout(const struct vosp_config *config, struct params *params, struct error *error)
{
  const int K = config->gate;
  if (K == 0) {
    return STATUS_OK;
  }
  if (K < 0 || K > GATE_HIDDEN_MAX) {
    return error_set(error, STATUS_USAGE, "gate must be 0 to %d hidden units, not %d", (int)GATE_HIDDEN_MAX, K);
  }
  const int G = EVIDENCE_SIZE + 2 + gate_context_size(config);
  const struct {
    const char *name;
    int rows, cols;
  } tensors[] = {
    {"gate.mean", 1, G},        {"gate.scale", 1, G},          {"gate.hidden", G, K},
    {"gate.hidden_bias", 1, K}, {"gate.out", K, DAMAGE_COUNT}, {"gate.out_bias", 1, DAMAGE_COUNT},
    {"gate.threshold", 1, 1},
  };
  for (size_t i = 0; i < sizeof tensors / sizeof *tensors; i++) {
    if (params_add(params, tensors[i].name, tensors[i].rows, tensors[i].cols) != STATUS_OK) {
      return error_set(error, STATUS_FULL, "too many tensors at %s", tensors[i].name);
    }
  }
  return STATUS_OK;
}

void gate_bind(struct gate *gate, const struct vosp_config *config, const struct params *params)
{
  gate->context_size = gate_context_size(config);
  gate->input_size = EVIDENCE_SIZE + 2 + gate->context_size;
  gate->hidden_size = config->gate;
  gate->threshold = *params_get(params, "gate.threshold");
  gate->mean = params_get(params, "gate.mean");
  gate->scale = params_get(params, "gate.scale");
  gate->hidden = params_get(params, "gate.hidden");
  gate->hidden_bias = params_get(params, "gate.hidden_bias");
  gate->out = params_get(params, "gate.out");
  gate->out_bias = params_get(params, "gate.out_bias");
}
