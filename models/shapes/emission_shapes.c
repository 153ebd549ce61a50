/* SPDX-License-Identifier: MIT */
/* The tensors of an emission: emission.h, emission_nade.c, emission_pitch.c in nn. */
#include "shapes.h"

enum { PITCH_GATES = 3 }; /* of its GRU along the pitch axis */

int emission_sources(const struct net_config *config)
{
  return config->kind == NET_VRAE ? 2 : 1;
}

int emission_source_units(const struct net_config *config)
{
  return config->generator > 0 ? config->generator : config->hidden;
}

static enum status bernoulli_layout(const struct net_config *config, struct params *params, struct error *error)
{
  (void)params;
  if (config->emission_units != 0) {
    return error_set(error, STATUS_USAGE, "emission.units must be 0 with the Bernoulli emission, not %d",
                     config->emission_units);
  }
  return STATUS_OK;
}

static enum status nade_layout(const struct net_config *config, struct params *params, struct error *error)
{
  if (config->tie != TIE_NONE) {
    return error_set(error, STATUS_USAGE, "the NADE emission needs tie none; with weights tied use pitch");
  }
  if (config->emission_units < 1) {
    return error_set(error, STATUS_USAGE, "emission.units must be 1 or more with the NADE emission, not %d",
                     config->emission_units);
  }
  const int K = config->emission_units, O = view_outputs(config), M = emission_source_units(config);
  const struct param_shape tensors[] = {
    {"emission.c", M, K},
    {"emission.c0", 1, K},
    {"emission.w", O, K},
    {"emission.v", O, K},
    {"emission.back.c", emission_sources(config) > 1 ? M : 0, K},
  };
  return params_add_all(params, tensors, sizeof tensors / sizeof *tensors, error);
}

static enum status pitch_layout(const struct net_config *config, struct params *params, struct error *error)
{
  if (config->tie != TIE_PITCH) {
    return error_set(error, STATUS_USAGE, "the pitch emission needs tie pitch; without tied weights use nade");
  }
  if (config->emission_units < 1) {
    return error_set(error, STATUS_USAGE, "emission.units must be 1 or more with the pitch emission, not %d",
                     config->emission_units);
  }
  const int K = config->emission_units, O = view_outputs(config), M = emission_source_units(config);
  const struct param_shape tensors[] = {
    {"emission.c", M, PITCH_GATES * K},
    {"emission.c0", 1, PITCH_GATES * K},
    {"emission.below", O + PITCH_FEATURES, PITCH_GATES * K},
    {"emission.recurrent.w", K, PITCH_GATES * K},
    {"emission.recurrent.b", 1, PITCH_GATES * K},
    {"emission.v", K, O},
    {"emission.back.c", emission_sources(config) > 1 ? M : 0, PITCH_GATES * K},
  };
  return params_add_all(params, tensors, sizeof tensors / sizeof *tensors, error);
}

enum status emission_layout(const struct net_config *config, struct params *params, struct error *error)
{
  switch (config->emission) {
  case EMISSION_NADE: return nade_layout(config, params, error);
  case EMISSION_PITCH: return pitch_layout(config, params, error);
  default: return bernoulli_layout(config, params, error);
  }
}
