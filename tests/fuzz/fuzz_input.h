/* SPDX-License-Identifier: MIT */
/* For entries whose reader wants a file: the input under a name. */
#ifndef EMEND_FUZZ_INPUT_H
#define EMEND_FUZZ_INPUT_H

#include <stdint.h>

#include "folder.h"

/* A line on standard error, and the end. */
static inline void require(int holds, const char *what)
{
  if (!holds) {
    fprintf(stderr, "%s\n", what);
    abort();
  }
}

static struct folder input_folder;

static inline void input_remove(void)
{
  folder_remove(input_folder.path);
}

/* The path of a file of this name that holds the input; in a folder of this process, removed at its end. */
static inline const char *input_put(const char *name, const uint8_t *data, size_t size)
{
  if (input_folder.path[0] == '\0') {
    folder_make(&input_folder);
    require(atexit(input_remove) == 0, "no more functions at exit");
  }
  const char *path = folder_join(&input_folder, name);
  folder_put(path, data, size);
  return path;
}

/* Is this one line for a terminal? */
static inline void require_line(const char *text)
{
  require(text[0] != '\0', "refused without a word");
  for (const char *at = text; *at != '\0'; at++) {
    require((unsigned char)*at >= 0x20 && *at != 0x7F, "a refusal holds a control character");
  }
}

#endif
