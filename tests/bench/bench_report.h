/* SPDX-License-Identifier: MIT */
/* What the benchmark found, and how it is told. */
#ifndef EMEND_BENCH_REPORT_H
#define EMEND_BENCH_REPORT_H

#include "bench_live.h"

enum { BENCH_ROWS_MAX = 24, BENCH_NAME_SIZE = 256, BENCH_TRAIN_CASES = 2 };

struct bench_row {
  char name[BENCH_NAME_SIZE];
  struct bench_live live;
};

struct bench_case {
  const char *name;
  double steps; /* a second, on all threads */
  double flops; /* a step */
};

struct bench_report {
  int load;
  struct bench_row rows[BENCH_ROWS_MAX];
  int row_count;
  int threads;             /* of training */
  double sgemm, sgemm_all; /* GFLOP/s: one thread, all of them at once */
  char core[32];           /* OpenBLAS's kernels */
  double file_seconds;     /* of music in the file; 0: not measured */
  double file_taken;       /* seconds that emend denoise took for it, start and writing with it */
  struct bench_case training[BENCH_TRAIN_CASES];
};

void bench_report_markdown(const struct bench_report *report);
enum status bench_report_json(const struct bench_report *report, struct error *error) EMEND_CHECK;

#endif
