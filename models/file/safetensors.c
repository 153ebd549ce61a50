/* SPDX-License-Identifier: MIT */
/* Reading safetensors. The header is JSON; what it claims is believed only once it adds up. */
#include "safetensors.h"

#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "utf8.h"

enum { LENGTH_BYTES = 8, FLOAT_BYTES = 4 };

/* Where a tensor's bytes lie, counted from the end of the header. */
struct extent {
  size_t begin, end;
};

struct reading {
  struct safetensors *file;
  const char *name; /* the file's, for messages */
  const uint8_t *data;
  size_t size; /* of the data after the header */
  struct extent extents[PARAM_COUNT_MAX];
  struct error *error;
};

static uint64_t little_endian(const uint8_t *bytes, int count)
{
  uint64_t value = 0;
  for (int i = count - 1; i >= 0; i--) {
    value = value << 8 | bytes[i];
  }
  return value;
}

static enum status refuse(const struct reading *reading, const char *tensor, const char *why)
{
  return error_set(reading->error, STATUS_FORMAT, "%s: tensor '%.*s' %s; the file is damaged or not emend's",
                   reading->name, PARAM_NAME_MAX, tensor, why);
}

static enum status no_memory(const struct reading *reading)
{
  return error_set(reading->error, STATUS_NO_MEMORY, "out of memory: cannot read %s", reading->name);
}

static enum status read_meta(struct reading *reading, const json_t *object)
{
  struct safetensors *file = reading->file;
  if (!json_is_object(object)) {
    return error_set(reading->error, STATUS_FORMAT, "%s: its __metadata__ is not a JSON object", reading->name);
  }
  file->meta = calloc(json_object_size(object) + 1, sizeof *file->meta);
  if (file->meta == NULL) {
    return no_memory(reading);
  }
  for (void *at = json_object_iter((json_t *)object); at != NULL;
       at = json_object_iter_next((json_t *)object, at)) {
    const json_t *value = json_object_iter_value(at);
    if (!json_is_string(value)) {
      return error_set(reading->error, STATUS_FORMAT, "%s: its metadata holds something that is not a string",
                       reading->name);
    }
    struct safetensors_meta *meta = &file->meta[file->meta_count++];
    meta->key = strdup(json_object_iter_key(at));
    meta->value = strdup(json_string_value(value));
    if (meta->key == NULL || meta->value == NULL) {
      return no_memory(reading);
    }
  }
  return STATUS_OK;
}

/* The shape as rows and columns; a scalar is 1 x 1 and a vector of n is 1 x n. */
static bool read_shape(const json_t *shape, int *rows, int *cols)
{
  const size_t rank = json_array_size(shape);
  if (!json_is_array(shape) || rank > SAFETENSORS_DIMENSIONS_MAX) {
    return false;
  }
  int size[SAFETENSORS_DIMENSIONS_MAX] = {1, 1};
  for (size_t i = 0; i < rank; i++) {
    const json_t *item = json_array_get(shape, i);
    if (!json_is_integer(item) || json_integer_value(item) < 1 || json_integer_value(item) > INT_MAX) {
      return false;
    }
    size[SAFETENSORS_DIMENSIONS_MAX - rank + i] = (int)json_integer_value(item);
  }
  *rows = size[0];
  *cols = size[1];
  return true;
}

static bool read_extent(const json_t *offsets, size_t limit, struct extent *extent)
{
  const json_t *begin = json_array_get(offsets, 0), *end = json_array_get(offsets, 1);
  if (json_array_size(offsets) != 2 || !json_is_integer(begin) || !json_is_integer(end)) {
    return false;
  }
  const json_int_t from = json_integer_value(begin), to = json_integer_value(end);
  if (from < 0 || to < from || (uint64_t)to > limit) {
    return false;
  }
  *extent = (struct extent){(size_t)from, (size_t)to};
  return true;
}

/* A message on a terminal must not carry a hostile name's control characters. */
static bool is_printable(const char *name)
{
  for (; *name != '\0'; name++) {
    if (*name < ' ' || *name > '~') {
      return false;
    }
  }
  return true;
}

static enum status read_entry(struct reading *reading, const char *name, const json_t *entry)
{
  struct params *params = &reading->file->params;
  if (!is_printable(name)) {
    return refuse(reading, "?", "has a name that cannot be printed");
  }
  const json_t *type = json_object_get(entry, "dtype");
  if (!json_is_string(type) || strcmp(json_string_value(type), "F32") != 0) {
    return refuse(reading, name, "is not of type F32");
  }
  int rows, cols;
  if (!read_shape(json_object_get(entry, "shape"), &rows, &cols)) {
    return refuse(reading, name, "has a shape that is not of one or two sizes above 0");
  }
  struct extent found;
  if (!read_extent(json_object_get(entry, "data_offsets"), reading->size, &found)) {
    return refuse(reading, name, "lies outside the file");
  }
  if ((uint64_t)rows * (uint64_t)cols != (found.end - found.begin) / FLOAT_BYTES ||
      (found.end - found.begin) % FLOAT_BYTES != 0) {
    return refuse(reading, name, "has offsets that do not fit its shape");
  }
  switch (params_add(params, name, rows, cols)) {
  case STATUS_OK: reading->extents[params->count - 1] = found; return STATUS_OK;
  case STATUS_FULL: return refuse(reading, name, "is one too many");
  default: return refuse(reading, name, "has a name that is empty, too long or taken");
  }
}

static enum status read_header(struct reading *reading, const json_t *header)
{
  if (!json_is_object(header)) {
    return error_set(reading->error, STATUS_FORMAT, "%s: its header is not a JSON object", reading->name);
  }
  for (void *at = json_object_iter((json_t *)header); at != NULL;
       at = json_object_iter_next((json_t *)header, at)) {
    const char *key = json_object_iter_key(at);
    const json_t *value = json_object_iter_value(at);
    const enum status status =
      strcmp(key, "__metadata__") == 0 ? read_meta(reading, value) : read_entry(reading, key, value);
    if (status != STATUS_OK) {
      return status;
    }
  }
  return STATUS_OK;
}

/* Laid end to end in some order, the tensors must cover the data exactly. */
static enum status check_cover(const struct reading *reading)
{
  const struct params *params = &reading->file->params;
  size_t covered = 0;
  for (int placed = 0; placed < params->count; placed++) {
    int next = 0;
    while (next < params->count && reading->extents[next].begin != covered) {
      next++;
    }
    if (next == params->count) {
      break;
    }
    covered = reading->extents[next].end;
  }
  size_t total = 0;
  for (int i = 0; i < params->count; i++) {
    total += reading->extents[i].end - reading->extents[i].begin;
  }
  if (covered != reading->size || total != reading->size) {
    return error_set(reading->error, STATUS_FORMAT,
                     "%s: its tensors overlap or leave holes; the file is damaged or cut short", reading->name);
  }
  return STATUS_OK;
}

static enum status read_values(const struct reading *reading)
{
  struct params *params = &reading->file->params;
  if (params_alloc(params) != STATUS_OK) {
    return no_memory(reading);
  }
  for (int i = 0; i < params->count; i++) {
    const struct param *param = &params->list[i];
    const uint8_t *bytes = reading->data + reading->extents[i].begin;
    const size_t count = (size_t)param->rows * (size_t)param->cols;
    for (size_t k = 0; k < count; k++) {
      const uint32_t bits = (uint32_t)little_endian(bytes + k * FLOAT_BYTES, FLOAT_BYTES);
      if ((bits & UINT32_C(0x7F800000)) == UINT32_C(0x7F800000)) {
        error_set(reading->error, STATUS_NOT_FINITE,
                  "%s: tensor '%s' holds a value that is NaN or infinite; train or fetch the model again",
                  reading->name, param->name);
        return STATUS_NOT_FINITE;
      }
      memcpy(&params->block[param->offset + k], &bits, sizeof bits);
    }
  }
  return STATUS_OK;
}

static enum status read_checked(struct reading *reading, const uint8_t *text, size_t length)
{
  json_error_t wrong;
  json_t *header = json_loadb((const char *)text, length, JSON_REJECT_DUPLICATES, &wrong);
  if (header == NULL) {
    return error_set(reading->error, STATUS_FORMAT,
                     "%s: its header is not JSON (%s, byte %d); not a model file?", reading->name, wrong.text,
                     wrong.position);
  }
  enum status status = read_header(reading, header);
  json_decref(header);
  if (status == STATUS_OK) {
    status = check_cover(reading);
  }
  return status == STATUS_OK ? read_values(reading) : status;
}

enum status safetensors_read(struct safetensors *file, const uint8_t *data, size_t size, const char *name,
                             struct error *error)
{
  memset(file, 0, sizeof *file);
  if (size < LENGTH_BYTES) {
    return error_set(error, STATUS_FORMAT, "%s is too short to be a model file", name);
  }
  const uint64_t length = little_endian(data, LENGTH_BYTES);
  if (length > SAFETENSORS_HEADER_MAX || length > size - LENGTH_BYTES) {
    return error_set(error, STATUS_FORMAT,
                     "%s: its header claims %" PRIu64
                     " bytes, more than there can be; not a model file, or cut short",
                     name, length);
  }
  struct reading reading = {.file = file, .name = name, .error = error};
  reading.data = data + LENGTH_BYTES + length;
  reading.size = size - LENGTH_BYTES - (size_t)length;
  const enum status status = read_checked(&reading, data + LENGTH_BYTES, (size_t)length);
  if (status != STATUS_OK) {
    safetensors_free(file);
  }
  return status;
}

void safetensors_free(struct safetensors *file)
{
  params_free(&file->params);
  for (size_t i = 0; i < file->meta_count; i++) {
    free(file->meta[i].key);
    free(file->meta[i].value);
  }
  free(file->meta);
  memset(file, 0, sizeof *file);
}

const char *safetensors_meta_find(const struct safetensors *file, const char *key)
{
  for (size_t i = 0; i < file->meta_count; i++) {
    if (strcmp(file->meta[i].key, key) == 0) {
      return file->meta[i].value;
    }
  }
  return NULL;
}

/* Writing safetensors: header, spaces up to a multiple of 64 bytes, then the tensors end to end. */

enum { ALIGNMENT = 64 };

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
    return error_set(error, STATUS_NO_MEMORY, "out of memory: cannot write the model");
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
    return error_set(error, STATUS_NO_MEMORY, "out of memory: cannot write the model");
  }
  status = put_file(params, text, data, size, error);
  free(text);
  return status;
}
