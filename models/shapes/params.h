/* SPDX-License-Identifier: MIT */
/* All parameters of a network in one block of floats, each a named matrix or vector within it. The
 * same type holds gradients and optimiser moments. */
#ifndef EMEND_PARAMS_H
#define EMEND_PARAMS_H

#include "status.h"

enum { PARAM_NAME_MAX = 48, PARAM_COUNT_MAX = 64 };

struct param {
  char name[PARAM_NAME_MAX];
  int rows, cols; /* a vector has rows 1 */
  size_t offset;  /* in floats, from the block's start; a multiple of 16 */
};

struct params {
  struct param list[PARAM_COUNT_MAX];
  int count;
  size_t size;  /* floats in all, with the zeros that pad each parameter to 64 bytes */
  float *block; /* owned by whoever called params_alloc; 64-byte aligned */
};

/* Add a parameter to the layout (before params_alloc). STATUS_FULL beyond PARAM_COUNT_MAX, STATUS_USAGE
 * for a name that is empty, too long or taken and for sizes below 1. */
enum status params_add(struct params *params, const char *name, int rows, int cols) EMEND_CHECK;
/* Add several, but those without rows or columns. STATUS_FULL where one cannot be added. */
struct param_shape {
  const char *name;
  int rows, cols;
};
enum status params_add_all(struct params *params, const struct param_shape *shapes, size_t count,
                           struct error *error) EMEND_CHECK;
/* Allocate the block, zeroed. */
enum status params_alloc(struct params *params) EMEND_CHECK;
void params_free(struct params *params);
/* The block's part of that name; NULL if there is none. */
float *params_get(const struct params *params, const char *name);
const struct param *params_find(const struct params *params, const char *name);

#endif
