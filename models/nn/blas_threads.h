/* SPDX-License-Identifier: MIT */
/* OpenBLAS as emend uses it: one thread a call. Parallelism is over sequences, which scales better than
 * threads inside small products. */
#ifndef EMEND_BLAS_THREADS_H
#define EMEND_BLAS_THREADS_H

/* Call before any work that uses BLAS from several threads. Any thread; idempotent. */
void blas_single_thread(void);

#endif
