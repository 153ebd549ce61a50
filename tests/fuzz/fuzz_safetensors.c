/* SPDX-License-Identifier: MIT */
/* libFuzzer's entry for model files: whatever is accepted can be written and read again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "safetensors.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int holds, const char *what)
{
  if (!holds) {
    fprintf(stderr, "%s\n", what);
    abort();
  }
}

static void check_again(const struct safetensors *file)
{
  uint8_t *data;
  size_t size;
  struct safetensors again;
  struct error error;
  require(safetensors_write(&file->params, file->meta, file->meta_count, &data, &size, &error) == STATUS_OK,
          "what was read cannot be written");
  require(safetensors_read(&again, data, size, "again", &error) == STATUS_OK,
          "what was written cannot be read");
  require(again.params.count == file->params.count && again.params.size == file->params.size &&
            again.meta_count == file->meta_count,
          "the shape changed by writing and reading");
  if (file->params.count > 0) {
    require(memcmp(again.params.block, file->params.block, file->params.size * sizeof(float)) == 0,
            "a value changed by writing and reading");
  }
  free(data);
  safetensors_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct safetensors file;
  struct error error = {0};
  if (safetensors_read(&file, data, size, "fuzz", &error) == STATUS_OK) {
    check_again(&file);
    safetensors_free(&file);
  } else {
    require(error.text[0] != '\0', "refused without a word");
  }
  return 0;
}
