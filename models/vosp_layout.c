/* The tensors of a VOSP and their binding to layers. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "predictor.h"
#include "vosp.h"

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

static const real *bound(const struct params *params, const real *weights, const char *name)
{
  const struct param *param = params_find(params, name);
  return param != NULL ? weights + param->offset : NULL;
}

/* All layers of a net, in the order of their squares. */
static void layers_of(struct vosp_net *net, struct linear *layers[VOSP_LAYERS])
{
  struct linear *all[VOSP_LAYERS] = {&net->input,       &net->recurrent,   &net->head,
                                     &net->generator_h, &net->generator_z, &net->out};
  memcpy(layers, all, sizeof all);
}

static const char *const layer_weights[VOSP_LAYERS] = {"input.w",     "recurrent.w", "head.w",
                                                       "generator.h", "generator.z", "out.w"};
static const char *const layer_biases[VOSP_LAYERS] = {"input.b",     "recurrent.b", "head.b",
                                                      "generator.b", NULL,          "out.b"};
static const int layer_keeps[VOSP_LAYERS] = {KEEP_INPUT,     KEEP_RECURRENT, KEEP_HEAD,
                                             KEEP_GENERATOR, KEEP_GENERATOR, KEEP_GENERATOR};

void vosp_net_refresh(struct vosp_net *net, const struct params *params, const real *weights)
{
  struct linear *layers[VOSP_LAYERS];
  layers_of(net, layers);
  const real *keep = bound(params, weights, "keep");
  real *square = net->squares;
  for (int i = 0; i < VOSP_LAYERS; i++) {
    layers[i]->w = bound(params, weights, layer_weights[i]);
    layers[i]->b = layer_biases[i] != NULL ? bound(params, weights, layer_biases[i]) : NULL;
    layers[i]->keep = keep != NULL ? (real)(1 / (1 + exp(-(double)keep[layer_keeps[i]]))) : 1;
    layers[i]->w2 = square;
    if (square != NULL) {
      linear_square(layers[i], square);
      square += (size_t)layers[i]->in * (size_t)layers[i]->out;
    }
  }
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
  size_t size = 0;
  for (int i = 0; i < VOSP_LAYERS; i++) {
    const struct param *param = params_find(params, layer_weights[i]);
    layers[i]->in = param->rows;
    layers[i]->out = param->cols;
    size += (size_t)param->rows * (size_t)param->cols;
  }
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
