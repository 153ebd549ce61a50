/* SPDX-License-Identifier: MIT */
/* Decision times of one preset while other threads take the processors, the memory's bandwidth and the page
 * cache, with and without SCHED_FIFO. */
#ifndef EMEND_BENCH_PRESSURE_H
#define EMEND_BENCH_PRESSURE_H

#include "status.h"

/* emend_bench pressure [--seconds S] [PRESET-FOLDER]: a Markdown table on standard output, S seconds (10) a
 * row. `count` and `arguments` are those after "pressure". */
enum status bench_pressure(int count, char *const *arguments, struct error *error) EMEND_CHECK;

#endif
