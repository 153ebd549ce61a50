/* SPDX-License-Identifier: MIT */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "cmocka_all.h"
#include "params.h"

static void finds_what_was_added(void **state)
{
  (void)state;
  struct params params = {0};
  assert_int_equal(params_add(&params, "first", 3, 5), STATUS_OK);
  assert_int_equal(params_add(&params, "second", 1, 7), STATUS_OK);
  assert_int_equal(params_alloc(&params), STATUS_OK);
  assert_int_equal(params_find(&params, "first")->rows, 3);
  assert_int_equal(params_find(&params, "second")->cols, 7);
  assert_null(params_find(&params, "third"));
  assert_null(params_get(&params, "third"));
  assert_ptr_equal(params_get(&params, "second"), params.block + params_find(&params, "second")->offset);
  params_free(&params);
}

static void parts_are_aligned_apart_and_zero(void **state)
{
  (void)state;
  struct params params = {0};
  assert_int_equal(params_add(&params, "a", 1, 1), STATUS_OK);
  assert_int_equal(params_add(&params, "b", 17, 3), STATUS_OK);
  assert_int_equal(params_add(&params, "c", 2, 2), STATUS_OK);
  assert_int_equal(params_alloc(&params), STATUS_OK);
  for (int i = 0; i < params.count; i++) {
    const struct param *param = &params.list[i];
    const size_t end = param->offset + (size_t)param->rows * (size_t)param->cols;
    assert_int_equal((uintptr_t)(params.block + param->offset) % 64, 0);
    assert_true(end <= (i + 1 < params.count ? params.list[i + 1].offset : params.size));
  }
  for (size_t i = 0; i < params.size; i++) {
    assert_true(params.block[i] == 0.0f);
  }
  params_free(&params);
}

static void refuses_bad_parameters(void **state)
{
  (void)state;
  struct params params = {0};
  char longest[PARAM_NAME_MAX + 1];
  memset(longest, 'x', PARAM_NAME_MAX);
  longest[PARAM_NAME_MAX] = '\0';
  assert_int_equal(params_add(&params, longest, 1, 1), STATUS_USAGE);
  assert_int_equal(params_add(&params, "", 1, 1), STATUS_USAGE);
  assert_int_equal(params_add(&params, "a", 0, 1), STATUS_USAGE);
  assert_int_equal(params_add(&params, "a", 1, -1), STATUS_USAGE);
  assert_int_equal(params_add(&params, "a", 1, 1), STATUS_OK);
  assert_int_equal(params_add(&params, "a", 1, 1), STATUS_USAGE);
  assert_int_equal(params_add(&params, "b", INT_MAX, INT_MAX), STATUS_NO_MEMORY);
  assert_int_equal(params.count, 1);
}

static void is_full_at_its_limit(void **state)
{
  (void)state;
  struct params params = {0};
  for (int i = 0; i < PARAM_COUNT_MAX; i++) {
    char name[16];
    snprintf(name, sizeof name, "p%d", i);
    assert_int_equal(params_add(&params, name, 1, 1), STATUS_OK);
  }
  assert_int_equal(params_add(&params, "more", 1, 1), STATUS_FULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(finds_what_was_added),
    cmocka_unit_test(parts_are_aligned_apart_and_zero),
    cmocka_unit_test(refuses_bad_parameters),
    cmocka_unit_test(is_full_at_its_limit),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
