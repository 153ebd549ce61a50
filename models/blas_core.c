#include "blas_core.h"

#include <cblas.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static const char variable[] = "OPENBLAS_CORETYPE";

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

void blas_core_become(char **argv)
{
  const struct blas_features features = blas_features();
  const char *better = blas_core_better(blas_core(), &features);
  if (better == NULL || getenv(variable) != NULL || strstr(openblas_get_config(), "DYNAMIC_ARCH") == NULL ||
      setenv(variable, better, 1) != 0) {
    return;
  }
  (void)execv("/proc/self/exe", argv); /* comes back where there is no such thing */
  (void)unsetenv(variable);
}
