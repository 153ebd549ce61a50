/* SPDX-License-Identifier: MIT */
#include "outfile.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "paths.h"

static bool is_standard(const char *path)
{
  return path != NULL && strcmp(path, "-") == 0;
}

static const char *name_of(const char *path)
{
  const char *slash = strrchr(path, '/');
  return slash != NULL ? slash + 1 : path;
}

static bool folder_of(const char *path, char folder[DATAFILE_PATH_MAX])
{
  if (snprintf(folder, DATAFILE_PATH_MAX, "%s", path) >= DATAFILE_PATH_MAX) {
    return false;
  }
  char *slash = strrchr(folder, '/');
  if (slash == NULL) {
    snprintf(folder, DATAFILE_PATH_MAX, ".");
  } else {
    slash[slash == folder ? 1 : 0] = '\0';
  }
  return true;
}

enum status outfile_check(const char *path, struct error *error)
{
  char folder[DATAFILE_PATH_MAX];
  struct stat about;

  if (path == NULL || is_standard(path)) {
    return STATUS_OK;
  }
  if (path[0] == '\0' || !folder_of(path, folder)) {
    return error_set(error, STATUS_USAGE, "'%.100s' cannot be an output's name", path);
  }
  bool exists = stat(path, &about) == 0;
  if (exists && S_ISDIR(about.st_mode)) {
    return error_set(error, STATUS_IO, "%.300s: is a folder; name a file to write", path);
  }
  if (exists && !S_ISREG(about.st_mode)) {
    return STATUS_OK; /* devices and pipes are written directly */
  }
  if (stat(folder, &about) != 0 || !S_ISDIR(about.st_mode)) {
    return error_set(error, STATUS_IO, "%.300s: cannot write there: there is no folder %.300s", path, folder);
  }
  if (access(folder, W_OK | X_OK) != 0) {
    return error_set(error, STATUS_IO, "%.300s: cannot write there: %s; choose another place", path,
                     strerror(errno));
  }
  return STATUS_OK;
}

static bool is_one(const struct stat *a, const struct stat *b)
{
  return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Of two that are not there yet: of one name in one folder. */
static bool is_same_file(const char *a, const char *b)
{
  struct stat first, second;
  char folder[DATAFILE_PATH_MAX], other[DATAFILE_PATH_MAX];

  const bool there = stat(a, &first) == 0, other_there = stat(b, &second) == 0;
  if (there || other_there) {
    return there && other_there && S_ISREG(first.st_mode) && is_one(&first, &second);
  }
  return strcmp(name_of(a), name_of(b)) == 0 && folder_of(a, folder) && folder_of(b, other) &&
         stat(folder, &first) == 0 && stat(other, &second) == 0 && is_one(&first, &second);
}

enum status outfile_check_apart(const char *path, const char *other, const char *what, struct error *error)
{
  if (path == NULL || other == NULL || is_standard(path) || is_standard(other) || !is_same_file(path, other)) {
    return STATUS_OK;
  }
  return error_set(error, STATUS_USAGE, "%.300s: would be written over %s; give it another name", path, what);
}

enum status outfile_check_with_report(const char *in, const char *out, const char *report, struct error *error)
{
  if (is_standard(out) && is_standard(report)) {
    return error_set(error, STATUS_USAGE, "OUT.mid and --report cannot both be '-'; name a file for one");
  }
  enum status status = outfile_check(out, error);
  if (status == STATUS_OK) {
    status = outfile_check(report, error);
  }
  if (status == STATUS_OK) {
    status = outfile_check_apart(report, out, "OUT.mid", error);
  }
  return status == STATUS_OK ? outfile_check_apart(report, in, "IN.mid", error) : status;
}

FILE *outfile_stream(const char *out, const char *report)
{
  return is_standard(out) || is_standard(report) ? stderr : stdout;
}
