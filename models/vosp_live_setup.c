/* Set-up of the live step: squares, transposes, states and the cleaner that the engine is given. */
#include <math.h>
#include <stdlib.h>

#include "carve.h"
#include "gate_model.h"
#include "model.h"
#include "vosp.h"
#include "vosp_live.h"

/* Layers that read h of one row at a time. */
static int dense_layers(struct vosp_live *net, struct live_layer *layers[2 * NET_LEVELS_MAX])
{
  int count = 0;
  for (int l = 1; l < net->levels; l++) {
    layers[count++] = &net->level[l].input;
  }
  for (int l = 0; l < net->levels && net->rows == 1; l++) {
    layers[count++] = &net->level[l].recurrent;
  }
  if (net->rows == 1) {
    layers[count++] = &net->generator_h;
  }
  return count;
}

static float *store_dense(struct vosp_live *net, float *next)
{
  struct live_layer *layers[2 * NET_LEVELS_MAX];
  const int count = dense_layers(net, layers);
  for (int i = 0; i < count; i++) {
    next = live_layer_store_packed(layers[i], next);
  }
  return next;
}

/* Squares of all layers but the head, transposes of two with the squares of one, and packed copies. */
static size_t owned_size(struct vosp_live *net, const struct params *params)
{
  size_t size = 3 * params->size + live_emission_size(&net->config, params);
  struct live_layer *layers[2 * NET_LEVELS_MAX];
  const int count = dense_layers(net, layers);
  for (int i = 0; i < count; i++) {
    size += 2 * live_layer_packed_size(layers[i]->in, layers[i]->out);
  }
  return size;
}

bool vosp_live_fits(const struct net_config *config)
{
  return config->kind == NET_VOSP && config->emission != EMISSION_NADE;
}

/* The tensors of the upper level have the names of the lower one's with "upper." before them. */
static void bind_levels(struct vosp_live *net, const struct params *params, const float keep[KEEP_COUNT])
{
  const bool biased = cell_find(net->config.cell)->recurrent_bias;
  net->level[0].input = live_layer_of(params, "input.w", "input.b", keep[KEEP_INPUT]);
  net->level[0].recurrent =
    live_layer_of(params, "recurrent.w", biased ? "recurrent.b" : NULL, keep[KEEP_RECURRENT]);
  if (net->levels > 1) {
    net->level[1].input = live_layer_of(params, "upper.input.w", "upper.input.b", keep[KEEP_HEAD]);
    net->level[1].recurrent =
      live_layer_of(params, "upper.recurrent.w", biased ? "upper.recurrent.b" : NULL, keep[KEEP_RECURRENT]);
  }
}

static void bind(struct vosp_live *net, const struct net_config *config, const struct params *params)
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
    .levels = config->layers > 1 ? config->layers : 1,
    .moments = cell->moments,
    .gated = cell->gates > 1,
    .head = live_layer_of(params, "head.w", "head.b", keep[KEEP_HEAD]),
    .generator_h = live_layer_of(params, "generator.h", "generator.b", keep[KEEP_GENERATOR]),
    .generator_z = live_layer_of(params, "generator.z", NULL, keep[KEEP_GENERATOR]),
    .out = live_layer_of(params, "out.w", "out.b", keep[KEEP_GENERATOR]),
  };
  bind_levels(net, params, keep);
}

static float *store_moments(struct vosp_live *net, float *next)
{
  for (int l = 0; l < net->levels; l++) {
    next = live_layer_store_squares(&net->level[l].input, next);
    next = live_layer_store_squares(&net->level[l].recurrent, next);
  }
  next = live_layer_store_squares(&net->generator_h, next);
  next = live_layer_store_squares(&net->generator_z, next);
  return live_layer_store_squares(&net->out, next);
}

enum status vosp_live_init(struct vosp_live *net, const struct net_config *config, const struct params *params)
{
  bind(net, config, params);
  net->owned = calloc(owned_size(net, params), sizeof *net->owned);
  if (net->owned == NULL) {
    return STATUS_NO_MEMORY;
  }
  float *next = net->owned;
  next = live_layer_store_transpose(&net->out, next);
  next = live_layer_store_transpose(&net->head, next);
  if (net->moments) {
    next = store_moments(net, next);
  }
  next = store_dense(net, next);
  live_emission_init(&net->emission, config, params, next);
  return STATUS_OK;
}

void vosp_live_free(struct vosp_live *net)
{
  free(net->owned);
  net->owned = NULL;
}

static void carve_state(struct carver *carver, struct vosp_state *state)
{
  const struct vosp_live *net = state->net;
  const size_t R = (size_t)net->rows;
  const size_t h = R * (size_t)net->config.hidden, g = R * (size_t)net->gates;
  const size_t m = R * (size_t)net->config.generator, k = R * (size_t)net->emission.units;
  for (int l = 0; l < net->levels; l++) {
    state->level[l].h = carve(carver, h);
    state->level[l].h_variance = carve(carver, h);
    state->level[l].recurrent = carve(carver, g);
    state->level[l].recurrent_variance = carve(carver, g);
  }
  state->z = carve(carver, R * (size_t)net->config.latent);
  state->generator = carve(carver, m);
  state->generator_variance = carve(carver, m);
  state->source = carve(carver, 3 * k);
  state->silent = carve(carver, k);
  state->work = carve(carver, vosp_live_work(net));
}

enum status vosp_state_new(struct vosp_state **out, const struct vosp_live *net)
{
  struct vosp_state *state = calloc(1, sizeof *state);
  if (state == NULL) {
    return STATUS_NO_MEMORY;
  }
  struct carver carver = {NULL, 0};
  state->net = net;
  carve_state(&carver, state);
  state->block =
    carver_allocate(&carver); /* cleared, so that each page is there before the live thread comes */
  if (state->block == NULL) {
    free(state);
    return STATUS_NO_MEMORY;
  }
  carve_state(&carver, state);
  vosp_live_ops.reset(state);
  *out = state;
  return STATUS_OK;
}

void vosp_state_free(struct vosp_state *state)
{
  if (state != NULL) {
    free(state->block);
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

static enum status check_live(const struct net_config *config, struct error *error)
{
  if (!vosp_live_fits(config)) {
    return error_set(
      error, STATUS_UNSUPPORTED,
      "only a model of kind emend.vosp without the nade emission can clean; `emend info` tells what a "
      "model is");
  }
  const struct cell_ops *cell = cell_find(config->cell);
  if (!cell->live) {
    return error_set(error, STATUS_UNSUPPORTED,
                     "a model with the cell '%s' cannot run live; use one with fast-dropout, tanh or gru",
                     cell->name);
  }
  return STATUS_OK;
}

/* Its gate, where the model has one, and a state for every channel. */
static enum status fill_cleaner(struct owned_cleaner *owned, const struct model *model, struct error *error)
{
  if (model_has_gate(model)) {
    owned->folded = malloc(gate_folded_size(&model->config) * sizeof *owned->folded);
    if (owned->folded == NULL) {
      return error_set(error, STATUS_NO_MEMORY, "not enough memory for the live gate");
    }
    gate_bind(&owned->gate, &model->config, &model->params, owned->folded);
    owned->cleaner.gate = &owned->gate;
  }
  for (int c = 0; c < CHANNELS; c++) {
    struct vosp_state *state = NULL;
    if (vosp_state_new(&state, &owned->net) != STATUS_OK) {
      return error_set(error, STATUS_NO_MEMORY, "not enough memory for the live model's states");
    }
    owned->cleaner.state[c] = state;
  }
  return STATUS_OK;
}

enum status model_cleaner_new(const struct model *model, struct cleaner **cleaner, struct error *error)
{
  *cleaner = NULL;
  enum status status = check_live(&model->config, error);
  if (status != STATUS_OK) {
    return status;
  }
  struct owned_cleaner *owned = calloc(1, sizeof *owned);
  if (owned == NULL || vosp_live_init(&owned->net, &model->config, &model->params) != STATUS_OK) {
    free(owned);
    return error_set(error, STATUS_NO_MEMORY, "not enough memory for the live model");
  }
  owned->cleaner.ops = &vosp_live_ops;
  owned->cleaner.frame = model->config.frame;
  owned->cleaner.owner = owned;
  status = fill_cleaner(owned, model, error);
  if (status != STATUS_OK) {
    model_cleaner_free(&owned->cleaner);
    return status;
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
