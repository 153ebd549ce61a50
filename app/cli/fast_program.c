/* SPDX-License-Identifier: MIT */
#include "fast_program.h"

#if defined(EMEND_FAST_PROGRAM) && defined(__x86_64__)

#include <stdio.h>
#include <unistd.h>

#include "program_folder.h"

/* Of what the compiler was allowed, these came last: no processor has them without the others. */
static int processor_can(void)
{
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi") &&
         __builtin_cpu_supports("bmi2");
}

void fast_program_become(char **argv)
{
  char folder[DATAFILE_PATH_MAX], path[DATAFILE_PATH_MAX + sizeof EMEND_FAST_PROGRAM];

  if (processor_can() && program_folder(folder)) {
    snprintf(path, sizeof path, "%s/%s", folder, EMEND_FAST_PROGRAM);
    (void)execv(path, argv); /* comes back where there is none */
  }
}

#else

void fast_program_become(char **argv)
{
  (void)argv;
}

#endif
