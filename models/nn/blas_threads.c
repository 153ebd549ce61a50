/* SPDX-License-Identifier: MIT */
#include "blas_threads.h"

#include <cblas.h>

void blas_single_thread(void)
{
  openblas_set_num_threads(1);
}
