/* SPDX-License-Identifier: MIT */
#include "fuzz_input.h"

struct folder input_folder;

static void input_remove(void)
{
  folder_remove(input_folder.path);
}

const char *input_put(const char *name, const uint8_t *data, size_t size)
{
  if (input_folder.path[0] == '\0') {
    folder_make(&input_folder);
    require(atexit(input_remove) == 0, "no more functions at exit");
  }
  const char *path = folder_join(&input_folder, name);
  folder_put(path, data, size);
  return path;
}

void require_line(const char *text)
{
  require(text[0] != '\0', "refused without a word");
  for (const char *at = text; *at != '\0'; at++) {
    require((unsigned char)*at >= 0x20 && *at != 0x7F, "a refusal holds a control character");
  }
}
