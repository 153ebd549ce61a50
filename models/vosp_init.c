#include "vosp_init.h"

#include "emission.h"
#include "vosp.h"

enum status vosp_init(const struct net_config *config, const struct init_options *options,
                      const struct params *params, struct rng *rng)
{
  const int Z = config->latent;
  const struct cell_ops *cell = cell_find(config->cell);
  enum status status = init_recurrent(params, "recurrent.w", cell, options, rng);
  if (status == STATUS_OK) {
    status = init_recurrent(params, "upper.recurrent.w", cell, options, rng);
  }
  if (status != STATUS_OK) {
    return status;
  }
  const double input = config->tie == TIE_PITCH ? 0.15 : 0.1;
  init_normal(params, "input.w", options->input_deviation > 0 ? options->input_deviation : input, rng);
  init_by_fan_in(params, "upper.input.w", 1, rng);
  init_by_fan_in(params, "head.w", 0.3, rng);
  init_by_fan_in(params, "generator.h", 1, rng);
  init_by_fan_in(params, "generator.z", 1, rng);
  init_by_fan_in(params, "out.w", 0.5, rng);
  init_fill(params, "out.b", 0, view_outputs(config), -0.8f);
  if (!cell->moments) {
    init_fill(params, "head.b", Z, 2 * Z, -1);
  }
  emission_init(config, params, rng);
  init_keep(params, options);
  return STATUS_OK;
}
