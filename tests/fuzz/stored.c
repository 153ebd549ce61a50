/* SPDX-License-Identifier: MIT */
/* Runs a fuzzer's entry on stored inputs, without libFuzzer:  stored_NAME FILE-OR-FOLDER...
 * What fails aborts, as it does under libFuzzer. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 1 << 20 };

static void run_file(const char *path)
{
  uint8_t *data = malloc(INPUT_MAX);
  FILE *file = fopen(path, "rb");
  if (data == NULL || file == NULL) {
    perror(path);
    abort();
  }
  size_t size = fread(data, 1, INPUT_MAX, file);
  (void)fclose(file);
  uint8_t *exact = realloc(data, size > 0 ? size : 1); /* so that a sanitizer sees a read beyond */
  fprintf(stderr, "%s\n", path);
  (void)LLVMFuzzerTestOneInput(exact != NULL ? exact : data, size);
  free(exact);
}

static int run(const char *path)
{
  DIR *folder = opendir(path);
  int count = 0;
  if (folder == NULL) {
    run_file(path);
    return 1;
  }
  for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
    char inner[1024];
    if (entry->d_name[0] != '.') {
      snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name);
      run_file(inner);
      count++;
    }
  }
  closedir(folder);
  return count;
}

int main(int argc, char **argv)
{
  int count = 0;
  for (int i = 1; i < argc; i++) {
    count += run(argv[i]);
  }
  printf("%d inputs\n", count);
  return count > 0 ? 0 : 1;
}
