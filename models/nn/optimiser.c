/* SPDX-License-Identifier: MIT */
#include "optimiser.h"

#include <math.h>
#include <stdlib.h>

enum status optimiser_init(struct optimiser *optimiser, size_t size)
{
  optimiser->size = size;
  optimiser->steps = 0;
  optimiser->first = calloc(size, sizeof *optimiser->first);
  optimiser->second = calloc(size, sizeof *optimiser->second);
  if (optimiser->first == NULL || optimiser->second == NULL) {
    optimiser_free(optimiser);
    return STATUS_NO_MEMORY;
  }
  return STATUS_OK;
}

void optimiser_free(struct optimiser *optimiser)
{
  free(optimiser->first);
  free(optimiser->second);
  optimiser->first = NULL;
  optimiser->second = NULL;
}

static void adam(struct optimiser *optimiser, const float *grad, float *weights)
{
  const double steps = (double)optimiser->steps;
  const float rate = (float)(optimiser->rate * sqrt(1 - pow(0.999, steps)) / (1 - pow(0.9, steps)));
  for (size_t i = 0; i < optimiser->size; i++) {
    const float g = grad[i];
    optimiser->first[i] += 0.1f * (g - optimiser->first[i]);
    optimiser->second[i] += 0.001f * (g * g - optimiser->second[i]);
    weights[i] -= rate * optimiser->first[i] / (sqrtf(optimiser->second[i]) + 1e-8f);
  }
}

/* The weights held are the ones looked ahead to, where the gradient is taken: the classical pair of
 * half steps becomes one update of velocity and weights. */
static void rmsprop(struct optimiser *optimiser, const float *grad, float *weights)
{
  const float rate = (float)optimiser->rate;
  const float momentum = (float)optimiser->momentum;
  const float decay = (float)optimiser->decay;
  for (size_t i = 0; i < optimiser->size; i++) {
    const float g = grad[i];
    optimiser->second[i] = decay * optimiser->second[i] + (1 - decay) * g * g;
    const float step = rate * g / (sqrtf(optimiser->second[i]) + 1e-6f);
    optimiser->first[i] = momentum * optimiser->first[i] - step;
    weights[i] += momentum * optimiser->first[i] - step;
  }
}

void optimiser_step(struct optimiser *optimiser, const float *grad, float *weights)
{
  optimiser->steps++;
  if (optimiser->kind == OPTIMISER_ADAM) {
    adam(optimiser, grad, weights);
  } else {
    rmsprop(optimiser, grad, weights);
  }
}

double gradient_clip(float *grad, size_t size, double limit)
{
  double sum = 0;
  for (size_t i = 0; i < size; i++) {
    sum += (double)grad[i] * (double)grad[i];
  }
  const double norm = sqrt(sum);
  if (limit > 0 && norm > limit) {
    const float by = (float)(limit / norm);
    for (size_t i = 0; i < size; i++) {
      grad[i] *= by;
    }
  }
  return norm;
}
