/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "safetensors.h"

static struct safetensors_meta meta[] = {
  {(char *)"kind", (char *)"test"},
  {(char *)"a \"quoted\" key", (char *)"line\nand \xC3\xA4"},
};
enum { META_COUNT = 2 };

static void make_params(struct params *params)
{
  memset(params, 0, sizeof *params);
  assert_int_equal(params_add(params, "w", 3, 5), STATUS_OK);
  assert_int_equal(params_add(params, "bias", 1, 7), STATUS_OK);
  assert_int_equal(params_add(params, "one", 1, 1), STATUS_OK);
  assert_int_equal(params_alloc(params), STATUS_OK);
  for (int i = 0; i < params->count; i++) {
    const struct param *param = &params->list[i];
    for (int k = 0; k < param->rows * param->cols; k++) {
      params->block[param->offset + (size_t)k] = ldexpf((float)(k - 3) * 1.1f, 10 * i - 12);
    }
  }
}

static uint8_t *make_file(size_t *size)
{
  struct params params;
  make_params(&params);
  uint8_t *data;
  struct error error;
  assert_int_equal(safetensors_write(&params, meta, META_COUNT, &data, size, &error), STATUS_OK);
  params_free(&params);
  return data;
}

static void assert_same(const struct params *a, const struct params *b)
{
  assert_int_equal(a->count, b->count);
  for (int i = 0; i < a->count; i++) {
    const struct param *x = &a->list[i], *y = params_find(b, x->name);
    assert_non_null(y);
    assert_int_equal(x->rows, y->rows);
    assert_int_equal(x->cols, y->cols);
    assert_memory_equal(a->block + x->offset, b->block + y->offset,
                        (size_t)x->rows * (size_t)x->cols * sizeof(float));
  }
}

/* Read from a copy of exactly this size, so that a sanitizer sees any read beyond it. */
static enum status read_copy(const uint8_t *data, size_t size, struct safetensors *file)
{
  uint8_t *copy = malloc(size > 0 ? size : 1);
  assert_non_null(copy);
  memcpy(copy, data, size);
  struct error error = {0};
  const enum status status = safetensors_read(file, copy, size, "test", &error);
  free(copy);
  if (status != STATUS_OK) {
    assert_int_equal(error.status, status);
    assert_true(strlen(error.text) > 10);
    assert_null(file->params.block);
    assert_null(file->meta);
  }
  return status;
}

static void gives_back_what_was_written(void **state)
{
  (void)state;
  struct params params;
  make_params(&params);
  size_t size;
  uint8_t *data = make_file(&size);
  struct safetensors file;
  assert_int_equal(read_copy(data, size, &file), STATUS_OK);
  assert_same(&params, &file.params);
  assert_int_equal(file.meta_count, META_COUNT);
  for (size_t i = 0; i < META_COUNT; i++) {
    assert_string_equal(file.meta[i].key, meta[i].key);
    assert_string_equal(file.meta[i].value, meta[i].value);
  }
  uint64_t length = 0;
  for (int i = 7; i >= 0; i--) {
    length = length << 8 | data[i];
  }
  assert_int_equal((8 + length) % 64, 0);
  assert_int_equal(size, 8 + length + (15 + 7 + 1) * 4);
  safetensors_free(&file);
  free(data);
  params_free(&params);
}

static void refuses_a_file_cut_anywhere(void **state)
{
  (void)state;
  size_t size;
  uint8_t *data = make_file(&size);
  for (size_t cut = 0; cut < size; cut++) {
    struct safetensors file;
    assert_int_equal(read_copy(data, cut, &file), STATUS_FORMAT);
  }
  free(data);
}

/* Whatever is accepted must be whole: it can be written and read again to the same. */
static void check_flipped(uint8_t *data, size_t size, size_t bit)
{
  data[bit / 8] = (uint8_t)(data[bit / 8] ^ 1u << bit % 8);
  struct safetensors file;
  if (read_copy(data, size, &file) == STATUS_OK) {
    uint8_t *again;
    size_t again_size;
    struct error error;
    assert_int_equal(safetensors_write(&file.params, file.meta, file.meta_count, &again, &again_size, &error),
                     STATUS_OK);
    struct safetensors second;
    assert_int_equal(read_copy(again, again_size, &second), STATUS_OK);
    assert_same(&file.params, &second.params);
    safetensors_free(&second);
    safetensors_free(&file);
    free(again);
  }
  data[bit / 8] = (uint8_t)(data[bit / 8] ^ 1u << bit % 8);
}

static void survives_every_flipped_bit(void **state)
{
  (void)state;
  size_t size;
  uint8_t *data = make_file(&size);
  for (size_t bit = 0; bit < size * 8; bit++) {
    check_flipped(data, size, bit);
  }
  free(data);
}

static enum status read_text(const char *header, size_t data_size, float value)
{
  const size_t length = strlen(header);
  uint8_t *bytes = calloc(1, 8 + length + data_size);
  assert_non_null(bytes);
  for (int i = 0; i < 8; i++) {
    bytes[i] = (uint8_t)((uint64_t)length >> (8 * i));
  }
  memcpy(bytes + 8, header, length);
  for (size_t i = 0; i + 4 <= data_size; i += 4) {
    memcpy(bytes + 8 + length + i, &value, 4);
  }
  struct safetensors file;
  const enum status status = read_copy(bytes, 8 + length + data_size, &file);
  if (status == STATUS_OK) {
    safetensors_free(&file);
  }
  free(bytes);
  return status;
}

#define TENSOR(name, shape, from, to)                                                                          \
  "\"" name "\":{\"dtype\":\"F32\",\"shape\":" shape ",\"data_offsets\":[" from "," to "]}"

static void refuses_headers_that_do_not_add_up(void **state)
{
  (void)state;
  static const struct {
    const char *header;
    size_t data_size;
    enum status status;
  } cases[] = {
    {"{" TENSOR("a", "[2]", "0", "8") "}", 8, STATUS_OK},
    {"{" TENSOR("a", "[]", "0", "4") "}", 4, STATUS_OK},
    {"{" TENSOR("b", "[1]", "4", "8") "," TENSOR("a", "[1]", "0", "4") "}", 8, STATUS_OK},
    {"{" TENSOR("a", "[2]", "0", "8") "}", 12, STATUS_FORMAT},
    {"{" TENSOR("a", "[2]", "4", "12") "}", 12, STATUS_FORMAT},
    {"{" TENSOR("a", "[2]", "0", "8") "," TENSOR("b", "[1]", "4", "8") "}", 8, STATUS_FORMAT},
    {"{" TENSOR("a", "[1]", "0", "4") "," TENSOR("b", "[1]", "0", "4") "}", 8, STATUS_FORMAT},
    {"{" TENSOR("a", "[1]", "0", "4") "," TENSOR("a", "[1]", "4", "8") "}", 8, STATUS_FORMAT},
    {"{" TENSOR("a", "[3]", "0", "8") "}", 8, STATUS_FORMAT},
    {"{" TENSOR("a", "[2]", "8", "0") "}", 8, STATUS_FORMAT},
    {"{" TENSOR("a", "[2]", "-8", "0") "}", 8, STATUS_FORMAT},
    {"{" TENSOR("a", "[0]", "0", "0") "}", 0, STATUS_FORMAT},
    {"{" TENSOR("a", "[1,1,1]", "0", "4") "}", 4, STATUS_FORMAT},
    {"{" TENSOR("a", "[2147483647,2147483647]", "0", "4") "}", 4, STATUS_FORMAT},
    {"{" TENSOR("a", "[4294967297]", "0", "4") "}", 4, STATUS_FORMAT},
    {"{" TENSOR("a", "[1073741824,4]", "0", "0") "}", 0, STATUS_FORMAT},
    {"{" TENSOR("a", "[1]", "0", "9223372036854775807") "}", 4, STATUS_FORMAT},
    {"{" TENSOR("a", "[1]", "0", "4.0") "}", 4, STATUS_FORMAT},
    {"{" TENSOR("", "[1]", "0", "4") "}", 4, STATUS_FORMAT},
    {"{" TENSOR("\\u001b[2J", "[1]", "0", "4") "}", 4, STATUS_FORMAT},
    {"{\"a\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[0,4]}}", 4, STATUS_FORMAT},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4, STATUS_FORMAT},
    {"{\"a\":7}", 4, STATUS_FORMAT},
    {"{\"__metadata__\":[]}", 0, STATUS_FORMAT},
    {"{\"__metadata__\":{\"a\":\"b\",\"c\":1}}", 0, STATUS_FORMAT},
    {"[]", 0, STATUS_FORMAT},
    {"<html>", 0, STATUS_FORMAT},
    {"", 0, STATUS_FORMAT},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const enum status status = read_text(cases[i].header, cases[i].data_size, 1.0f);
    if (status != cases[i].status) {
      fail_msg("%s: %s", cases[i].header, status_name(status));
    }
  }
}

static void refuses_values_that_are_not_finite(void **state)
{
  (void)state;
  const char *header = "{" TENSOR("a", "[2]", "0", "8") "}";
  assert_int_equal(read_text(header, 8, NAN), STATUS_NOT_FINITE);
  assert_int_equal(read_text(header, 8, INFINITY), STATUS_NOT_FINITE);
  assert_int_equal(read_text(header, 8, -INFINITY), STATUS_NOT_FINITE);
  struct params params;
  make_params(&params);
  params_get(&params, "bias")[6] = NAN;
  uint8_t *data;
  size_t size;
  struct error error;
  assert_int_equal(safetensors_write(&params, NULL, 0, &data, &size, &error), STATUS_NOT_FINITE);
  assert_null(data);
  params_free(&params);
}

static void refuses_too_many_tensors(void **state)
{
  (void)state;
  char header[128 * (PARAM_COUNT_MAX + 1)] = "{";
  size_t used = 1;
  for (int i = 0; i <= PARAM_COUNT_MAX; i++) {
    used += (size_t)snprintf(header + used, sizeof header - used,
                             "%s\"t%d\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[%d,%d]}",
                             i > 0 ? "," : "", i, 4 * i, 4 * i + 4);
  }
  snprintf(header + used, sizeof header - used, "}");
  assert_int_equal(read_text(header, 4 * (PARAM_COUNT_MAX + 1), 1.0f), STATUS_FORMAT);
}

static void refuses_metadata_that_is_not_text(void **state)
{
  (void)state;
  struct params params;
  make_params(&params);
  const struct safetensors_meta wrong = {(char *)"key", (char *)"\xFF\xFE"};
  uint8_t *data;
  size_t size;
  struct error error;
  assert_int_equal(safetensors_write(&params, &wrong, 1, &data, &size, &error), STATUS_USAGE);
  assert_non_null(strstr(error.text, "'key' is not UTF-8"));
  params_free(&params);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(gives_back_what_was_written),        cmocka_unit_test(refuses_a_file_cut_anywhere),
    cmocka_unit_test(survives_every_flipped_bit),         cmocka_unit_test(refuses_headers_that_do_not_add_up),
    cmocka_unit_test(refuses_values_that_are_not_finite), cmocka_unit_test(refuses_too_many_tensors),
    cmocka_unit_test(refuses_metadata_that_is_not_text),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
