/* SPDX-License-Identifier: MIT */
#include "bench_machine.h"

#include <cblas.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "blas_threads.h"
#include "parallel.h"

double bench_seconds(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

enum { LANES = 64 }; /* independent sums, so that additions do not wait for each other */

static float read_all(size_t count, const float *values)
{
  float sums[LANES] = {0};
  for (size_t i = 0; i + LANES <= count; i += LANES) {
#pragma omp simd
    for (int lane = 0; lane < LANES; lane++) {
      sums[lane] += values[i + (size_t)lane];
    }
  }
  float sum = 0;
  for (int lane = 0; lane < LANES; lane++) {
    sum += sums[lane];
  }
  return sum;
}

static int by_size(const void *a, const void *b)
{
  const double x = *(const double *)a;
  const double y = *(const double *)b;
  return (x > y) - (x < y);
}

double bench_read_bandwidth(size_t size)
{
  enum { SAMPLES = 800, REST_EVERY = 16, LEAST = 1 << 18 };
  const struct timespec pause = {0, 500000};
  const size_t count = (size / sizeof(float) / LANES + 1) * LANES;
  float *values = aligned_alloc(64, count * sizeof *values);
  if (values == NULL) {
    return 0;
  }
  for (size_t i = 0; i < count; i++) {
    values[i] = (float)(i % 7);
  }
  const int rounds = (int)(LEAST / (size + 1)) + 1;
  double taken[SAMPLES];
  volatile float sink = read_all(count, values);
  for (int i = 0; i < SAMPLES; i++) {
    const double begun = bench_seconds();
    for (int round = 0; round < rounds; round++) {
      sink = read_all(count, values);
    }
    taken[i] = bench_seconds() - begun;
    if (i % REST_EVERY == 0) {
      nanosleep(&pause, NULL);
    }
  }
  (void)sink;
  free(values);
  qsort(taken, SAMPLES, sizeof *taken, by_size);
  return (double)rounds * (double)(count * sizeof *values) / taken[SAMPLES / 2];
}

enum { SIDE = 1024, TRIALS = 8 };

struct product {
  float *a, *b, *c;
  double rate[TRIALS];
};

static void multiply(void *user, int index)
{
  struct product *product = (struct product *)user + index;
  for (int trial = 0; trial < TRIALS; trial++) {
    const double begun = bench_seconds();
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, SIDE, SIDE, SIDE, 1, product->a, SIDE, product->b,
                SIDE, 0, product->c, SIDE);
    product->rate[trial] = 2e-9 * SIDE * SIDE * SIDE / (bench_seconds() - begun);
  }
}

double bench_sgemm(int threads)
{
  const size_t size = (size_t)SIDE * SIDE;
  struct product products[PARALLEL_MAX];
  float *blocks = aligned_alloc(64, 3 * size * (size_t)threads * sizeof *blocks);
  if (blocks == NULL) {
    return 0;
  }
  for (size_t i = 0; i < 3 * size * (size_t)threads; i++) {
    blocks[i] = (float)(i % 5) - 2;
  }
  for (int t = 0; t < threads; t++) {
    float *own = blocks + 3 * size * (size_t)t;
    products[t] = (struct product){.a = own, .b = own + size, .c = own + 2 * size};
  }
  blas_single_thread();
  parallel_run(threads, multiply, products);
  double best = 0;
  for (int trial = 0; trial < TRIALS; trial++) {
    double rate = 0;
    for (int t = 0; t < threads; t++) {
      rate += products[t].rate[trial];
    }
    best = rate > best ? rate : best;
  }
  free(blocks);
  return best;
}

struct bench_load {
  atomic_bool stop;
  int count;
  pthread_t threads[BENCH_LOAD_MAX];
};

static void *spin(void *user)
{
  struct bench_load *load = user;
  while (!atomic_load_explicit(&load->stop, memory_order_relaxed)) {
  }
  return NULL;
}

struct bench_load *bench_load_start(int threads)
{
  struct bench_load *load = calloc(1, sizeof *load);
  while (load != NULL && load->count < threads && load->count < BENCH_LOAD_MAX &&
         pthread_create(&load->threads[load->count], NULL, spin, load) == 0) {
    load->count++;
  }
  return load;
}

void bench_load_stop(struct bench_load *load)
{
  if (load == NULL) {
    return;
  }
  atomic_store(&load->stop, true);
  for (int i = 0; i < load->count; i++) {
    pthread_join(load->threads[i], NULL);
  }
  free(load);
}
