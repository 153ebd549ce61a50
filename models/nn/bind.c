/* SPDX-License-Identifier: MIT */
#include "bind.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

static size_t part_of(const struct params *params, const char *name, bool *found)
{
  const struct param *param = name != NULL ? params_find(params, name) : NULL;
  *found = param != NULL;
  return param != NULL ? param->offset : 0;
}

static const real *weights_of(const struct params *params, const real *weights, const char *name)
{
  bool found = false;
  const size_t offset = part_of(params, name, &found);
  return found ? weights + offset : NULL;
}

static real *gradient_of(const struct params *params, real *grad, const char *name)
{
  bool found = false;
  const size_t offset = part_of(params, name, &found);
  return found ? grad + offset : NULL;
}

static size_t weight_count(const struct linear *layer)
{
  return (size_t)layer->in * (size_t)layer->out;
}

size_t bind_sizes(const struct layer_names *names, int count, const struct params *params,
                  struct linear *const *layers)
{
  size_t size = 0;
  for (int i = 0; i < count; i++) {
    const struct param *param = params_find(params, names[i].w);
    layers[i]->in = param != NULL ? param->rows : 0;
    layers[i]->out = param != NULL ? param->cols : 0;
    size += weight_count(layers[i]);
  }
  return size;
}

void bind_weights(const struct layer_names *names, int count, const struct params *params, const real *weights,
                  real *squares, struct linear *const *layers)
{
  const real *keep = weights_of(params, weights, "keep");
  for (int i = 0; i < count; i++) {
    layers[i]->w = weights_of(params, weights, names[i].w);
    layers[i]->b = weights_of(params, weights, names[i].b);
    layers[i]->keep = keep != NULL ? (real)(1 / (1 + exp(-(double)keep[names[i].keep]))) : 1;
    layers[i]->w2 = squares;
    if (squares != NULL) {
      linear_square(layers[i], squares);
      squares += weight_count(layers[i]);
    }
  }
}

void bind_gradients(const struct layer_names *names, int count, const struct params *params,
                    const struct linear *const *layers, real *grad, real *to_squares, real *keep,
                    struct linear_grad *const *grads)
{
  memset(keep, 0, KEEP_COUNT * sizeof *keep);
  for (int i = 0; i < count; i++) {
    *grads[i] = (struct linear_grad){
      .w = gradient_of(params, grad, names[i].w),
      .b = gradient_of(params, grad, names[i].b),
    };
    if (layers[i]->w2 != NULL) {
      grads[i]->w2 = to_squares;
      memset(to_squares, 0, weight_count(layers[i]) * sizeof *to_squares);
      to_squares += weight_count(layers[i]);
      grads[i]->keep = names[i].keep != KEEP_GENERATOR ? &keep[names[i].keep] : NULL;
    }
  }
}

void bind_fold(const struct layer_names *names, int count, const struct params *params,
               const struct linear *const *layers, real *grad, const real *keep,
               struct linear_grad *const *grads)
{
  real *to_keep = gradient_of(params, grad, "keep");
  bool done[KEEP_COUNT] = {[KEEP_GENERATOR] = true};
  for (int i = 0; i < count; i++) {
    linear_fold(layers[i], grads[i]);
    const enum net_keep which = names[i].keep;
    if (to_keep != NULL && !done[which]) {
      const real k = layers[i]->keep;
      to_keep[which] += keep[which] * k * (1 - k);
      done[which] = true;
    }
  }
}
