/* SPDX-License-Identifier: MIT */
/* libFuzzer's entry for the reader and writer of MIDI files. */
#include <stdio.h>
#include <stdlib.h>

#include "smf_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  const char *fault = smf_check(data, size);
  if (fault != NULL) {
    fprintf(stderr, "%s\n", fault);
    abort();
  }
  return 0;
}
