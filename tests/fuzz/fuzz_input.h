/* SPDX-License-Identifier: MIT */
/* For entries whose reader wants a file: the input under a name. */
#ifndef EMEND_FUZZ_INPUT_H
#define EMEND_FUZZ_INPUT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "folder.h"

/* A line on standard error, and the end; here, so that an analyser sees that it ends. */
static inline void require(int holds, const char *what)
{
  if (!holds) {
    fprintf(stderr, "%s\n", what);
    abort();
  }
}

/* A folder of this process, removed at its end; made by the first input_put. */
extern struct folder input_folder;

/* The path of a file of this name that holds the input, in input_folder. */
const char *input_put(const char *name, const uint8_t *data, size_t size);

/* Is this one line for a terminal? */
void require_line(const char *text);

#endif
