/* The products of the live step: no BLAS, nothing allocated.
 * Shapes: in (I), out (O); W (I, O) unless said. Live thread or offline. */
#ifndef EMEND_LIVE_LAYER_H
#define EMEND_LIVE_LAYER_H

#include <stddef.h>

#include "realtime.h"

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
/* How many floats live_layer_pack writes for a matrix of these sizes. */
size_t live_layer_packed_size(int in, int out);
/* Copy w (in, out) into the order in which live_layer_dense reads it, from first to last. Set-up thread. */
void live_layer_pack(int in, int out, const float *w, float *packed);
/* live_layer_add with packed weights, for inputs of which none is zero. */
EMEND_LIVE void live_layer_dense(const struct live_layer *layer, const float *in, const float *in_variance,
                                 float *out, float *out_variance);
/* A plain layer for many rows at once: out (rows, O) = bias + keep * in (rows, I) W. */
EMEND_LIVE void live_layer_rows(const struct live_layer *layer, int rows, const float *in, float *out);
/* out[o] = bias + keep * in W for one output; here W is (O, I). */
EMEND_LIVE float live_layer_output(const struct live_layer *layer, const float *in, int o);

#endif
