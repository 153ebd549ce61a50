/* SPDX-License-Identifier: MIT */
#include "shapes.h"

const struct cell_facts *cell_facts(enum net_cell cell)
{
  static const struct cell_facts facts[NET_CELL_COUNT] = {
    [CELL_FD] = {.gates = 1, .recurrent_blocks = 1, .moments = true, .live = true},
    [CELL_TANH] = {.gates = 1, .recurrent_blocks = 1, .live = true},
    [CELL_GRU] = {.gates = 3, .recurrent_blocks = 3, .recurrent_bias = true, .live = true},
    [CELL_DEEP] = {.gates = 2, .recurrent_blocks = 3}, /* from the state; and between its two layers */
  };
  return &facts[cell];
}

int filler_view_inputs(const struct net_config *config)
{
  return config->matches > 0 ? 1 + config->matches * (2 * config->frame.values + 2) : 0;
}

int vrae_inputs(const struct net_config *config)
{
  return view_inputs(config) + filler_view_inputs(config);
}

int posterior_head_size(enum net_posterior posterior, int latent, bool moments)
{
  const int parts = 1 + (moments ? 0 : 1) + (posterior == POSTERIOR_GAUSS_MARKOV ? 1 : 0);
  return parts * latent;
}

bool net_config_runs_live(const struct net_config *config)
{
  return config->kind == NET_VOSP && config->emission != EMISSION_NADE;
}
