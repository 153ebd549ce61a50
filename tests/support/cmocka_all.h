/* SPDX-License-Identifier: MIT */
/* cmocka.h after the headers that it needs. */
#ifndef EMEND_TEST_CMOCKA_ALL_H
#define EMEND_TEST_CMOCKA_ALL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
