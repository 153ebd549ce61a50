/* SPDX-License-Identifier: MIT */
#include "linear.h"

#include <stddef.h>
#include <string.h>

#include "gemm.h"
#include "vectors.h"

void linear_square(const struct linear *layer, real *w2)
{
  const size_t n = (size_t)layer->in * (size_t)layer->out;
  for (size_t i = 0; i < n; i++) {
    w2[i] = layer->w[i] * layer->w[i];
  }
}

/* The variance of the input after dropout: k v + k (1 - k) m^2. */
static void dropped_variance(const struct linear *layer, size_t n, struct moments in, real *out)
{
  const real k = layer->keep;
  const real spread = k * (1 - k);
  if (in.v == NULL) {
    for (size_t i = 0; i < n; i++) {
      out[i] = spread * in.m[i] * in.m[i];
    }
    return;
  }
  for (size_t i = 0; i < n; i++) {
    out[i] = spread * in.m[i] * in.m[i] + k * in.v[i];
  }
}

/* out (N, O) += alpha * in (N, I) W, skipping zeros of `in`. */
static void sparse_product(const struct linear *layer, int rows, real alpha, const real *in, const real *w,
                           real *out)
{
  for (int n = 0; n < rows; n++) {
    const real *x = in + (size_t)n * (size_t)layer->in;
    real *y = out + (size_t)n * (size_t)layer->out;
    for (int i = 0; i < layer->in; i++) {
      const real by = alpha * x[i];
      const real *row = w + (size_t)i * (size_t)layer->out;
      for (int o = 0; by != 0 && o < layer->out; o++) {
        y[o] += by * row[o];
      }
    }
  }
}

/* w (I, O) += alpha * in' grad, skipping zeros of `in`. */
static void sparse_weights(const struct linear *layer, int rows, real alpha, const real *in, const real *grad,
                           real *w)
{
  for (int n = 0; n < rows; n++) {
    const real *x = in + (size_t)n * (size_t)layer->in;
    const real *y = grad + (size_t)n * (size_t)layer->out;
    for (int i = 0; i < layer->in; i++) {
      const real by = alpha * x[i];
      real *row = w + (size_t)i * (size_t)layer->out;
      for (int o = 0; by != 0 && o < layer->out; o++) {
        row[o] += by * y[o];
      }
    }
  }
}

static void product(const struct linear *layer, int rows, real alpha, const real *in, const real *w, real beta,
                    real *out)
{
  if (!layer->sparse) {
    gemm(rows, layer->out, layer->in, alpha, in, w, beta, out);
    return;
  }
  if (beta == 0) {
    memset(out, 0, (size_t)rows * (size_t)layer->out * sizeof *out);
  }
  sparse_product(layer, rows, alpha, in, w, out);
}

static void weights_product(const struct linear *layer, int rows, real alpha, const real *in, const real *grad,
                            real *w)
{
  if (layer->sparse) {
    sparse_weights(layer, rows, alpha, in, grad, w);
  } else {
    gemm_at(layer->in, layer->out, rows, alpha, in, grad, 1, w);
  }
}

void linear_forward(const struct linear *layer, int rows, struct moments in, bool accumulate, real *scratch,
                    struct moments out)
{
  if (layer->w == NULL) {
    return;
  }
  real beta = accumulate ? 1 : 0;
  if (!accumulate && layer->b != NULL) {
    for (int n = 0; n < rows; n++) {
      memcpy(out.m + (size_t)n * (size_t)layer->out, layer->b, (size_t)layer->out * sizeof(real));
    }
    beta = 1;
  }
  product(layer, rows, layer->keep, in.m, layer->w, beta, out.m);
  if (layer->w2 != NULL) {
    dropped_variance(layer, (size_t)rows * (size_t)layer->in, in, scratch);
    product(layer, rows, 1, scratch, layer->w2, accumulate ? 1 : 0, out.v);
  }
}

/* The keep probability's gradient alone, of inputs without variance that are mostly zero: those add nothing. */
static double sparse_keep(const struct linear *layer, int rows, const real *in, struct moments grad_out)
{
  const size_t inputs = (size_t)layer->in;
  const size_t outputs = (size_t)layer->out;
  const real k = layer->keep;
  double sum = 0;
  for (size_t n = 0; n < (size_t)rows; n++) {
    for (size_t i = 0; i < inputs; i++) {
      const real x = in[n * inputs + i];
      if (x != 0) {
        sum += (double)(x * dot(outputs, grad_out.m + n * outputs, layer->w + i * outputs));
        sum += (double)((1 - 2 * k) * x * x * dot(outputs, grad_out.v + n * outputs, layer->w2 + i * outputs));
      }
    }
  }
  return sum;
}

/* From the gradient with respect to the input's mean as the products have it. Returns the keep probability's.
 */
static real through_mean(size_t n, real k, const real *in, const real *by_mean, bool accumulate, real *grad_in)
{
  if (grad_in == NULL) {
    return dot(n, in, by_mean);
  }
  real to_keep = 0;
  if (!accumulate) {
    memset(grad_in, 0, n * sizeof *grad_in);
  }
#pragma omp simd reduction(+ : to_keep)
  for (size_t i = 0; i < n; i++) {
    to_keep += in[i] * by_mean[i];
    grad_in[i] += k * by_mean[i];
  }
  return to_keep;
}

/* Likewise from that with respect to the variance, which comes from the input's mean and variance. */
static real through_variance(size_t n, real k, struct moments in, const real *by_variance, bool accumulate,
                             struct moments grad_in)
{
  real to_keep = 0;
#pragma omp simd reduction(+ : to_keep)
  for (size_t i = 0; i < n; i++) {
    to_keep += (1 - 2 * k) * in.m[i] * in.m[i] * by_variance[i];
  }
  for (size_t i = 0; grad_in.m != NULL && i < n; i++) {
    grad_in.m[i] += 2 * k * (1 - k) * in.m[i] * by_variance[i];
  }
  if (in.v != NULL) {
    to_keep += dot(n, in.v, by_variance);
  }
  if (grad_in.v != NULL && !accumulate) {
    memset(grad_in.v, 0, n * sizeof *grad_in.v);
  }
  for (size_t i = 0; grad_in.v != NULL && i < n; i++) {
    grad_in.v[i] += k * by_variance[i];
  }
  return to_keep;
}

void linear_backward_input(const struct linear *layer, const struct linear_grad *grad, int rows,
                           struct moments in, struct moments grad_out, bool accumulate, real *scratch,
                           struct moments grad_in)
{
  if (layer->w == NULL) {
    return;
  }
  const size_t n = (size_t)rows * (size_t)layer->in;
  const real k = layer->keep;
  if (layer->w2 == NULL) {
    gemm_bt(rows, layer->in, layer->out, k, grad_out.m, layer->w, accumulate ? 1 : 0, grad_in.m);
    return;
  }
  real to_keep = 0;
  if (layer->sparse && grad_in.m == NULL && in.v == NULL) {
    to_keep = (real)sparse_keep(layer, rows, in.m, grad_out);
  } else {
    gemm_bt(rows, layer->in, layer->out, 1, grad_out.m, layer->w, 0, scratch);
    to_keep = through_mean(n, k, in.m, scratch, accumulate, grad_in.m);
    gemm_bt(rows, layer->in, layer->out, 1, grad_out.v, layer->w2, 0, scratch);
    to_keep += through_variance(n, k, in, scratch, accumulate, grad_in);
  }
  if (grad->keep != NULL) {
    *grad->keep += to_keep;
  }
}

void linear_backward_weights(const struct linear *layer, const struct linear_grad *grad, int rows,
                             struct moments in, struct moments grad_out, real *scratch)
{
  if (layer->w == NULL) {
    return;
  }
  weights_product(layer, rows, layer->keep, in.m, grad_out.m, grad->w);
  if (grad->b != NULL) {
    for (int n = 0; n < rows; n++) {
      const real *row = grad_out.m + (size_t)n * (size_t)layer->out;
      for (int o = 0; o < layer->out; o++) {
        grad->b[o] += row[o];
      }
    }
  }
  if (layer->w2 != NULL) {
    dropped_variance(layer, (size_t)rows * (size_t)layer->in, in, scratch);
    weights_product(layer, rows, 1, scratch, grad_out.v, grad->w2);
  }
}

void linear_fold(const struct linear *layer, const struct linear_grad *grad)
{
  if (layer->w2 == NULL) {
    return;
  }
  const size_t n = (size_t)layer->in * (size_t)layer->out;
  for (size_t i = 0; i < n; i++) {
    grad->w[i] += 2 * layer->w[i] * grad->w2[i];
  }
}
