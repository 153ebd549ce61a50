/* SPDX-License-Identifier: MIT */
/* A VRAE's layers, bound to their tensors. */
#include <stdlib.h>
#include <string.h>

#include "vrae_private.h"

const struct layer_names vrae_layer_names[VRAE_LAYERS_MAX] = {
  {"input.w", "input.b", KEEP_INPUT},
  {"back.input.w", "back.input.b", KEEP_INPUT},
  {"recurrent.w", "recurrent.b", KEEP_RECURRENT},
  {"back.recurrent.w", "back.recurrent.b", KEEP_RECURRENT},
  {"head.w", "head.b", KEEP_HEAD},
  {"back.head.w", NULL, KEEP_HEAD},
  {"generator.w", "generator.b", KEEP_GENERATOR},
  {"back.generator.w", "back.generator.b", KEEP_GENERATOR},
  {"generator.recurrent.w", "generator.recurrent.b", KEEP_GENERATOR},
  {"back.generator.recurrent.w", "back.generator.recurrent.b", KEEP_GENERATOR},
  {"out.w", "out.b", KEEP_GENERATOR},
  {"back.out.w", NULL, KEEP_GENERATOR},
  {"direct.w", NULL, KEEP_GENERATOR},
};

int vrae_layer_count(const struct net_config *config)
{
  return config->matches > 0 ? VRAE_LAYERS_MAX : VRAE_LAYERS_MAX - 1;
}

static void layers_of(struct vrae_net *net, struct linear *layers[VRAE_LAYERS_MAX])
{
  struct linear *const pairs[] = {net->input,           net->recurrent,           net->head,
                                  net->generator_input, net->generator_recurrent, net->out};
  int count = 0;
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
    layers[count++] = &pairs[i][VRAE_FORWARD];
    layers[count++] = &pairs[i][VRAE_BACKWARD];
  }
  layers[count] = &net->direct;
}

void vrae_net_refresh(struct vrae_net *net, const struct params *params, const real *weights)
{
  struct linear *layers[VRAE_LAYERS_MAX];
  layers_of(net, layers);
  bind_weights(vrae_layer_names, vrae_layer_count(&net->config), params, weights, net->squares, layers);
  emission_bind(&net->emission, &net->config, params, weights);
}

enum status vrae_net_init(struct vrae_net *net, const struct net_config *config, const struct params *params,
                          const real *weights)
{
  const struct cell_facts *cell = cell_facts(config->cell);
  *net = (struct vrae_net){
    .config = *config,
    .cell = cell_find(config->cell),
    .facts = cell,
    .rows = view_rows(config),
    .inputs = vrae_inputs(config),
    .outputs = view_outputs(config),
    .head_size = posterior_head_size(config->posterior, config->latent, cell->moments),
  };
  struct linear *layers[VRAE_LAYERS_MAX];
  layers_of(net, layers);
  const size_t size = bind_sizes(vrae_layer_names, vrae_layer_count(config), params, layers);
  if (cell->moments) {
    net->squares = malloc(size * sizeof *net->squares);
    if (net->squares == NULL) {
      return STATUS_NO_MEMORY;
    }
  }
  for (int d = 0; d < VRAE_DIRECTIONS; d++) {
    net->input[d].sparse = config->tie == TIE_NONE; /* a few notes of 88 */
  }
  vrae_net_refresh(net, params, weights);
  return STATUS_OK;
}

void vrae_net_free(struct vrae_net *net)
{
  free(net->squares);
  net->squares = NULL;
}
