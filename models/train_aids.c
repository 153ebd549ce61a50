#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "normal.h"
#include "trainer.h"

enum { DRAWS = 1024 };
static const uint64_t noise_stream = 0xD1B54A32D192ED03U; /* odd: every update has a seed of its own */

void train_gradient_noise(const struct trainer *trainer, float *grad)
{
  const double variance = trainer->options.gradient_noise;
  if (variance <= 0) {
    return;
  }
  const double updates = (double)trainer->optimiser.steps;
  const size_t size = trainer->model->params.size;
  const float deviation = (float)sqrt(variance / pow(1 + updates, 0.55));
  struct rng rng;
  rng_seed(&rng, trainer->options.seed + noise_stream * (uint64_t)(trainer->optimiser.steps + 1));
  for (size_t i = 0; i < size; i += DRAWS) {
    const size_t count = size - i < DRAWS ? size - i : DRAWS;
    float draws[DRAWS];
    normal_fill(count, &rng, draws);
    for (size_t k = 0; k < count; k++) {
      grad[i + k] += grad[i + k] != 0 ? deviation * draws[k] : 0; /* what is not trained stays */
    }
  }
}

enum status train_average_start(struct trainer *trainer)
{
  const struct params *params = &trainer->model->params;
  if (trainer->options.average <= 0) {
    return STATUS_OK;
  }
  trainer->average = malloc(params->size * sizeof *trainer->average);
  if (trainer->average == NULL) {
    return STATUS_NO_MEMORY;
  }
  memcpy(trainer->average, params->block, params->size * sizeof *trainer->average);
  return STATUS_OK;
}

/* Early on the average is of fewer updates, so that the weights of the start are soon forgotten. */
void train_average_update(struct trainer *trainer)
{
  if (trainer->average == NULL) {
    return;
  }
  const struct params *params = &trainer->model->params;
  const double updates = (double)trainer->optimiser.steps;
  const float share = (float)(1 - fmin(trainer->options.average, (1 + updates) / (10 + updates)));
  for (size_t i = 0; i < params->size; i++) {
    trainer->average[i] += share * (params->block[i] - trainer->average[i]);
  }
}

float *train_shown(const struct trainer *trainer)
{
  return trainer->average != NULL ? trainer->average : trainer->model->params.block;
}
