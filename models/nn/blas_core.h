/* SPDX-License-Identifier: MIT */
/* OpenBLAS has kernels for several processors ("cores") and chooses when the program starts. It does not know
 * processors newer than itself and then takes kernels for older ones: half as fast, where vectors of 16 floats
 * go unused. */
#ifndef EMEND_BLAS_CORE_H
#define EMEND_BLAS_CORE_H

#include <stdbool.h>

/* What a processor can, and the system lets programs use. */
struct blas_features {
  bool fma;    /* vectors of 8 floats, multiplied and added at once (AVX2, FMA) */
  bool avx512; /* vectors of 16 (F, CD, BW, DQ, VL) */
  bool bf16;   /* and short floats (AVX-512 BF16) */
};

struct blas_features blas_features(void);

/* The core whose kernels are in use, as OpenBLAS calls it. Never NULL. */
const char *blas_core(void);

/* The core that a processor should have instead of `core`, as OPENBLAS_CORETYPE knows it; NULL: `core` is
 * right. */
const char *blas_core_better(const char *core, const struct blas_features *features);

/* Re-execute the program with the environment that OpenBLAS should start in, unless it is so or the system
 * has no way: the better core, where there is one, the library can change and OPENBLAS_CORETYPE is not set; and
 * with `one_thread`, where OPENBLAS_NUM_THREADS is not set, none of the threads that OpenBLAS starts for each
 * further processor and gives 128 MB each. To be called before anything is open. */
void blas_core_become(char **argv, bool one_thread);

#endif
