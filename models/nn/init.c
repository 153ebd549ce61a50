/* SPDX-License-Identifier: MIT */
#include "init.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "emission.h"

enum { POWER_STEPS = 300, POWER_WARM_UP = 100 };

double spectral_radius(const float *w, int n, int stride, struct rng *rng, float *work)
{
  float *x = work;
  float *y = work + n;
  double growth = 0;
  for (int i = 0; i < n; i++) {
    x[i] = (float)rng_normal(rng);
  }
  for (int step = 0; step < POWER_STEPS; step++) {
    double norm = 0;
    memset(y, 0, (size_t)n * sizeof *y);
    for (int i = 0; i < n; i++) {
      for (int o = 0; o < n; o++) {
        y[o] += x[i] * w[(size_t)i * (size_t)stride + (size_t)o];
      }
    }
    for (int i = 0; i < n; i++) {
      norm += (double)y[i] * (double)y[i];
    }
    norm = sqrt(norm);
    if (norm == 0) {
      return 0;
    }
    for (int i = 0; i < n; i++) {
      x[i] = (float)((double)y[i] / norm);
    }
    growth += step >= POWER_WARM_UP ? log(norm) : 0;
  }
  return exp(growth / (POWER_STEPS - POWER_WARM_UP));
}

void init_normal(const struct params *params, const char *name, double scale, struct rng *rng)
{
  const struct param *param = params_find(params, name);
  if (param == NULL) {
    return;
  }
  const size_t n = (size_t)param->rows * (size_t)param->cols;
  for (size_t i = 0; i < n; i++) {
    params->block[param->offset + i] = (float)(scale * rng_normal(rng));
  }
}

void init_by_fan_in(const struct params *params, const char *name, double gain, struct rng *rng)
{
  const struct param *param = params_find(params, name);
  if (param != NULL) {
    init_normal(params, name, gain / sqrt((double)param->rows), rng);
  }
}

void init_fill(const struct params *params, const char *name, int from, int to, float value)
{
  float *part = params_get(params, name);
  for (int i = from; i < to; i++) {
    part[i] = value;
  }
}

/* One (H, H) block: at most `connections` incoming ones a unit, scaled to the radius that is wanted. */
static void init_block(float *w, int hidden, int stride, double wanted, const struct init_options *options,
                       struct rng *rng, float *work)
{
  const int nu = options->connections > 0 && options->connections < hidden ? options->connections : hidden;
  for (int o = 0; o < hidden; o++) {
    int left = nu;
    for (int i = 0; i < hidden; i++) { /* a random nu of the H inputs */
      const bool chosen = (int)rng_below(rng, (uint32_t)(hidden - i)) < left;
      w[(size_t)i * (size_t)stride + (size_t)o] = chosen ? (float)rng_normal(rng) : 0;
      left -= chosen;
    }
  }
  const double radius = spectral_radius(w, hidden, stride, rng, work);
  const float by = radius > 0 ? (float)(wanted / radius) : 0;
  for (int i = 0; i < hidden; i++) {
    for (int o = 0; o < hidden; o++) {
      w[(size_t)i * (size_t)stride + (size_t)o] *= by;
    }
  }
}

void init_keep(const struct params *params, const struct init_options *options)
{
  float *keep = params_get(params, "keep");
  if (keep == NULL) {
    return;
  }
  const double rates[KEEP_COUNT] = {options->input_dropout, options->hidden_dropout, options->hidden_dropout,
                                    options->hidden_dropout};
  for (int i = 0; i < KEEP_COUNT; i++) {
    const double rate = rates[i] > 0.001 ? rates[i] : 0.001;
    keep[i] = (float)log((1 - rate) / rate);
  }
}

enum status init_recurrent(const struct params *params, const char *name, enum net_cell cell,
                           const struct init_options *options, struct rng *rng)
{
  const struct param *param = params_find(params, name);
  if (param == NULL) {
    return STATUS_OK;
  }
  const int hidden = param->rows;
  float *work = malloc(2 * (size_t)hidden * sizeof *work);
  if (work == NULL) {
    return STATUS_NO_MEMORY;
  }
  const double wanted = cell_find(cell)->radius_share * options->spectral_radius;
  for (int i = 0; i < cell_facts(cell)->recurrent_blocks; i++) {
    float *block = params->block + param->offset + (size_t)i * (size_t)hidden;
    init_block(block, hidden, param->cols, wanted, options, rng, work);
  }
  free(work);
  return STATUS_OK;
}

enum status vosp_init(const struct net_config *config, const struct init_options *options,
                      const struct params *params, struct rng *rng)
{
  const int Z = config->latent;
  enum status status = init_recurrent(params, "recurrent.w", config->cell, options, rng);
  if (status == STATUS_OK) {
    status = init_recurrent(params, "upper.recurrent.w", config->cell, options, rng);
  }
  if (status != STATUS_OK) {
    return status;
  }
  const double input = config->tie == TIE_PITCH ? 0.15 : 0.1;
  init_normal(params, "input.w", options->input_deviation > 0 ? options->input_deviation : input, rng);
  init_by_fan_in(params, "upper.input.w", 1, rng);
  init_by_fan_in(params, "head.w", 0.3, rng);
  init_by_fan_in(params, "generator.h", 1, rng);
  init_by_fan_in(params, "generator.z", 1, rng);
  init_by_fan_in(params, "out.w", 0.5, rng);
  init_fill(params, "out.b", 0, view_outputs(config), -0.8f);
  if (!cell_facts(config->cell)->moments) {
    init_fill(params, "head.b", Z, 2 * Z, -1);
  }
  emission_init(config, params, rng);
  init_keep(params, options);
  return STATUS_OK;
}

static enum status init_cells(enum net_cell cell, const struct init_options *options,
                              const struct params *params, struct rng *rng)
{
  static const char *const names[] = {"recurrent.w", "back.recurrent.w", "generator.recurrent.w",
                                      "back.generator.recurrent.w"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const enum status status = init_recurrent(params, names[i], cell, options, rng);
    if (status != STATUS_OK) {
      return status;
    }
  }
  return STATUS_OK;
}

enum status vrae_init(const struct net_config *config, const struct init_options *options,
                      const struct params *params, struct rng *rng)
{
  const int Z = config->latent;
  const enum status status = init_cells(config->cell, options, params, rng);
  if (status != STATUS_OK) {
    return status;
  }
  const double own = config->tie == TIE_PITCH ? 0.15 : 0.1;
  const double input = options->input_deviation > 0 ? options->input_deviation : own;
  const double half = sqrt(0.5); /* each of two directions that add up */
  init_normal(params, "input.w", input, rng);
  init_normal(params, "back.input.w", input, rng);
  init_by_fan_in(params, "head.w", 0.3 * half, rng);
  init_by_fan_in(params, "back.head.w", 0.3 * half, rng);
  init_by_fan_in(params, "generator.w", 1, rng);
  init_by_fan_in(params, "back.generator.w", 1, rng);
  init_by_fan_in(params, "out.w", 0.5 * half, rng);
  init_by_fan_in(params, "back.out.w", 0.5 * half, rng);
  init_fill(params, "out.b", 0, view_outputs(config), -0.8f);
  if (!cell_facts(config->cell)->moments) {
    init_fill(params, "head.b", Z, 2 * Z, -1);
  }
  emission_init(config, params, rng);
  init_keep(params, options);
  return STATUS_OK;
}
