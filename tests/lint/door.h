/* SPDX-License-Identifier: MIT */
/* Includes the header that -DHEADER names: tests.cmake compiles this as a C file of some folder would be. */
#include HEADER

int door(void);
