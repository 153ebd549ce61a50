/* SPDX-License-Identifier: MIT */
#include "params.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Each parameter begins on a cache line of its own, whatever the sizes before it. */
enum { ALIGN_FLOATS = 16, ALIGN_BYTES = 64 };

enum status params_add(struct params *params, const char *name, int rows, int cols)
{
  const size_t length = strlen(name);
  if (length == 0 || length >= PARAM_NAME_MAX || rows < 1 || cols < 1 || params_find(params, name) != NULL) {
    return STATUS_USAGE;
  }
  if (params->count == PARAM_COUNT_MAX) {
    return STATUS_FULL;
  }
  const size_t limit = PTRDIFF_MAX / sizeof(float) - ALIGN_FLOATS - params->size;
  if ((size_t)cols > limit / (size_t)rows) {
    return STATUS_NO_MEMORY;
  }
  struct param *param = &params->list[params->count++];
  memset(param, 0, sizeof *param);
  memcpy(param->name, name, length + 1);
  param->rows = rows;
  param->cols = cols;
  param->offset = params->size;
  const size_t floats = (size_t)rows * (size_t)cols;
  params->size += (floats + ALIGN_FLOATS - 1) / ALIGN_FLOATS * ALIGN_FLOATS;
  return STATUS_OK;
}

enum status params_add_all(struct params *params, const struct param_shape *shapes, size_t count,
                           struct error *error)
{
  for (size_t i = 0; i < count; i++) {
    if (shapes[i].rows > 0 && shapes[i].cols > 0 &&
        params_add(params, shapes[i].name, shapes[i].rows, shapes[i].cols) != STATUS_OK) {
      return error_set(error, STATUS_FULL, "too many tensors at %s", shapes[i].name);
    }
  }
  return STATUS_OK;
}

enum status params_alloc(struct params *params)
{
  const size_t floats = params->size > 0 ? params->size : ALIGN_FLOATS;
  params->block = aligned_alloc(ALIGN_BYTES, floats * sizeof(float));
  if (params->block == NULL) {
    return STATUS_NO_MEMORY;
  }
  memset(params->block, 0, floats * sizeof(float));
  return STATUS_OK;
}

void params_free(struct params *params)
{
  free(params->block);
  params->block = NULL;
}

const struct param *params_find(const struct params *params, const char *name)
{
  for (int i = 0; i < params->count; i++) {
    if (strcmp(params->list[i].name, name) == 0) {
      return &params->list[i];
    }
  }
  return NULL;
}

float *params_get(const struct params *params, const char *name)
{
  const struct param *param = params_find(params, name);
  return param != NULL && params->block != NULL ? params->block + param->offset : NULL;
}
