/* SPDX-License-Identifier: MIT */
/* Matrix products in the networks' number type, by OpenBLAS. Not for the live thread. */
#ifndef EMEND_GEMM_H
#define EMEND_GEMM_H

#include <cblas.h>

#include "real.h"

#ifdef EMEND_DOUBLE
#define CBLAS_GEMM cblas_dgemm
#else
#define CBLAS_GEMM cblas_sgemm
#endif

/* C (m, n) = alpha * A (m, k) B (k, n) + beta * C; all row-major and dense. */
static inline void gemm(int m, int n, int k, real alpha, const real *a, const real *b, real beta, real *c)
{
  CBLAS_GEMM(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, n, k, alpha, a, k, b, n, beta, c, n);
}

/* C (m, n) = alpha * A (m, k) B' + beta * C with B stored (n, k). */
static inline void gemm_bt(int m, int n, int k, real alpha, const real *a, const real *b, real beta, real *c)
{
  CBLAS_GEMM(CblasRowMajor, CblasNoTrans, CblasTrans, m, n, k, alpha, a, k, b, k, beta, c, n);
}

/* C (m, n) = alpha * A' B + beta * C with A stored (k, m). */
static inline void gemm_at(int m, int n, int k, real alpha, const real *a, const real *b, real beta, real *c)
{
  CBLAS_GEMM(CblasRowMajor, CblasTrans, CblasNoTrans, m, n, k, alpha, a, m, b, n, beta, c, n);
}

#endif
