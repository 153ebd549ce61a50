/* Writing safetensors: header, spaces up to a multiple of 64 bytes, then the tensors end to end. */
#include "safetensors.h"

#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "utf8.h"

enum { LENGTH_BYTES = 8, FLOAT_BYTES = 4, ALIGNMENT = 64 };

static void put_little_endian(uint8_t *bytes, uint64_t value, int count)
{
  for (int i = 0; i < count; i++) {
    bytes[i] = (uint8_t)(value >> (8 * i));
  }
}

static size_t float_count(const struct param *param)
{
  return (size_t)param->rows * (size_t)param->cols;
}

static json_t *meta_object(const struct safetensors_meta *meta, size_t meta_count)
{
  json_t *object = json_object();
  for (size_t i = 0; object != NULL && i < meta_count; i++) {
    if (json_object_set_new(object, meta[i].key, json_string(meta[i].value)) != 0) {
      json_decref(object);
      return NULL;
    }
  }
  return object;
}

static json_t *entry_object(const struct param *param, size_t begin)
{
  const json_int_t from = (json_int_t)begin;
  const json_int_t to = (json_int_t)(begin + float_count(param) * FLOAT_BYTES);
  json_t *shape =
    param->rows == 1 ? json_pack("[i]", param->cols) : json_pack("[i,i]", param->rows, param->cols);
  return json_pack("{s:s, s:o, s:[I,I]}", "dtype", "F32", "shape", shape, "data_offsets", from, to);
}

static bool is_utf8(const char *text)
{
  int size = 1;
  for (; *text != '\0' && size > 0; text += size) {
    size = utf8_size(text);
  }
  return size > 0;
}

static enum status check_meta(const struct safetensors_meta *meta, size_t meta_count, struct error *error)
{
  for (size_t i = 0; i < meta_count; i++) {
    if (!is_utf8(meta[i].key) || !is_utf8(meta[i].value)) {
      return error_set(error, STATUS_USAGE, "the model's metadata cannot be written: '%.60s' is not UTF-8 text",
                       meta[i].key);
    }
  }
  return STATUS_OK;
}

/* The header as text, to be freed; NULL where memory is short. */
static char *header_text(const struct params *params, const struct safetensors_meta *meta, size_t meta_count)
{
  json_t *header = json_object();
  int failed = header == NULL;
  if (!failed && meta_count > 0) {
    failed = json_object_set_new(header, "__metadata__", meta_object(meta, meta_count));
  }
  size_t begin = 0;
  for (int i = 0; !failed && i < params->count; i++) {
    const struct param *param = &params->list[i];
    failed = json_object_set_new(header, param->name, entry_object(param, begin));
    begin += float_count(param) * FLOAT_BYTES;
  }
  char *text = failed ? NULL : json_dumps(header, JSON_COMPACT);
  json_decref(header);
  return text;
}

static const struct param *first_not_finite(const struct params *params)
{
  for (int i = 0; i < params->count; i++) {
    const struct param *param = &params->list[i];
    for (size_t k = 0; k < float_count(param); k++) {
      if (!isfinite(params->block[param->offset + k])) {
        return param;
      }
    }
  }
  return NULL;
}

static void put_values(const struct params *params, uint8_t *bytes)
{
  for (int i = 0; i < params->count; i++) {
    const struct param *param = &params->list[i];
    for (size_t k = 0; k < float_count(param); k++) {
      uint32_t bits;
      memcpy(&bits, &params->block[param->offset + k], sizeof bits);
      put_little_endian(bytes, bits, FLOAT_BYTES);
      bytes += FLOAT_BYTES;
    }
  }
}

static enum status put_file(const struct params *params, const char *text, uint8_t **data, size_t *size,
                            struct error *error)
{
  const size_t length = strlen(text);
  const size_t start = (LENGTH_BYTES + length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  if (start - LENGTH_BYTES > SAFETENSORS_HEADER_MAX) {
    return error_set(error, STATUS_FULL,
                     "the model's header would be longer than %d bytes; shorten its metadata",
                     SAFETENSORS_HEADER_MAX);
  }
  size_t total = start;
  for (int i = 0; i < params->count; i++) {
    total += float_count(&params->list[i]) * FLOAT_BYTES;
  }
  uint8_t *bytes = malloc(total);
  if (bytes == NULL) {
    return error_set(error, STATUS_NO_MEMORY, "not enough memory to write the model");
  }
  put_little_endian(bytes, start - LENGTH_BYTES, LENGTH_BYTES);
  memcpy(bytes + LENGTH_BYTES, text, length);
  memset(bytes + LENGTH_BYTES + length, ' ', start - LENGTH_BYTES - length);
  put_values(params, bytes + start);
  *data = bytes;
  *size = total;
  return STATUS_OK;
}

enum status safetensors_write(const struct params *params, const struct safetensors_meta *meta,
                              size_t meta_count, uint8_t **data, size_t *size, struct error *error)
{
  *data = NULL;
  *size = 0;
  const struct param *wrong = first_not_finite(params);
  if (wrong != NULL) {
    return error_set(error, STATUS_NOT_FINITE,
                     "tensor '%s' holds a value that is NaN or infinite; nothing is written", wrong->name);
  }
  enum status status = check_meta(meta, meta_count, error);
  if (status != STATUS_OK) {
    return status;
  }
  char *text = header_text(params, meta, meta_count);
  if (text == NULL) {
    return error_set(error, STATUS_NO_MEMORY, "not enough memory to write the model");
  }
  status = put_file(params, text, data, size, error);
  free(text);
  return status;
}
