/* SPDX-License-Identifier: MIT */
#include "paths.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* False when the parts do not fit. */
static bool join(char out[DATAFILE_PATH_MAX], const char *folder, const char *rest)
{
  size_t head = strlen(folder), tail = strlen(rest);

  if (head + 1 + tail >= DATAFILE_PATH_MAX) {
    return false;
  }
  memcpy(out, folder, head);
  out[head] = '/';
  memcpy(out + head + 1, rest, tail + 1);
  return true;
}

/* $`variable`/emend, or ~/`fallback`/emend. */
static bool user_folder(char out[DATAFILE_PATH_MAX], const char *variable, const char *fallback)
{
  const char *folder = getenv(variable);
  const char *home = getenv("HOME");
  char base[DATAFILE_PATH_MAX];

  if (folder != NULL && folder[0] == '/') {
    return join(out, folder, "emend");
  }
  return home != NULL && home[0] != '\0' && join(base, home, fallback) && join(out, base, "emend");
}

static char program[DATAFILE_PATH_MAX]; /* its folder; "": not said */

void datafile_set_program(const char *folder)
{
  snprintf(program, sizeof program, "%s", folder);
}

int datafile_roots(const char *data_dir, char roots[DATAFILE_ROOTS_MAX][DATAFILE_PATH_MAX])
{
  int count = 0;

  if (data_dir != NULL) {
    return snprintf(roots[0], DATAFILE_PATH_MAX, "%s", data_dir) < DATAFILE_PATH_MAX;
  }
  count += user_folder(roots[count], "XDG_DATA_HOME", ".local/share");
  if (program[0] != '\0') {
    count += join(roots[count], program, "..");
    count += join(roots[count], program, "../share/emend");
    count += join(roots[count], program, "../../share/emend"); /* of a program in lib/emend */
  }
  snprintf(roots[count++], DATAFILE_PATH_MAX, "%s", EMEND_INSTALLED_DATA);
#if defined(EMEND_SOURCE_DATA) /* a package knows nothing of where it was built */
  snprintf(roots[count++], DATAFILE_PATH_MAX, "%s", EMEND_SOURCE_DATA);
#endif
  return count;
}

enum status datafile_find(const char *relative, char path[DATAFILE_PATH_MAX], struct error *error)
{
  return datafile_find_in(NULL, relative, path, error);
}

enum status datafile_find_in(const char *data_dir, const char *relative, char path[DATAFILE_PATH_MAX],
                             struct error *error)
{
  char roots[DATAFILE_ROOTS_MAX][DATAFILE_PATH_MAX];
  int count = datafile_roots(data_dir, roots);

  for (int i = 0; i < count; i++) {
    if (join(path, roots[i], relative) && access(path, R_OK) == 0) {
      return STATUS_OK;
    }
  }
  path[0] = '\0';
  return error_set(error, STATUS_NOT_FOUND, "%s: not found in emend's data folders; install emend again",
                   relative);
}

void datafile_user_config(char path[DATAFILE_PATH_MAX])
{
  char folder[DATAFILE_PATH_MAX];

  if (!user_folder(folder, "XDG_CONFIG_HOME", ".config") || !join(path, folder, "emend.conf")) {
    path[0] = '\0';
  }
}

void datafile_user_data(const char *rest, char path[DATAFILE_PATH_MAX])
{
  char folder[DATAFILE_PATH_MAX];

  if (!user_folder(folder, "XDG_DATA_HOME", ".local/share") || !join(path, folder, rest)) {
    path[0] = '\0';
  }
}

enum status datafile_make_folder(char *path, struct error *error)
{
  for (char *at = strchr(path + 1, '/'); at != NULL; at = strchr(at + 1, '/')) {
    *at = '\0';
    (void)mkdir(path, 0700); /* the last one tells */
    *at = '/';
  }
  if (mkdir(path, 0700) != 0 && errno != EEXIST) {
    return error_set(error, STATUS_IO, "cannot make the folder %.300s: %s; see to its permissions", path,
                     strerror(errno));
  }
  return STATUS_OK;
}
