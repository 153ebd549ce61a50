/* SPDX-License-Identifier: MIT */
#include "head_model.h"

#include <stdio.h>

float *head_part(const struct params *params, const char *name, const char *part)
{
  char full[PARAM_NAME_MAX];
  snprintf(full, sizeof full, "%s.%s", name, part);
  return params_get(params, full);
}

void head_fold(const struct head_shape *shape, const struct params *params, float *hidden, float *bias)
{
  const float *mean = head_part(params, shape->name, "mean");
  const float *scale = head_part(params, shape->name, "scale");
  const float *w = head_part(params, shape->name, "hidden");
  const float *b = head_part(params, shape->name, "hidden_bias");
  for (int k = 0; k < shape->hidden; k++) {
    double sum = (double)b[k];
    for (int g = 0; g < shape->inputs; g++) {
      const size_t i = (size_t)g * (size_t)shape->hidden + (size_t)k;
      hidden[i] = scale[g] * w[i];
      sum -= (double)mean[g] * (double)hidden[i];
    }
    bias[k] = (float)sum;
  }
}

bool head_is_trained(const char *name, const struct params *params)
{
  char full[PARAM_NAME_MAX];
  snprintf(full, sizeof full, "%s.scale", name);
  const struct param *scale = params_find(params, full);
  for (int i = 0; scale != NULL && i < scale->cols * scale->rows; i++) {
    if (params->block[scale->offset + (size_t)i] != 0.0F) {
      return true;
    }
  }
  return false;
}
