/* Set-up of the live step: squares, transposes, states and the cleaner that the engine is given. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gate_model.h"
#include "live_layer.h"
#include "model.h"
#include "touch.h"
#include "vosp.h"
#include "vosp_live.h"

static struct live_layer layer_of(const struct params *params, const char *w, const char *b, float keep)
{
  const struct param *param = params_find(params, w);
  return (struct live_layer){
    .in = param->rows,
    .out = param->cols,
    .w = params->block + param->offset,
    .b = b != NULL ? params_get(params, b) : NULL,
    .keep = keep,
  };
}

static float *store_squares(struct live_layer *layer, float *to)
{
  const size_t n = (size_t)layer->in * (size_t)layer->out;
  for (size_t i = 0; i < n; i++) {
    to[i] = layer->w[i] * layer->w[i];
  }
  layer->w2 = to;
  return to + n;
}

static float *store_packed(const struct live_layer *layer, const float *from, const float **packed, float *to)
{
  live_layer_pack(layer->in, layer->out, from, to);
  *packed = to;
  return to + live_layer_packed_size(layer->in, layer->out);
}

/* Layers of h, of which one row is the whole frame. */
static float *store_dense(struct vosp_live *net, float *next)
{
  struct live_layer *layers[] = {&net->recurrent, &net->generator_h};
  for (size_t i = 0; i < 2 && net->rows == 1; i++) {
    next = store_packed(layers[i], layers[i]->w, &layers[i]->packed, next);
    if (layers[i]->w2 != NULL) {
      next = store_packed(layers[i], layers[i]->w2, &layers[i]->packed2, next);
    }
  }
  return next;
}

static size_t owned_size(const struct vosp_live *net, const struct params *params)
{
  return 3 * params->size + 2 * live_layer_packed_size(net->recurrent.in, net->recurrent.out) +
         2 * live_layer_packed_size(net->generator_h.in, net->generator_h.out);
}

static float *store_transpose(const struct live_layer *layer, const float *from, float *to)
{
  for (int i = 0; i < layer->in; i++) {
    for (int o = 0; o < layer->out; o++) {
      to[(size_t)o * (size_t)layer->in + (size_t)i] = from[(size_t)i * (size_t)layer->out + (size_t)o];
    }
  }
  return to + (size_t)layer->in * (size_t)layer->out;
}

bool vosp_live_fits(const struct net_config *config)
{
  return config->kind == NET_VOSP && config->layers < 2 && config->emission == EMISSION_BERNOULLI;
}

enum status vosp_live_init(struct vosp_live *net, const struct net_config *config, const struct params *params)
{
  const struct cell_ops *cell = cell_find(config->cell);
  const float *logits = params_get(params, "keep");
  float keep[KEEP_COUNT] = {1, 1, 1, 1};
  for (int i = 0; i < KEEP_COUNT && logits != NULL; i++) {
    keep[i] = 1 / (1 + expf(-logits[i]));
  }
  *net = (struct vosp_live){
    .config = *config,
    .rows = view_rows(config),
    .inputs = view_inputs(config),
    .outputs = view_outputs(config),
    .gates = cell->gates * config->hidden,
    .head_size = posterior_head_size(config->posterior, config->latent, cell->moments),
    .moments = cell->moments,
    .gated = cell->gates > 1,
    .input = layer_of(params, "input.w", "input.b", keep[KEEP_INPUT]),
    .recurrent =
      layer_of(params, "recurrent.w", cell->recurrent_bias ? "recurrent.b" : NULL, keep[KEEP_RECURRENT]),
    .head = layer_of(params, "head.w", "head.b", keep[KEEP_HEAD]),
    .generator_h = layer_of(params, "generator.h", "generator.b", keep[KEEP_GENERATOR]),
    .generator_z = layer_of(params, "generator.z", NULL, keep[KEEP_GENERATOR]),
    .out = layer_of(params, "out.w", "out.b", keep[KEEP_GENERATOR]),
  };
  net->owned = malloc(owned_size(net, params) * sizeof *net->owned);
  if (net->owned == NULL) {
    return STATUS_NO_MEMORY;
  }
  float *next = net->owned;
  const float *out = net->out.w;
  net->out.w = next;
  next = store_transpose(&net->out, out, next);
  const float *head = net->head.w;
  net->head.w = next;
  next = store_transpose(&net->head, head, next);
  if (cell->moments) {
    struct live_layer *layers[] = {&net->input, &net->recurrent, &net->generator_h, &net->generator_z,
                                   &net->out};
    for (size_t i = 0; i < sizeof layers / sizeof *layers; i++) {
      next = store_squares(layers[i], next);
    }
  }
  (void)store_dense(net, next);
  return STATUS_OK;
}

void vosp_live_free(struct vosp_live *net)
{
  free(net->owned);
  net->owned = NULL;
}

enum status vosp_state_new(struct vosp_state **out, const struct vosp_live *net)
{
  const size_t R = (size_t)net->rows;
  const size_t h = R * (size_t)net->config.hidden;
  const size_t z = R * (size_t)net->config.latent;
  const size_t g = R * (size_t)net->gates;
  const size_t m = R * (size_t)net->config.generator;
  struct vosp_state *state = calloc(1, sizeof *state);
  const size_t size = 2 * h + z + 2 * g + 2 * m + vosp_live_work(net);
  float *block = calloc(size, sizeof *block);
  if (state == NULL || block == NULL) {
    free(state);
    free(block);
    return STATUS_NO_MEMORY;
  }
  touch_pages(block, size * sizeof *block);
  state->net = net;
  state->h = block;
  state->h_variance = state->h + h;
  state->z = state->h_variance + h;
  state->recurrent = state->z + z;
  state->recurrent_variance = state->recurrent + g;
  state->generator = state->recurrent_variance + g;
  state->generator_variance = state->generator + m;
  state->work = state->generator_variance + m;
  vosp_live_ops.reset(state);
  *out = state;
  return STATUS_OK;
}

void vosp_state_free(struct vosp_state *state)
{
  if (state != NULL) {
    free(state->h);
    free(state);
  }
}

/* A cleaner and what it owns. */
struct owned_cleaner {
  struct cleaner cleaner;
  struct vosp_live net;
  struct gate gate;
  float *folded; /* the gate's weights as it runs them */
};

enum status model_cleaner_new(const struct model *model, struct cleaner **cleaner, struct error *error)
{
  *cleaner = NULL;
  if (!vosp_live_fits(&model->config)) {
    return error_set(
      error, STATUS_UNSUPPORTED,
      "only a model of kind emend.vosp with one layer and the Bernoulli emission can clean; `emend "
      "info` tells what a model is");
  }
  const struct cell_ops *cell = cell_find(model->config.cell);
  if (!cell->live) {
    return error_set(error, STATUS_UNSUPPORTED,
                     "a model with the cell '%s' cannot run live; use one with fast-dropout, tanh or gru",
                     cell->name);
  }
  struct owned_cleaner *owned = calloc(1, sizeof *owned);
  if (owned == NULL || vosp_live_init(&owned->net, &model->config, &model->params) != STATUS_OK) {
    free(owned);
    return error_set(error, STATUS_NO_MEMORY, "not enough memory for the live model");
  }
  owned->cleaner.ops = &vosp_live_ops;
  owned->cleaner.frame = model->config.frame;
  owned->cleaner.owner = owned;
  if (model_has_gate(model)) {
    owned->folded = malloc(gate_folded_size(&model->config) * sizeof *owned->folded);
    if (owned->folded == NULL) {
      model_cleaner_free(&owned->cleaner);
      return error_set(error, STATUS_NO_MEMORY, "not enough memory for the live gate");
    }
    gate_bind(&owned->gate, &model->config, &model->params, owned->folded);
    owned->cleaner.gate = &owned->gate;
  }
  for (int c = 0; c < CHANNELS; c++) {
    struct vosp_state *state = NULL;
    if (vosp_state_new(&state, &owned->net) != STATUS_OK) {
      model_cleaner_free(&owned->cleaner);
      return error_set(error, STATUS_NO_MEMORY, "not enough memory for the live model's states");
    }
    owned->cleaner.state[c] = state;
  }
  *cleaner = &owned->cleaner;
  return STATUS_OK;
}

void model_cleaner_free(struct cleaner *cleaner)
{
  if (cleaner == NULL) {
    return;
  }
  struct owned_cleaner *owned = cleaner->owner;
  for (int c = 0; c < CHANNELS; c++) {
    vosp_state_free(cleaner->state[c]);
  }
  vosp_live_free(&owned->net);
  free(owned->folded);
  free(owned);
}
