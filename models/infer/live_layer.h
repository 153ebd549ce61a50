/* SPDX-License-Identifier: MIT */
/* The products of the live step: no BLAS, nothing allocated.
 * Shapes: in (I), out (O); W (I, O) unless said. Live thread or offline. */
#ifndef EMEND_LIVE_LAYER_H
#define EMEND_LIVE_LAYER_H

#include <stddef.h>

#include "params.h"
#include "rt.h"

/* What packed weights are made of: so many rows by so many outputs, zeros where there are none. */
enum { LIVE_LAYER_GROUP = 8, LIVE_LAYER_LANES = 8 };

/* A layer for one row: out += keep * in W, variances by the squares. W is (I, O). */
struct live_layer {
  int in, out;
  const float *w, *w2, *b; /* w2 NULL: plain; b may be NULL */
  float keep;
  const float *packed, *packed2; /* w and w2 in the order in which live_layer_dense reads them, or NULL */
};

/* out = the bias, variances 0. */
EMEND_LIVE void live_layer_start(const struct live_layer *layer, float *out, float *out_variance);
/* out += keep * in W, variances by the squares. Of W only the rows of inputs that are not zero are read. A
 * plain layer, or out_variance NULL: no variances. */
EMEND_LIVE void live_layer_add(const struct live_layer *layer, const float *in, const float *in_variance,
                               float *out, float *out_variance);
/* live_layer_add with packed weights, for inputs of which none is zero. */
EMEND_LIVE void live_layer_dense(const struct live_layer *layer, const float *in, const float *in_variance,
                                 float *out, float *out_variance);
/* A plain layer for many rows at once: out (rows, O) = bias + keep * in (rows, I) W. */
EMEND_LIVE void live_layer_rows(const struct live_layer *layer, int rows, const float *in, float *out);
/* out[o] = bias + keep * in W for one output; here W is (O, I). */
EMEND_LIVE float live_layer_output(const struct live_layer *layer, const float *in, int o);

/* Set-up thread, in live_layer_setup.c. A layer of the tensors of these names, b NULL: without a bias; the
 * weights stay the owner's of `params`. */
struct live_layer live_layer_of(const struct params *params, const char *w, const char *b, float keep);
/* Give the layer its squares (I O floats), its weights as (O, I) instead (I O), or packed copies of its weights
 * and, if it has them, squares (live_layer_packed_size each). Written at `to`; return the end of it. */
float *live_layer_store_squares(struct live_layer *layer, float *to);
float *live_layer_store_transpose(struct live_layer *layer, float *to);
float *live_layer_store_packed(struct live_layer *layer, float *to);
size_t live_layer_packed_size(int in, int out);

#endif
