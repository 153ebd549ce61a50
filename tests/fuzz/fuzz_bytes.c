/* SPDX-License-Identifier: MIT */
/* libFuzzer's entry for the live engine. */
#include <stdio.h>
#include <stdlib.h>

#include "bytes_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  const char *fault = bytes_check(data, size, NULL);
  if (fault != NULL) {
    fprintf(stderr, "%s\n", fault);
    abort();
  }
  return 0;
}
