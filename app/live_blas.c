#include "live_blas.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_SIZE = 4096 };

static const char variable[] = "OPENBLAS_NUM_THREADS";

void live_blas_become(int argc, char **argv)
{
  char path[PATH_SIZE];

  if (argc < 2 || strcmp(argv[1], "live") != 0 || getenv(variable) != NULL || setenv(variable, "1", 1) != 0) {
    return;
  }
  /* By its name, which is what the system's tools show. */
  const ssize_t size = readlink("/proc/self/exe", path, sizeof path - 1);
  if (size > 0) {
    path[size] = '\0';
    (void)execv(path, argv); /* comes back where there is no such file any more */
  }
  (void)unsetenv(variable);
}
