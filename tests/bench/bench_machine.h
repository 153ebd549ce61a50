/* SPDX-License-Identifier: MIT */
/* What the machine itself can do, to hold emend's figures against. Allocates; any thread. */
#ifndef EMEND_BENCH_MACHINE_H
#define EMEND_BENCH_MACHINE_H

#include <stddef.h>

double bench_seconds(void); /* monotonic */

/* Bytes a second when `size` bytes are read from first to last again and again (one thread): the bandwidth of
 * whichever cache holds them. The median, with rests as the live part has them. 0 if out of memory. */
double bench_read_bandwidth(size_t size);
/* Single-precision GFLOP/s of OpenBLAS, the best of a few large products on each of so many threads at once. */
double bench_sgemm(int threads);

enum { BENCH_LOAD_MAX = 64 };

/* Up to BENCH_LOAD_MAX threads that spin until told to stop, at normal priority. */
struct bench_load;
struct bench_load *bench_load_start(int threads);
void bench_load_stop(struct bench_load *load);

#endif
