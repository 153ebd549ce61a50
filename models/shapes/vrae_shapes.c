/* SPDX-License-Identifier: MIT */
/* The tensors of a VRAE. */
#include "shapes.h"

enum { UNITS_MAX = 1024 };

static enum status check_filler(const struct net_config *config, struct error *error)
{
  if (config->matches < 0 || config->matches > MATCH_MAX) {
    return error_set(error, STATUS_USAGE, "matches must be 0 to %d, not %d", (int)MATCH_MAX, config->matches);
  }
  if (config->matches > 0 && config->tie != TIE_PITCH) {
    return error_set(error, STATUS_USAGE, "a filler (matches above 0) needs weights tied across pitch");
  }
  if (config->matches > 0 && cell_facts(config->cell)->moments) {
    return error_set(error, STATUS_USAGE, "a filler (matches above 0) needs a plain cell: tanh, gru or deep");
  }
  if (config->matches > 0 && config->emission != EMISSION_BERNOULLI) {
    return error_set(error, STATUS_USAGE, "a filler (matches above 0) needs the Bernoulli emission");
  }
  return STATUS_OK;
}

static enum status check_sizes(const struct net_config *config, struct error *error)
{
  if (config->hidden < 1 || config->hidden > UNITS_MAX) {
    return error_set(error, STATUS_USAGE, "hidden must be 1 to %d, not %d", (int)UNITS_MAX, config->hidden);
  }
  if (config->latent < 1 || config->latent > POSTERIOR_LATENT_MAX) {
    return error_set(error, STATUS_USAGE, "latent must be 1 to %d, not %d", (int)POSTERIOR_LATENT_MAX,
                     config->latent);
  }
  if (config->generator < 1 || config->generator > UNITS_MAX) {
    return error_set(error, STATUS_USAGE, "generator must be 1 to %d, not %d", (int)UNITS_MAX,
                     config->generator);
  }
  if (config->frame.values < 1 || config->frame.values > FRAME_VALUES_MAX) {
    return error_set(error, STATUS_USAGE, "a frame has 1 or 2 values a pitch, not %d", config->frame.values);
  }
  return check_filler(config, error);
}

enum status vrae_layout(const struct net_config *config, struct params *params, struct error *error)
{
  const enum status checked = check_sizes(config, error);
  if (checked != STATUS_OK) {
    return checked;
  }
  const struct cell_facts *cell = cell_facts(config->cell);
  const int inputs = vrae_inputs(config), O = view_outputs(config), Z = config->latent;
  const int H = config->hidden, G = cell->gates * H;
  const int M = config->generator, S = cell->gates * M;
  const int A = posterior_head_size(config->posterior, Z, cell->moments);
  const int bias = cell->recurrent_bias ? 1 : 0;
  const struct param_shape tensors[] = {
    {"input.w", inputs, G},
    {"input.b", 1, G},
    {"recurrent.w", H, cell->recurrent_blocks * H},
    {"recurrent.b", bias, G},
    {"back.input.w", inputs, G},
    {"back.input.b", 1, G},
    {"back.recurrent.w", H, cell->recurrent_blocks * H},
    {"back.recurrent.b", bias, G},
    {"head.w", H, A},
    {"head.b", 1, A},
    {"back.head.w", H, A},
    {"generator.w", Z, S},
    {"generator.b", 1, S},
    {"generator.recurrent.w", M, cell->recurrent_blocks * M},
    {"generator.recurrent.b", bias, S},
    {"back.generator.w", Z, S},
    {"back.generator.b", 1, S},
    {"back.generator.recurrent.w", M, cell->recurrent_blocks * M},
    {"back.generator.recurrent.b", bias, S},
    {"out.w", M, O},
    {"out.b", 1, O},
    {"back.out.w", M, O},
    {"direct.w", config->matches > 0 ? inputs : 0, O},
    {"keep", cell->moments ? 1 : 0, KEEP_COUNT},
  };
  const enum status status = params_add_all(params, tensors, sizeof tensors / sizeof *tensors, error);
  return status == STATUS_OK ? emission_layout(config, params, error) : status;
}
