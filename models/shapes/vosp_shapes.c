/* SPDX-License-Identifier: MIT */
/* The tensors of a VOSP. */
#include "predictor.h"
#include "shapes.h"

static enum status check_size(const char *name, int size, int low, int high, struct error *error)
{
  if (size >= low && size <= high) {
    return STATUS_OK;
  }
  return low == high
           ? error_set(error, STATUS_USAGE, "%s must be %d for this kind of model, not %d", name, low, size)
           : error_set(error, STATUS_USAGE, "%s must be %d to %d for this kind of model, not %d", name, low,
                       high, size);
}

static enum status check_recall(const struct net_config *config, struct error *error)
{
  const bool fits = config->tie == TIE_PITCH && config->emission == EMISSION_PITCH && config->frame.values == 1;
  return config->recall == RECALL_NONE || fits
           ? STATUS_OK
           : error_set(
               error, STATUS_USAGE,
               "recall = past is for weights tied across pitch with the pitch emission and frames of 1 value");
}

static enum status check_sizes(const struct net_config *config, struct error *error)
{
  const bool latents = config->kind != NET_RNN;
  /* What a tied VOSP's gate looks at holds the hidden units of a pitch. */
  const int hidden_max = config->tie == TIE_PITCH && latents ? CONTEXT_MAX : 1024;
  const struct {
    const char *name;
    int size, low, high;
  } sizes[] = {
    {"hidden", config->hidden, 1, hidden_max},
    {"latent", config->latent, latents, latents ? POSTERIOR_LATENT_MAX : 0},
    {"generator", config->generator, latents, 1024},
    {"layers", config->layers, 0, NET_LEVELS_MAX},
    {"frame.values", config->frame.values, 1, FRAME_VALUES_MAX},
  };
  enum status status = STATUS_OK;
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes && status == STATUS_OK; i++) {
    status = check_size(sizes[i].name, sizes[i].size, sizes[i].low, sizes[i].high, error);
  }
  return status == STATUS_OK ? check_recall(config, error) : status;
}

enum status vosp_layout(const struct net_config *config, struct params *params, struct error *error)
{
  const enum status checked = check_sizes(config, error);
  if (checked != STATUS_OK) {
    return checked;
  }
  const struct cell_facts *cell = cell_facts(config->cell);
  const int inputs = view_inputs(config);
  const int O = view_outputs(config);
  const int H = config->hidden;
  const int G = cell->gates * H;
  const int M = config->generator;
  const int A = posterior_head_size(config->posterior, config->latent, cell->moments);
  const bool upper = config->layers > 1;
  const struct param_shape tensors[] = {
    {"input.w", inputs, G},
    {"input.b", 1, G},
    {"recurrent.w", H, cell->recurrent_blocks * H},
    {"recurrent.b", cell->recurrent_bias ? 1 : 0, G},
    {"upper.input.w", upper ? H : 0, G},
    {"upper.input.b", upper ? 1 : 0, G},
    {"upper.recurrent.w", upper ? H : 0, cell->recurrent_blocks * H},
    {"upper.recurrent.b", upper && cell->recurrent_bias ? 1 : 0, G},
    {"head.w", H, A},
    {"head.b", 1, A},
    {"generator.h", H, M},
    {"generator.z", config->latent, M},
    {"generator.b", 1, M},
    {"out.w", M > 0 ? M : H, O},
    {"out.b", 1, O},
    {"keep", cell->moments ? 1 : 0, KEEP_COUNT},
    {"recall.w", config->recall == RECALL_PAST ? 1 : 0, RECALL_WEIGHTS},
  };
  const enum status status = params_add_all(params, tensors, sizeof tensors / sizeof *tensors, error);
  return status == STATUS_OK ? emission_layout(config, params, error) : status;
}
