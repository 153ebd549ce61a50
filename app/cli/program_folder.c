/* SPDX-License-Identifier: MIT */
#include "program_folder.h"

#include <string.h>
#include <unistd.h>
#ifdef __APPLE__
#include <mach-o/dyld.h>
#endif

bool program_folder(char path[DATAFILE_PATH_MAX])
{
#ifdef __APPLE__
  uint32_t size = DATAFILE_PATH_MAX;
  if (_NSGetExecutablePath(path, &size) != 0) {
    return false;
  }
#else
  ssize_t size = readlink("/proc/self/exe", path, DATAFILE_PATH_MAX - 1);
  if (size <= 0) {
    return false;
  }
  path[size] = '\0';
#endif
  char *slash = strrchr(path, '/');
  if (slash == NULL) {
    return false;
  }
  *slash = '\0';
  return true;
}
