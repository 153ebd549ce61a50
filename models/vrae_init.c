#include "vrae_init.h"

#include <math.h>

#include "emission.h"
#include "vrae.h"

static enum status init_cells(const struct cell_ops *cell, const struct init_options *options,
                              const struct params *params, struct rng *rng)
{
  static const char *const names[] = {"recurrent.w", "back.recurrent.w", "generator.recurrent.w",
                                      "back.generator.recurrent.w"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const enum status status = init_recurrent(params, names[i], cell, options, rng);
    if (status != STATUS_OK) {
      return status;
    }
  }
  return STATUS_OK;
}

enum status vrae_init(const struct net_config *config, const struct init_options *options,
                      const struct params *params, struct rng *rng)
{
  const int Z = config->latent;
  const struct cell_ops *cell = cell_find(config->cell);
  const enum status status = init_cells(cell, options, params, rng);
  if (status != STATUS_OK) {
    return status;
  }
  const double own = config->tie == TIE_PITCH ? 0.15 : 0.1;
  const double input = options->input_deviation > 0 ? options->input_deviation : own;
  const double half = sqrt(0.5); /* each of two directions that add up */
  init_normal(params, "input.w", input, rng);
  init_normal(params, "back.input.w", input, rng);
  init_by_fan_in(params, "head.w", 0.3 * half, rng);
  init_by_fan_in(params, "back.head.w", 0.3 * half, rng);
  init_by_fan_in(params, "generator.w", 1, rng);
  init_by_fan_in(params, "back.generator.w", 1, rng);
  init_by_fan_in(params, "out.w", 0.5 * half, rng);
  init_by_fan_in(params, "back.out.w", 0.5 * half, rng);
  init_fill(params, "out.b", 0, view_outputs(config), -0.8f);
  if (!cell->moments) {
    init_fill(params, "head.b", Z, 2 * Z, -1);
  }
  emission_init(config, params, rng);
  init_keep(params, options);
  return STATUS_OK;
}
