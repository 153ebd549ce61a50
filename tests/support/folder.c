/* SPDX-License-Identifier: MIT */
#include "folder.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct folder test_folder;

void folder_make(struct folder *folder)
{
  snprintf(folder->path, sizeof folder->path, "/tmp/emend-test-XXXXXX");
  if (mkdtemp(folder->path) == NULL) {
    perror("mkdtemp");
    abort();
  }
}

const char *folder_join(const struct folder *folder, const char *name)
{
  static char joined[4][512];
  static int next;
  char *path = joined[next++ % 4];
  snprintf(path, sizeof joined[0], "%s/%s", folder->path, name);
  return path;
}

int folder_count(const char *path)
{
  DIR *open = opendir(path);
  int count = 0;
  for (const struct dirent *entry = open != NULL ? readdir(open) : NULL; entry != NULL; entry = readdir(open)) {
    count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
  }
  if (open != NULL) {
    closedir(open);
  }
  return count;
}

void folder_remove(const char *path)
{
  DIR *open = opendir(path);
  for (const struct dirent *entry = open != NULL ? readdir(open) : NULL; entry != NULL; entry = readdir(open)) {
    char inner[600];
    snprintf(inner, sizeof inner, "%.300s/%.280s", path, entry->d_name);
    if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 && remove(inner) != 0) {
      folder_remove(inner);
    }
  }
  if (open != NULL) {
    closedir(open);
  }
  rmdir(path);
}

void folder_put(const char *path, const void *data, size_t size)
{
  FILE *file = fopen(path, "wb");
  if (file == NULL || fwrite(data, 1, size, file) != size || fclose(file) != 0) {
    perror(path);
    abort();
  }
}

int test_folder_set_up(void **state)
{
  (void)state;
  folder_make(&test_folder);
  return 0;
}

int test_folder_tear_down(void **state)
{
  (void)state;
  folder_remove(test_folder.path);
  return 0;
}
