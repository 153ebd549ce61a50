/* SPDX-License-Identifier: MIT */
/* A VOSP's layers, bound to their tensors. */
#include <stdlib.h>
#include <string.h>

#include "vosp_private.h"

/* All layers of a net, in the order of their squares. */
static void layers_of(struct vosp_net *net, struct linear *layers[VOSP_LAYERS])
{
  struct linear *all[VOSP_LAYERS] = {
    &net->level[0].input, &net->level[0].recurrent, &net->level[1].input, &net->level[1].recurrent,
    &net->head,           &net->generator_h,        &net->generator_z,    &net->out};
  memcpy(layers, all, sizeof all);
}

/* The upper level reads the lower one's state as the head reads the upper one's. */
const struct layer_names vosp_layer_names[VOSP_LAYERS] = {
  {"input.w", "input.b", KEEP_INPUT},
  {"recurrent.w", "recurrent.b", KEEP_RECURRENT},
  {"upper.input.w", "upper.input.b", KEEP_HEAD},
  {"upper.recurrent.w", "upper.recurrent.b", KEEP_RECURRENT},
  {"head.w", "head.b", KEEP_HEAD},
  {"generator.h", "generator.b", KEEP_GENERATOR},
  {"generator.z", NULL, KEEP_GENERATOR},
  {"out.w", "out.b", KEEP_GENERATOR},
};

void vosp_net_refresh(struct vosp_net *net, const struct params *params, const real *weights)
{
  struct linear *layers[VOSP_LAYERS];
  layers_of(net, layers);
  bind_weights(vosp_layer_names, VOSP_LAYERS, params, weights, net->squares, layers);
  emission_bind(&net->emission, &net->config, params, weights);
  const struct param *recall = params_find(params, "recall.w");
  net->recall = recall != NULL ? weights + recall->offset : NULL;
}

enum status vosp_net_init(struct vosp_net *net, const struct net_config *config, const struct params *params,
                          const real *weights)
{
  const struct cell_facts *cell = cell_facts(config->cell);
  *net = (struct vosp_net){
    .config = *config,
    .cell = cell_find(config->cell),
    .facts = cell,
    .rows = view_rows(config),
    .inputs = view_inputs(config),
    .outputs = view_outputs(config),
    .gates = cell->gates * config->hidden,
    .head_size = posterior_head_size(config->posterior, config->latent, cell->moments),
    .levels = config->layers > 1 ? config->layers : 1,
  };
  struct linear *layers[VOSP_LAYERS];
  layers_of(net, layers);
  const size_t size = bind_sizes(vosp_layer_names, VOSP_LAYERS, params, layers);
  if (cell->moments) {
    net->squares = malloc(size * sizeof *net->squares);
    if (net->squares == NULL) {
      return STATUS_NO_MEMORY;
    }
  }
  net->level[0].input.sparse = config->tie == TIE_NONE; /* a few notes of 88 */
  vosp_net_refresh(net, params, weights);
  return STATUS_OK;
}

void vosp_net_free(struct vosp_net *net)
{
  free(net->squares);
  net->squares = NULL;
}
