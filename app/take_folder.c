/* Room for takes: the oldest make place for the newest. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "take_file.h"

struct old_take {
  char name[JOURNAL_NAME_MAX];
  uint64_t size;
};

struct old_takes {
  struct old_take *list; /* owned */
  size_t count;
  uint64_t total; /* bytes */
};

static int by_name(const void *left, const void *right)
{
  return strcmp(((const struct old_take *)left)->name, ((const struct old_take *)right)->name);
}

static bool add_take(struct old_takes *takes, const char *name, uint64_t size)
{
  struct old_take *grown = realloc(takes->list, (takes->count + 1) * sizeof *grown);

  if (grown == NULL) {
    return false;
  }
  takes->list = grown;
  snprintf(grown[takes->count].name, sizeof grown->name, "%s", name);
  grown[takes->count++].size = size;
  takes->total += size;
  return true;
}

static bool is_take(const char *name)
{
  size_t length = strlen(name), ending = strlen(TAKE_ENDING);

  return length > ending && length < JOURNAL_NAME_MAX && strcmp(name + length - ending, TAKE_ENDING) == 0;
}

static void list_takes(struct old_takes *takes, const char *folder)
{
  DIR *open = opendir(folder);
  const struct dirent *entry;

  while (open != NULL && (entry = readdir(open)) != NULL) {
    char path[DATAFILE_PATH_MAX];
    struct stat about;
    int length = snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
    if (is_take(entry->d_name) && length > 0 && (size_t)length < sizeof path && lstat(path, &about) == 0 &&
        S_ISREG(about.st_mode) && !add_take(takes, entry->d_name, (uint64_t)about.st_size)) {
      break;
    }
  }
  if (open != NULL) {
    (void)closedir(open);
  }
  if (takes->count > 0) {
    qsort(takes->list, takes->count, sizeof *takes->list, by_name);
  }
}

static bool is_kept(const char *path)
{
  uint8_t head[JOURNAL_HEAD_SIZE];
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  ssize_t size = fd >= 0 ? read(fd, head, sizeof head) : -1;

  if (fd >= 0) {
    (void)close(fd);
  }
  return size < 0 || (journal_flags(head, (size_t)size) & JOURNAL_KEEP) != 0;
}

bool take_folder_trim(const char *folder, uint64_t limit)
{
  struct old_takes takes = {.list = NULL};

  list_takes(&takes, folder);
  for (size_t i = 0; i < takes.count && takes.total > limit; i++) {
    char path[DATAFILE_PATH_MAX];
    int length = snprintf(path, sizeof path, "%s/%s", folder, takes.list[i].name);
    if (length > 0 && (size_t)length < sizeof path && !is_kept(path) && !take_file_busy(path) &&
        unlink(path) == 0) {
      takes.total -= takes.list[i].size;
    }
  }
  bool fits = takes.total <= limit;
  free(takes.list);
  return fits;
}
