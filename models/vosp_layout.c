/* The tensors of a VOSP and their binding to layers. */
#include <stdlib.h>
#include <string.h>

#include "predictor.h"
#include "vosp_work.h"

static enum status check_sizes(const struct net_config *config, struct error *error)
{
  const int hidden_max = config->tie == TIE_PITCH ? CONTEXT_MAX : 1024;
  if (config->hidden < 1 || config->hidden > hidden_max) {
    return error_set(error, STATUS_USAGE, "hidden must be 1 to %d for this kind of model, not %d", hidden_max,
                     config->hidden);
  }
  if (config->latent < 1 || config->latent > POSTERIOR_LATENT_MAX) {
    return error_set(error, STATUS_USAGE, "latent must be 1 to %d, not %d", (int)POSTERIOR_LATENT_MAX,
                     config->latent);
  }
  if (config->generator < 1 || config->generator > 1024) {
    return error_set(error, STATUS_USAGE, "generator must be 1 to 1024, not %d", config->generator);
  }
  if (config->frame.values < 1 || config->frame.values > FRAME_VALUES_MAX) {
    return error_set(error, STATUS_USAGE, "a frame has 1 or 2 values a pitch, not %d", config->frame.values);
  }
  return STATUS_OK;
}

struct tensor {
  const char *name;
  int rows, cols;
};

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
  const struct tensor tensors[] = {
    {"input.w", inputs, G}, {"input.b", 1, G},
    {"recurrent.w", H, G},  {"recurrent.b", cell->recurrent_bias ? 1 : 0, G},
    {"head.w", H, A},       {"head.b", 1, A},
    {"generator.h", H, M},  {"generator.z", config->latent, M},
    {"generator.b", 1, M},  {"out.w", M, O},
    {"out.b", 1, O},        {"keep", cell->moments ? 1 : 0, KEEP_COUNT},
  };
  for (size_t i = 0; i < sizeof tensors / sizeof *tensors; i++) {
    if (tensors[i].rows > 0 &&
        params_add(params, tensors[i].name, tensors[i].rows, tensors[i].cols) != STATUS_OK) {
      return error_set(error, STATUS_FULL, "too many tensors at %s", tensors[i].name);
    }
  }
  return STATUS_OK;
}

/* All layers of a net, in the order of their squares. */
static void layers_of(struct vosp_net *net, struct linear *layers[VOSP_LAYERS])
{
  struct linear *all[VOSP_LAYERS] = {&net->input,       &net->recurrent,   &net->head,
                                     &net->generator_h, &net->generator_z, &net->out};
  memcpy(layers, all, sizeof all);
}

const struct layer_names vosp_layer_names[VOSP_LAYERS] = {
  {"input.w", "input.b", KEEP_INPUT},    {"recurrent.w", "recurrent.b", KEEP_RECURRENT},
  {"head.w", "head.b", KEEP_HEAD},       {"generator.h", "generator.b", KEEP_GENERATOR},
  {"generator.z", NULL, KEEP_GENERATOR}, {"out.w", "out.b", KEEP_GENERATOR},
};

void vosp_net_refresh(struct vosp_net *net, const struct params *params, const real *weights)
{
  struct linear *layers[VOSP_LAYERS];
  layers_of(net, layers);
  bind_weights(vosp_layer_names, VOSP_LAYERS, params, weights, net->squares, layers);
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
  net->input.sparse = config->tie == TIE_NONE; /* a few notes of 88 */
  vosp_net_refresh(net, params, weights);
  return STATUS_OK;
}

void vosp_net_free(struct vosp_net *net)
{
  free(net->squares);
  net->squares = NULL;
}
