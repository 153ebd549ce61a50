/* SPDX-License-Identifier: MIT */
/* What a model costs live: time of a decision and of a tick, and what the machine would need at least to read
 * the weights that each uses, and to multiply them. */
#ifndef EMEND_BENCH_LIVE_H
#define EMEND_BENCH_LIVE_H

#include "model.h"

struct bench_times { /* microseconds */
  double p50, p99, p999, max;
  size_t count;
};

struct bench_reads {
  double bytes;            /* of weights read in one go, those read twice counted twice */
  double floor;            /* microseconds to read them at the bandwidth below */
  double ratio;            /* p50 over that */
  double arithmetic;       /* microseconds for a multiplication and an addition each, at the pace of sgemm */
  double arithmetic_ratio; /* p50 over that */
};

struct bench_live {
  bool fifo; /* measured under SCHED_FIFO */
  struct bench_times decision, tick;
  struct bench_reads decision_reads, tick_reads;
  size_t weights;   /* bytes of the live weights in all */
  double bandwidth; /* bytes a second, reading as much again and again */
  double real_time; /* takes: seconds of music a second */
};

/* Play `notes` random damaged strokes (12 a second on each of `channels`) through the live engine with this
 * model. `sgemm`: GFLOP/s of one thread. */
enum status bench_live_run(const struct model *model, int notes, int channels, double sgemm,
                           struct bench_live *result, struct error *error) EMEND_CHECK;

#endif
