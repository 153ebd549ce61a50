/* SPDX-License-Identifier: MIT */
/* The tensors of a VOSP and their binding to layers. */
#include <stdlib.h>
#include <string.h>

#include "predictor.h"
#include "vosp_private.h"

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
  return status;
}

enum status vosp_layout(const struct net_config *config, struct params *params, struct error *error)
{
  const enum status checked = check_sizes(config, error);
  if (checked != STATUS_OK) {
    return checked;
  }
  const struct cell_ops *cell = cell_find(config->cell);
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
  };
  const enum status status = params_add_all(params, tensors, sizeof tensors / sizeof *tensors, error);
  return status == STATUS_OK ? emission_layout(config, params, error) : status;
}

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
}

enum status vosp_net_init(struct vosp_net *net, const struct net_config *config, const struct params *params,
                          const real *weights)
{
  const struct cell_ops *cell = cell_find(config->cell);
  *net = (struct vosp_net){
    .config = *config,
    .cell = cell,
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
