/* SPDX-License-Identifier: MIT */
/* safetensors files: named F32 tensors and string metadata. An eight-byte little-endian header size,
 * a JSON header, then the data. The reader trusts nothing. */
#ifndef EMEND_SAFETENSORS_H
#define EMEND_SAFETENSORS_H

#include <stdint.h>

#include "params.h"

enum { SAFETENSORS_HEADER_MAX = 1 << 20, SAFETENSORS_DIMENSIONS_MAX = 2 };

struct safetensors_meta {
  char *key, *value; /* owned */
};

struct safetensors {
  struct params params;          /* as found; vectors (n) as 1 x n */
  struct safetensors_meta *meta; /* (meta_count) */
  size_t meta_count;
};

/* Read from memory. Refused, each with its own line: a header that is too long or is not JSON, a type
 * other than F32, more than two dimensions, offsets that overlap, leave holes or run past the end,
 * a duplicate name, NaN or Inf. Allocates; release with safetensors_free. */
enum status safetensors_read(struct safetensors *file, const uint8_t *data, size_t size, const char *name,
                             struct error *error) EMEND_CHECK;
/* The file's bytes; the caller frees *data. The tensors lie end to end, as
 * the format wants, from a multiple of 64 bytes on. Refused: NaN or Inf, metadata that is not UTF-8. */
enum status safetensors_write(const struct params *params, const struct safetensors_meta *meta,
                              size_t meta_count, uint8_t **data, size_t *size, struct error *error) EMEND_CHECK;
void safetensors_free(struct safetensors *file);
/* NULL where the metadata has no such key. */
const char *safetensors_meta_find(const struct safetensors *file, const char *key);

#endif
