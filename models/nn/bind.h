/* SPDX-License-Identifier: MIT */
/* A network's layers, bound to the tensors that hold their weights and their gradients. A network names its
 * layers in a table; arrays `layers` and `grads` below are in the table's order. Any thread; never allocate. */
#ifndef EMEND_BIND_H
#define EMEND_BIND_H

#include "linear.h"
#include "shapes.h"

struct layer_names {
  const char *w, *b; /* tensors; b is NULL for a layer that never has a bias */
  enum net_keep keep;
};

/* Take the layers' sizes from the layout; one without tensors is absent (linear.h). Returns how many weights
 * they have. */
size_t bind_sizes(const struct layer_names *names, int count, const struct params *params,
                  struct linear *const *layers);

/* Point the layers at `weights` (laid out as `params` says) and at their squares, which are filled (squares may
 * be NULL: plain layers). */
void bind_weights(const struct layer_names *names, int count, const struct params *params, const real *weights,
                  real *squares, struct linear *const *layers);

/* Point the layers' gradients into `grad`, those of their squares into `to_squares` (zeroed here) and those of
 * the trained keep probabilities into keep (KEEP_COUNT). */
void bind_gradients(const struct layer_names *names, int count, const struct params *params,
                    const struct linear *const *layers, real *grad, real *to_squares, real *keep,
                    struct linear_grad *const *grads);

/* After backward: the squares' gradients into the weights', the keep probabilities' into their logits'. */
void bind_fold(const struct layer_names *names, int count, const struct params *params,
               const struct linear *const *layers, real *grad, const real *keep,
               struct linear_grad *const *grads);

#endif
