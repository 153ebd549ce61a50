/* SPDX-License-Identifier: MIT */
/* The tensors of a VRAE and their binding to layers. */
#include <stdlib.h>

#include "filler_view.h"
#include "vrae_private.h"

enum { UNITS_MAX = 1024 };

static enum status check_filler(const struct net_config *config, struct error *error)
{
  if (config->matches < 0 || config->matches > MATCH_MAX) {
    return error_set(error, STATUS_USAGE, "matches must be 0 to %d, not %d", (int)MATCH_MAX, config->matches);
  }
  if (config->matches > 0 && config->tie != TIE_PITCH) {
    return error_set(error, STATUS_USAGE, "a filler (matches above 0) needs weights tied across pitch");
  }
  if (config->matches > 0 && cell_find(config->cell)->moments) {
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
  const struct cell_ops *cell = cell_find(config->cell);
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

int vrae_inputs(const struct net_config *config)
{
  return view_inputs(config) + filler_view_inputs(config);
}

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
  const struct cell_ops *cell = cell_find(config->cell);
  *net = (struct vrae_net){
    .config = *config,
    .cell = cell,
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
