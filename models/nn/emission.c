/* SPDX-License-Identifier: MIT */
#include "emission.h"

#include "view.h"

static void init(const struct params *params, struct rng *rng)
{
  (void)params, (void)rng;
}

static size_t nothing(const struct emission_net *net, int frames)
{
  (void)net, (void)frames;
  return 0;
}

static void forward(const struct emission_run *run)
{
  (void)run;
}

static void backward(const struct emission_run *run, const real *to_logits, struct linear_grad *grads,
                     real *const to_source[EMISSION_SOURCES])
{
  (void)run, (void)to_logits, (void)grads, (void)to_source;
}

static void choose(const struct emission_run *run)
{
  const size_t count = (size_t)run->frames * (size_t)run->net->rows * (size_t)run->net->outputs;
  for (size_t i = 0; i < count; i++) {
    run->target[i] = run->logits[i] > 0;
  }
}

static const struct emission_ops emission_bernoulli = {NULL,    0,       init,     nothing,
                                                       nothing, forward, backward, choose};

const struct emission_ops *emission_find(enum net_emission emission)
{
  static const struct emission_ops *const emissions[NET_EMISSION_COUNT] = {
    [EMISSION_BERNOULLI] = &emission_bernoulli,
    [EMISSION_NADE] = &emission_nade,
    [EMISSION_PITCH] = &emission_pitch,
  };
  return emissions[emission];
}

void emission_init(const struct net_config *config, const struct params *params, struct rng *rng)
{
  emission_find(config->emission)->init(params, rng);
}

static void layers_of(struct emission_net *net, struct linear *layers[EMISSION_LAYERS_MAX])
{
  for (int i = 0; i < EMISSION_LAYERS_MAX; i++) {
    layers[i] = &net->layers[i];
  }
}

void emission_bind(struct emission_net *net, const struct net_config *config, const struct params *params,
                   const real *weights)
{
  const struct emission_ops *ops = emission_find(config->emission);
  *net = (struct emission_net){
    .ops = ops,
    .rows = view_rows(config),
    .outputs = view_outputs(config),
    .sources = emission_sources(config),
    .source_units = emission_source_units(config),
    .units = config->emission_units,
  };
  struct linear *layers[EMISSION_LAYERS_MAX];
  layers_of(net, layers);
  (void)bind_sizes(ops->layers, ops->layer_count, params, layers);
  bind_weights(ops->layers, ops->layer_count, params, weights, NULL, layers);
  for (int i = 0; i < ops->layer_count; i++) {
    net->layers[i].keep = 1; /* plain, whatever the rest is */
  }
}

void emission_gradients(const struct emission_net *net, const struct params *params, real *grad,
                        struct linear_grad grads[EMISSION_LAYERS_MAX])
{
  const struct linear *layers[EMISSION_LAYERS_MAX];
  struct linear_grad *to[EMISSION_LAYERS_MAX];
  real keep[KEEP_COUNT];
  for (int i = 0; i < net->ops->layer_count; i++) {
    layers[i] = &net->layers[i];
    to[i] = &grads[i];
  }
  bind_gradients(net->ops->layers, net->ops->layer_count, params, layers, grad, NULL, keep, to);
}
