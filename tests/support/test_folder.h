/* SPDX-License-Identifier: MIT */
/* A folder of its own for each test of a file: cmocka_unit_test_setup_teardown(test, set_up, tear_down). */
#ifndef EMEND_TEST_FOLDER_OF_TESTS_H
#define EMEND_TEST_FOLDER_OF_TESTS_H

#include "folder.h"

static struct folder folder;

static inline int set_up(void **state)
{
  (void)state;
  folder_make(&folder);
  return 0;
}

static inline int tear_down(void **state)
{
  (void)state;
  folder_remove(folder.path);
  return 0;
}

#endif
