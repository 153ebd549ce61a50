/* SPDX-License-Identifier: MIT */
/* Which of OpenBLAS's kernels a processor should have. */
#include <stdlib.h>
#include <string.h>

#include "blas_core.h"
#include "cmocka_all.h"

static const struct blas_features old = {false, false, false}, usual = {.fma = true},
                                  wide = {.fma = true, .avx512 = true},
                                  newest = {.fma = true, .avx512 = true, .bf16 = true};

static void what_is_right_stays(void **state)
{
  (void)state;
  assert_null(blas_core_better("Prescott", &old));
  assert_null(blas_core_better("Haswell", &usual));
  assert_null(blas_core_better("Zen", &usual));
  assert_null(blas_core_better("SkylakeX", &wide));
  assert_null(blas_core_better("Cooperlake", &newest));
  assert_null(blas_core_better("SkylakeX", &newest));
}

/* Haswell is what OpenBLAS 0.3.21 takes for processors that it does not know. */
static void unused_vectors_are_used(void **state)
{
  (void)state;
  assert_string_equal(blas_core_better("Haswell", &wide), "SKYLAKEX");
  assert_string_equal(blas_core_better("Haswell", &newest), "COOPERLAKE");
  assert_string_equal(blas_core_better("Zen", &newest), "COOPERLAKE");
  assert_string_equal(blas_core_better("Prescott", &usual), "HASWELL");
}

static void who_chose_is_left_alone(void **state)
{
  (void)state;
  char *nobody[] = {NULL};
  assert_int_equal(setenv("OPENBLAS_CORETYPE", "Prescott", 1), 0);
  blas_core_become(nobody, false); /* would end this test */
  assert_string_equal(getenv("OPENBLAS_CORETYPE"), "Prescott");
  assert_true(strlen(blas_core()) > 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_right_stays),
    cmocka_unit_test(unused_vectors_are_used),
    cmocka_unit_test(who_chose_is_left_alone),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
