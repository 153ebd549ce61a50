/* SPDX-License-Identifier: MIT */
#include "blas_core.h"

#include <cblas.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static const char core_variable[] = "OPENBLAS_CORETYPE";
static const char threads_variable[] = "OPENBLAS_NUM_THREADS";

struct blas_features blas_features(void)
{
#ifdef __x86_64__
  __builtin_cpu_init();
  return (struct blas_features){
    .fma = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"),
    .avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512cd") &&
              __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
              __builtin_cpu_supports("avx512vl"),
    .bf16 = __builtin_cpu_supports("avx512bf16"),
  };
#else
  return (struct blas_features){.fma = false};
#endif
}

const char *blas_core(void)
{
  const char *core = openblas_get_corename();
  return core != NULL ? core : "unknown";
}

static bool is_one_of(const char *core, const char *const *cores)
{
  for (; *cores != NULL; cores++) {
    if (strcasecmp(core, *cores) == 0) {
      return true;
    }
  }
  return false;
}

const char *blas_core_better(const char *core, const struct blas_features *features)
{
  static const char *const wide[] = {"SkylakeX", "Cooperlake", "SapphireRapids", NULL};
  static const char *const usual[] = {"Haswell", "Zen", NULL};
  if (is_one_of(core, wide)) {
    return NULL;
  }
  if (features->avx512 && features->fma) {
    return features->bf16 ? "COOPERLAKE" : "SKYLAKEX";
  }
  return features->fma && !is_one_of(core, usual) ? "HASWELL" : NULL;
}

/* Set a variable that the user has not; false where it is set already. */
static bool choose(const char *variable, const char *value)
{
  return value != NULL && getenv(variable) == NULL && setenv(variable, value, 1) == 0;
}

/* By its name, which is what the system's tools show. Comes back where the system has no way. */
static void start_anew(char **argv)
{
  char path[PATH_MAX];
  const ssize_t size = readlink("/proc/self/exe", path, sizeof path - 1);
  if (size > 0) {
    path[size] = '\0';
    (void)execv(path, argv);
  }
}

void blas_core_become(char **argv, bool one_thread)
{
  const struct blas_features features = blas_features();
  const bool can = strstr(openblas_get_config(), "DYNAMIC_ARCH") != NULL;
  const bool core = choose(core_variable, can ? blas_core_better(blas_core(), &features) : NULL);
  const bool threads = choose(threads_variable, one_thread ? "1" : NULL);
  if (core || threads) {
    start_anew(argv);
  }
  if (core) {
    (void)unsetenv(core_variable);
  }
  if (threads) {
    (void)unsetenv(threads_variable);
  }
}
