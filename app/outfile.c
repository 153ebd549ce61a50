#include "outfile.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "datafile.h"

static bool is_standard(const char *path)
{
  return path != NULL && strcmp(path, "-") == 0;
}

enum status outfile_check(const char *path, struct error *error)
{
  char folder[DATAFILE_PATH_MAX];
  struct stat about;

  if (path == NULL || is_standard(path)) {
    return STATUS_OK;
  }
  if (path[0] == '\0' || strlen(path) >= sizeof folder) {
    return error_set(error, STATUS_USAGE, "'%.100s' cannot be an output's name", path);
  }
  bool exists = stat(path, &about) == 0;
  if (exists && S_ISDIR(about.st_mode)) {
    return error_set(error, STATUS_IO, "%.300s: is a folder; name a file to write", path);
  }
  if (exists && !S_ISREG(about.st_mode)) {
    return STATUS_OK; /* a device or pipe is written as it is */
  }
  snprintf(folder, sizeof folder, "%s", path);
  char *slash = strrchr(folder, '/');
  if (slash == NULL) {
    snprintf(folder, sizeof folder, ".");
  } else {
    slash[slash == folder ? 1 : 0] = '\0';
  }
  if (access(folder, W_OK | X_OK) != 0) {
    return error_set(error, STATUS_IO, "%.300s: cannot write there: %s", path, strerror(errno));
  }
  return STATUS_OK;
}

enum status outfile_check_with_report(const char *out, const char *report, struct error *error)
{
  if (is_standard(out) && is_standard(report)) {
    return error_set(error, STATUS_USAGE, "OUT.mid and --report cannot both be '-'; name a file for one");
  }
  enum status status = outfile_check(out, error);
  return status == STATUS_OK ? outfile_check(report, error) : status;
}

FILE *outfile_stream(const char *out, const char *report)
{
  return is_standard(out) || is_standard(report) ? stderr : stdout;
}
