/* Folders of MIDI files. */
#include "dataset_disk.h"
#include "dataset_read.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

struct names {
  char **list; /* owned, as is each of it */
  size_t count;
};

static void names_free(struct names *names)
{
  for (size_t i = 0; i < names->count; i++) {
    free(names->list[i]);
  }
  free(names->list);
}

static enum status names_add(struct names *names, const char *name)
{
  char **grown = realloc(names->list, (names->count + 1) * sizeof *grown);
  if (grown == NULL) {
    return STATUS_NO_MEMORY;
  }
  names->list = grown;
  grown[names->count] = strdup(name);
  return grown[names->count++] != NULL ? STATUS_OK : STATUS_NO_MEMORY;
}

static int by_name(const void *a, const void *b)
{
  return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_folder(const char *folder, const char *name)
{
  char path[PATH_MAX];
  struct stat about;
  const int length = snprintf(path, sizeof path, "%s/%s", folder, name);
  return length > 0 && (size_t)length < sizeof path && stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

static bool is_take(const char *name)
{
  const char *dot = strrchr(name, '.');
  return dot != NULL && strcmp(dot, ".take") == 0;
}

/* What was filled of a take is no music of its own: NAME-filled.mid beside NAME.take. */
static bool is_filled_take(const char *folder, const char *name)
{
  static const char ending[] = "-filled.mid";
  char path[PATH_MAX];
  const size_t size = strlen(name), tail = sizeof ending - 1;
  if (size <= tail || strcmp(name + size - tail, ending) != 0) {
    return false;
  }
  const int length = snprintf(path, sizeof path, "%s/%.*s.take", folder, (int)(size - tail), name);
  return length > 0 && (size_t)length < sizeof path && access(path, F_OK) == 0;
}

static bool is_music(const char *folder, const char *name)
{
  const char *dot = strrchr(name, '.');
  return dot != NULL && (is_take(name) || strcasecmp(dot, ".mid") == 0 || strcasecmp(dot, ".midi") == 0) &&
         !is_folder(folder, name) && !is_filled_take(folder, name);
}

/* The MIDI files and takes of a folder, or its sub-folders, sorted; hidden ones are left out. */
static enum status list_folder(const char *path, bool (*wanted)(const char *, const char *),
                               struct names *names, struct error *error)
{
  DIR *folder = opendir(path);
  if (folder == NULL) {
    return error_set(error, STATUS_IO, "cannot open the folder %s: %s", path, strerror(errno));
  }
  enum status status = STATUS_OK;
  for (const struct dirent *entry = readdir(folder); entry != NULL && status == STATUS_OK;
       entry = readdir(folder)) {
    if (entry->d_name[0] != '.' && wanted(path, entry->d_name)) {
      status = names_add(names, entry->d_name);
    }
  }
  closedir(folder);
  if (status != STATUS_OK) {
    return error_set(error, status, "not enough memory to list %s", path);
  }
  if (names->count > 0) {
    qsort(names->list, names->count, sizeof *names->list, by_name);
  }
  return STATUS_OK;
}

static enum status no_files(const char *path, const char *split, struct error *error)
{
  struct names names = {0};
  enum status status = list_folder(path, is_folder, &names, error);
  if (status == STATUS_OK) {
    char known[160] = "";
    size_t used = 0;
    for (size_t i = 0; i < names.count && used + strlen(names.list[i]) + 3 < sizeof known; i++) {
      used += (size_t)snprintf(known + used, sizeof known - used, "%s%s", i > 0 ? ", " : "", names.list[i]);
    }
    status =
      error_set(error, STATUS_NOT_FOUND, "%s has no split '%s', no MIDI files and no takes; its folders: %s",
                path, split, used > 0 ? known : "none");
  }
  names_free(&names);
  return status;
}

/* Read every file; a damaged one is skipped and counted. starts[i] is the first sequence of file i. */
static enum status read_files(struct dataset *dataset, const char *path, const struct names *names,
                              size_t *starts, struct error *error)
{
  struct error last = {0};
  for (size_t i = 0; i < names->count; i++) {
    starts[i] = dataset->count;
    char file[PATH_MAX];
    const int length = snprintf(file, sizeof file, "%s/%s", path, names->list[i]);
    const bool fits = length > 0 && (size_t)length < sizeof file;
    const enum status status = fits ? dataset_read_midi(dataset, file, names->list[i], &last)
                                    : error_set(&last, STATUS_IO, "a path in %s is too long", path);
    if (status == STATUS_NO_MEMORY) {
      return error_set(error, status, "not enough memory for %s", file);
    }
    if (status != STATUS_OK && dataset->skipped++ == 0) {
      dataset->unread = last;
    }
    dataset_lighten(dataset);
  }
  starts[names->count] = dataset->count;
  if (dataset->skipped == names->count) {
    return error_set(error, last.status, "none of the %zu files in %s can be read; the last: %.300s",
                     names->count, path, last.text);
  }
  return STATUS_OK;
}

static bool has_takes(const struct names *names)
{
  bool any = false;
  for (size_t i = 0; i < names->count; i++) {
    any = any || is_take(names->list[i]);
  }
  return any;
}

/* `inside`: the folder is the split's own. */
static enum status read_split(struct dataset *dataset, const char *path, const struct names *names, bool inside,
                              const char *split, struct error *error)
{
  size_t *starts = malloc((names->count + 1) * sizeof *starts);
  if (starts == NULL) {
    return error_set(error, STATUS_NO_MEMORY, "not enough memory to read %s", path);
  }
  enum status status = read_files(dataset, path, names, starts, error);
  if (status == STATUS_OK && !inside && has_takes(names)) {
    status = dataset_hold_back(dataset, starts, names->count, split, path, error);
  }
  free(starts);
  return status;
}

enum status dataset_read_folder(struct dataset *dataset, const char *path, const char *split,
                                struct error *error)
{
  char folder[PATH_MAX];
  const bool inside = is_folder(path, split);
  const int length = snprintf(folder, sizeof folder, "%s%s%s", path, inside ? "/" : "", inside ? split : "");
  if (length < 0 || (size_t)length >= sizeof folder) {
    return error_set(error, STATUS_IO, "the path %.200s... is too long", path);
  }
  struct names names = {0};
  enum status status = list_folder(folder, is_music, &names, error);
  if (status == STATUS_OK) {
    status = names.count > 0 ? read_split(dataset, folder, &names, inside, split, error)
                             : no_files(path, split, error);
  }
  names_free(&names);
  return status;
}
