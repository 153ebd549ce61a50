/* SPDX-License-Identifier: MIT */
/* Layers of the live step, and copies of their weights in the orders in which it reads them. */
#include <math.h>
#include <stdlib.h>

#include "carve.h"
#include "pitch_rows.h"
#include "step_emission.h"
#include "step_layer.h"
#include "vosp_step.h"

enum { LANES = LIVE_LAYER_LANES, GROUP = LIVE_LAYER_GROUP };

struct step_layer step_layer_of(const struct params *params, const char *w, const char *b, float keep)
{
  const struct param *param = params_find(params, w);
  return (struct step_layer){
    .in = param->rows,
    .out = param->cols,
    .w = params_get(params, w),
    .b = b != NULL ? params_get(params, b) : NULL,
    .keep = keep,
  };
}

float *step_layer_store_squares(struct step_layer *layer, float *to)
{
  const size_t n = (size_t)layer->in * (size_t)layer->out;
  for (size_t i = 0; i < n; i++) {
    to[i] = layer->w[i] * layer->w[i];
  }
  layer->w2 = to;
  return to + n;
}

float *step_layer_store_transpose(struct step_layer *layer, float *to)
{
  const size_t I = (size_t)layer->in, O = (size_t)layer->out;
  const float *from = layer->w;
  layer->w = to;
  for (size_t o = 0; o < O; o++) {
    for (size_t i = 0; i < I; i++) {
      *to++ = from[i * O + o];
    }
  }
  return to;
}

size_t step_layer_packed_size(int in, int out)
{
  const size_t groups = ((size_t)in + GROUP - 1) / GROUP;
  const size_t columns = ((size_t)out + LANES - 1) / LANES;
  return groups * columns * GROUP * LANES;
}

/* Groups of GROUP rows; in a group, lanes of outputs one after another; in a lane, the group's rows. Rows and
 * outputs that W does not have are zero. */
static float *pack(const struct step_layer *layer, const float *w, float *to)
{
  const int I = layer->in, O = layer->out;
  for (int group = 0; group < I; group += GROUP) {
    for (int column = 0; column < O; column += LANES) {
      for (int k = group; k < group + GROUP; k++) {
        for (int o = column; o < column + LANES; o++) {
          *to++ = k < I && o < O ? w[(size_t)k * (size_t)O + (size_t)o] : 0;
        }
      }
    }
  }
  return to;
}

float *step_layer_store_packed(struct step_layer *layer, float *to)
{
  layer->packed = to;
  to = pack(layer, layer->w, to);
  if (layer->w2 != NULL) {
    layer->packed2 = to;
    to = pack(layer, layer->w2, to);
  }
  return to;
}

/* The live emission's layers, made once: transposed, packed, and what a note adds at each distance. */

static int wide(const struct net_config *config)
{
  return 3 * config->emission_units;
}

size_t step_emission_size(const struct net_config *config, const struct params *params)
{
  if (config->emission != EMISSION_PITCH) {
    return 0;
  }
  const int G = wide(config), V = config->frame.values, K = config->emission_units;
  return step_layer_packed_size(params_find(params, "emission.c")->rows, G) + step_layer_packed_size(K, G) +
         (size_t)PITCH_DISTANCES * (size_t)G + (size_t)(V * K);
}

void step_emission_init(struct step_emission *net, const struct net_config *config, const struct params *params,
                        float *owned)
{
  *net = (struct step_emission){.values = config->frame.values};
  if (config->emission != EMISSION_PITCH) {
    return;
  }
  const int G = wide(config), V = config->frame.values, K = config->emission_units;
  net->units = K;
  net->source = step_layer_of(params, "emission.c", "emission.c0", 1);
  net->recurrent = step_layer_of(params, "emission.recurrent.w", "emission.recurrent.b", 1);
  owned = step_layer_store_packed(&net->source, owned);
  owned = step_layer_store_packed(&net->recurrent, owned);
  net->beside = params_get(params, "emission.below");
  pitch_rows((size_t)G, net->beside + V * G, owned);
  net->below = owned;
  owned += PITCH_DISTANCES * G;
  struct step_layer visible = step_layer_of(params, "emission.v", NULL, 1);
  step_layer_store_transpose(&visible, owned);
  net->visible = visible.w;
}

/* Set-up of the live step: squares, transposes, states and the cleaner that the engine is given. */

/* Layers that read h of one row at a time. */
static int dense_layers(struct vosp_step *net, struct step_layer *layers[2 * NET_LEVELS_MAX])
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

static float *store_dense(struct vosp_step *net, float *next)
{
  struct step_layer *layers[2 * NET_LEVELS_MAX];
  const int count = dense_layers(net, layers);
  for (int i = 0; i < count; i++) {
    next = step_layer_store_packed(layers[i], next);
  }
  return next;
}

/* Squares of all layers but the head, transposes of two with the squares of one, and packed copies. */
static size_t owned_size(struct vosp_step *net, const struct params *params)
{
  size_t size = 3 * params->size + step_emission_size(&net->config, params);
  struct step_layer *layers[2 * NET_LEVELS_MAX];
  const int count = dense_layers(net, layers);
  for (int i = 0; i < count; i++) {
    size += 2 * step_layer_packed_size(layers[i]->in, layers[i]->out);
  }
  return size;
}

/* The tensors of the upper level have the names of the lower one's with "upper." before them. */
static void bind_levels(struct vosp_step *net, const struct params *params, const float keep[KEEP_COUNT])
{
  const bool biased = cell_facts(net->config.cell)->recurrent_bias;
  net->level[0].input = step_layer_of(params, "input.w", "input.b", keep[KEEP_INPUT]);
  net->level[0].recurrent =
    step_layer_of(params, "recurrent.w", biased ? "recurrent.b" : NULL, keep[KEEP_RECURRENT]);
  if (net->levels > 1) {
    net->level[1].input = step_layer_of(params, "upper.input.w", "upper.input.b", keep[KEEP_HEAD]);
    net->level[1].recurrent =
      step_layer_of(params, "upper.recurrent.w", biased ? "upper.recurrent.b" : NULL, keep[KEEP_RECURRENT]);
  }
}

static void bind(struct vosp_step *net, const struct net_config *config, const struct params *params)
{
  const struct cell_facts *cell = cell_facts(config->cell);
  const float *logits = params_get(params, "keep");
  float keep[KEEP_COUNT] = {1, 1, 1, 1};
  for (int i = 0; i < KEEP_COUNT && logits != NULL; i++) {
    keep[i] = 1 / (1 + expf(-logits[i]));
  }
  *net = (struct vosp_step){
    .config = *config,
    .rows = view_rows(config),
    .inputs = view_inputs(config),
    .outputs = view_outputs(config),
    .gates = cell->gates * config->hidden,
    .levels = config->layers > 1 ? config->layers : 1,
    .moments = cell->moments,
    .gated = cell->gates > 1,
    .head = step_layer_of(params, "head.w", "head.b", keep[KEEP_HEAD]),
    .generator_h = step_layer_of(params, "generator.h", "generator.b", keep[KEEP_GENERATOR]),
    .generator_z = step_layer_of(params, "generator.z", NULL, keep[KEEP_GENERATOR]),
    .out = step_layer_of(params, "out.w", "out.b", keep[KEEP_GENERATOR]),
  };
  bind_levels(net, params, keep);
}

static float *store_moments(struct vosp_step *net, float *next)
{
  for (int l = 0; l < net->levels; l++) {
    next = step_layer_store_squares(&net->level[l].input, next);
    next = step_layer_store_squares(&net->level[l].recurrent, next);
  }
  next = step_layer_store_squares(&net->generator_h, next);
  next = step_layer_store_squares(&net->generator_z, next);
  return step_layer_store_squares(&net->out, next);
}

enum status vosp_step_init(struct vosp_step *net, const struct net_config *config, const struct params *params)
{
  bind(net, config, params);
  net->owned = calloc(owned_size(net, params), sizeof *net->owned);
  if (net->owned == NULL) {
    return STATUS_NO_MEMORY;
  }
  float *next = net->owned;
  next = step_layer_store_transpose(&net->out, next);
  next = step_layer_store_transpose(&net->head, next);
  if (net->moments) {
    next = store_moments(net, next);
  }
  next = store_dense(net, next);
  step_emission_init(&net->emission, config, params, next);
  return STATUS_OK;
}

void vosp_step_free(struct vosp_step *net)
{
  free(net->owned);
  net->owned = NULL;
}

static void carve_state(struct carver *carver, struct vosp_state *state)
{
  const struct vosp_step *net = state->net;
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
  state->work = carve(carver, vosp_step_work(net));
}

enum status vosp_state_new(struct vosp_state **out, const struct vosp_step *net)
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
  vosp_step_ops.reset(state);
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
