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
struct step_layer {
  int in, out;
  const float *w, *w2, *b; /* w2 NULL: plain; b may be NULL */
  float keep;
  const float *packed, *packed2; /* w and w2 in the order in which step_layer_dense reads them, or NULL */
};

/* out = the bias, variances 0. */
EMEND_LIVE void step_layer_start(const struct step_layer *layer, float *out, float *out_variance);
/* out += keep * in W, variances by the squares. Of W only the rows of inputs that are not zero are read. A
 * plain layer, or out_variance NULL: no variances. */
EMEND_LIVE void step_layer_add(const struct step_layer *layer, const float *in, const float *in_variance,
                               float *out, float *out_variance);
/* step_layer_add with packed weights, for inputs of which none is zero. */
EMEND_LIVE void step_layer_dense(const struct step_layer *layer, const float *in, const float *in_variance,
                                 float *out, float *out_variance);
/* A plain layer for many rows at once: out (rows, O) = bias + keep * in (rows, I) W. */
EMEND_LIVE void step_layer_rows(const struct step_layer *layer, int rows, const float *in, float *out);
/* out[o] = bias + keep * in W for one output; here W is (O, I). */
EMEND_LIVE float step_layer_output(const struct step_layer *layer, const float *in, int o);

/* Set-up thread, in step_layer_setup.c. A layer of the tensors of these names, b NULL: without a bias; the
 * weights stay the owner's of `params`. */
struct step_layer step_layer_of(const struct params *params, const char *w, const char *b, float keep);
/* Give the layer its squares (I O floats), its weights as (O, I) instead (I O), or packed copies of its weights
 * and, if it has them, squares (step_layer_packed_size each). Written at `to`; return the end of it. */
float *step_layer_store_squares(struct step_layer *layer, float *to);
float *step_layer_store_transpose(struct step_layer *layer, float *to);
float *step_layer_store_packed(struct step_layer *layer, float *to);
size_t step_layer_packed_size(int in, int out);

#endif
