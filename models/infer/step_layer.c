/* SPDX-License-Identifier: MIT */
#include "step_layer.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "vectors.h"

enum { LANES = LIVE_LAYER_LANES, GROUP = LIVE_LAYER_GROUP, TERMS = 32, ROWS = 4 };

/* Eight floats at once, wherever they lie; the compiler knows how on any processor. */
typedef float lanes __attribute__((vector_size(32), aligned(4), may_alias));

/* Keeps the compiler from reading the value anew at each use: here loads are what is scarce. */
#if defined(__GNUC__) && defined(__AVX__)
#define IN_REGISTER(value) __asm__("" : "+x"(value))
#else
#define IN_REGISTER(value) (void)0
#endif

/* A few rows of W with their factors. Of the last group what is not filled is nothing of the first row. */
struct terms {
  int count;
  int row[TERMS];
  float factor[TERMS];
};

/* y (n) += GROUP rows from the terms' k-th on: so many streams from W, each read from first to last, which is
 * what caches like best. */
static inline void add_group(const struct terms *terms, int k, const float *w, size_t n, float *restrict y)
{
  const float *row[GROUP];
  const float *factor = terms->factor + k;
  for (int i = 0; i < GROUP; i++) {
    row[i] = w + (size_t)terms->row[k + i] * n;
  }
  size_t o = 0;
  for (; o + LANES <= n; o += LANES) {
    lanes a = *(const lanes *)(y + o) + factor[0] * *(const lanes *)(row[0] + o);
    lanes b = factor[1] * *(const lanes *)(row[1] + o);
    a += factor[2] * *(const lanes *)(row[2] + o);
    b += factor[3] * *(const lanes *)(row[3] + o);
    a += factor[4] * *(const lanes *)(row[4] + o);
    b += factor[5] * *(const lanes *)(row[5] + o);
    a += factor[6] * *(const lanes *)(row[6] + o);
    b += factor[7] * *(const lanes *)(row[7] + o);
    *(lanes *)(y + o) = a + b;
  }
  for (; o < n; o++) {
    for (int i = 0; i < GROUP; i++) {
      y[o] += factor[i] * row[i][o];
    }
  }
}

/* y += all terms, which are then gone. */
static void add_terms(struct terms *terms, const float *w, int out, float *y)
{
  for (int k = 0; k < terms->count; k += GROUP) {
    add_group(terms, k, w, (size_t)out, y);
  }
  *terms = (struct terms){.count = 0};
}

/* How many of the inputs from `first` on are zero, in pairs: most of a view is silence. */
static inline int silent(const float *in, int first, int count)
{
  int i = first;
  for (uint64_t pair; i + 2 <= count; i += 2) {
    memcpy(&pair, in + i, sizeof pair);
    if (pair != 0) {
      break;
    }
  }
  return i - first;
}

static inline void take_term(struct terms *terms, int row, float factor, const float *w, int out, float *y)
{
  if (factor == 0) {
    return;
  }
  terms->row[terms->count] = row;
  terms->factor[terms->count++] = factor;
  if (terms->count == TERMS) {
    add_terms(terms, w, out, y);
  }
}

EMEND_LIVE void step_layer_start(const struct step_layer *layer, float *out, float *out_variance)
{
  if (layer->b != NULL) {
    memcpy(out, layer->b, (size_t)layer->out * sizeof *out);
  } else {
    memset(out, 0, (size_t)layer->out * sizeof *out);
  }
  if (layer->w2 != NULL && out_variance != NULL) {
    memset(out_variance, 0, (size_t)layer->out * sizeof *out_variance);
  }
}

EMEND_LIVE void step_layer_add(const struct step_layer *layer, const float *in, const float *in_variance,
                               float *out, float *out_variance)
{
  const float k = layer->keep;
  struct terms terms = {.count = 0};
  for (int i = silent(in, 0, layer->in); i < layer->in; i++, i += silent(in, i, layer->in)) {
    take_term(&terms, i, k * in[i], layer->w, layer->out, out);
  }
  add_terms(&terms, layer->w, layer->out, out);
  if (layer->w2 == NULL || out_variance == NULL) {
    return;
  }
  for (int i = 0; i < layer->in; i++) {
    const float variance = k * (1 - k) * in[i] * in[i] + (in_variance != NULL ? k * in_variance[i] : 0);
    take_term(&terms, i, variance, layer->w2, layer->out, out_variance);
  }
  add_terms(&terms, layer->w2, layer->out, out_variance);
}

/* Not returned: without AVX there is no such way for a vector. */
static inline void group_sum(const float *factor, const lanes *rows, lanes *sum)
{
  lanes a = factor[0] * rows[0];
  lanes b = factor[1] * rows[1];
  a += factor[2] * rows[2];
  b += factor[3] * rows[3];
  a += factor[4] * rows[4];
  b += factor[5] * rows[5];
  a += factor[6] * rows[6];
  b += factor[7] * rows[7];
  *sum = a + b;
}

/* y (out) += one group's rows. Returns where the next group stands. */
static const float *add_packed(const float *packed, const float factor[GROUP], int out, float *restrict y)
{
  lanes sum;
  int o = 0;
  for (; o + LANES <= out; o += LANES, packed += GROUP * LANES) {
    group_sum(factor, (const lanes *)packed, &sum);
    *(lanes *)(y + o) += sum;
  }
  if (o < out) {
    group_sum(factor, (const lanes *)packed, &sum);
    for (int i = 0; o + i < out; i++) {
      y[o + i] += sum[i];
    }
    packed += GROUP * LANES;
  }
  return packed;
}

EMEND_LIVE void step_layer_dense(const struct step_layer *layer, const float *in, const float *in_variance,
                                 float *out, float *out_variance)
{
  const float k = layer->keep;
  const bool moments = layer->packed2 != NULL && out_variance != NULL;
  const float *means = layer->packed;
  const float *squares = layer->packed2;
  for (int first = 0; first < layer->in; first += GROUP) {
    float factor[GROUP] = {0};
    float spread[GROUP] = {0};
    for (int i = 0; i < GROUP && first + i < layer->in; i++) {
      const float x = in[first + i];
      factor[i] = k * x;
      spread[i] = k * (1 - k) * x * x + (in_variance != NULL ? k * in_variance[first + i] : 0);
    }
    means = add_packed(means, factor, layer->out, out);
    if (moments) {
      squares = add_packed(squares, spread, layer->out, out_variance);
    }
  }
}

/* ROWS rows by two lanes of outputs: the sums stay in registers while the inputs go by. */
static inline void tile(const struct step_layer *layer, const float *in, size_t o, float *out)
{
  const size_t inputs = (size_t)layer->in;
  const size_t O = (size_t)layer->out;
  lanes sums[ROWS][2];
  for (int r = 0; r < ROWS; r++) {
    sums[r][0] = (lanes){0};
    sums[r][1] = (lanes){0};
  }
  for (size_t i = 0; i < inputs; i++) {
    lanes w0 = *(const lanes *)(layer->w + i * O + o);
    lanes w1 = *(const lanes *)(layer->w + i * O + o + LANES);
    IN_REGISTER(w0);
    IN_REGISTER(w1);
#pragma GCC unroll 4
    for (int r = 0; r < ROWS; r++) {
      const float x = in[(size_t)r * inputs + i];
      sums[r][0] += x * w0;
      sums[r][1] += x * w1;
    }
  }
  for (size_t r = 0; r < ROWS; r++) {
    *(lanes *)(out + r * O + o) += layer->keep * sums[r][0];
    *(lanes *)(out + r * O + o + LANES) += layer->keep * sums[r][1];
  }
}

/* What is too narrow for a tile. */
static void narrow(const struct step_layer *layer, const float *in, size_t first, float *out)
{
  const size_t O = (size_t)layer->out;
  for (size_t o = first; o < O; o++) {
    float sum = 0;
    for (size_t i = 0; i < (size_t)layer->in; i++) {
      sum += in[i] * layer->w[i * O + o];
    }
    out[o] += layer->keep * sum;
  }
}

EMEND_LIVE void step_layer_rows(const struct step_layer *layer, int rows, const float *in, float *out)
{
  const size_t inputs = (size_t)layer->in;
  const size_t O = (size_t)layer->out;
  for (int r = 0; r < rows; r++) {
    step_layer_start(layer, out + (size_t)r * O, NULL);
  }
  int row = 0;
  for (; row + ROWS <= rows; row += ROWS, in += ROWS * inputs, out += ROWS * O) {
    size_t o = 0;
    for (; o + 2 * LANES <= O; o += 2 * LANES) {
      tile(layer, in, o, out);
    }
    for (size_t r = 0; r < ROWS && o < O; r++) {
      narrow(layer, in + r * inputs, o, out + r * O);
    }
  }
  for (; row < rows; row++, in += inputs, out += O) {
    step_layer_add(layer, in, NULL, out, NULL);
  }
}

EMEND_LIVE float step_layer_output(const struct step_layer *layer, const float *in, int o)
{
  const size_t inputs = (size_t)layer->in;
  return layer->b[o] + layer->keep * dot(inputs, in, layer->w + (size_t)o * inputs);
}
