/* SPDX-License-Identifier: MIT */
#include "bench_report.h"
#include "live.h"

#include <jansson.h>
#include <stdio.h>

static double ratio(double part, double whole)
{
  return whole > 0 ? part / whole : 0;
}

static void print_live(const struct bench_report *report)
{
  printf("| model | what | p50 | p99 | p99.9 | max | samples | weights read, KiB | to read them | ratio | to "
         "multiply them | ratio |\n");
  printf("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n");
  for (int i = 0; i < report->row_count; i++) {
    const struct bench_live *live = &report->rows[i].live;
    const struct bench_times *times[] = {&live->decision, &live->tick};
    const struct bench_reads *reads[] = {&live->decision_reads, &live->tick_reads};
    for (int k = 0; k < 2; k++) {
      printf("| %s | %s | %.2f | %.2f | %.2f | %.2f | %zu | %.1f | %.2f | %.2f | %.2f | %.2f |\n",
             report->rows[i].name, k == 0 ? "decision" : "tick", times[k]->p50, times[k]->p99, times[k]->p999,
             times[k]->max, times[k]->count, reads[k]->bytes / 1024, reads[k]->floor, reads[k]->ratio,
             reads[k]->arithmetic, reads[k]->arithmetic_ratio);
    }
  }
  printf("\n| model | live weights, KiB | bandwidth of the cache that holds them, GB/s | a take, times real "
         "time |\n");
  printf("| --- | --- | --- | --- |\n");
  for (int i = 0; i < report->row_count; i++) {
    const struct bench_live *live = &report->rows[i].live;
    printf("| %s | %.1f | %.1f | %.0f |\n", report->rows[i].name, (double)live->weights / 1024,
           live->bandwidth / 1e9, live->real_time);
  }
}

static void print_training(const struct bench_report *report)
{
  printf("\nsgemm (OpenBLAS, %s): %.1f GFLOP/s on one thread, %.1f on %d at once.\n\n", report->core,
         report->sgemm, report->sgemm_all, report->threads);
  printf("| training on %d threads | steps a second | MFLOP a step | GFLOP/s | share of sgemm's |\n",
         report->threads);
  printf("| --- | --- | --- | --- | --- |\n");
  for (int i = 0; i < BENCH_TRAIN_CASES; i++) {
    const struct bench_case *one = &report->training[i];
    const double rate = one->steps * one->flops / 1e9;
    printf("| %s | %.0f | %.3f | %.1f | %.2f |\n", one->name, one->steps, one->flops / 1e6, rate,
           ratio(rate, report->sgemm_all));
  }
}

void bench_report_markdown(const struct bench_report *report)
{
  const bool fifo = report->row_count > 0 && report->rows[0].live.fifo;
  printf("Spinning threads beside it: %d. The live part runs under %s. Times in microseconds. A tick "
         "closes the frames of all busy channels and takes the steps of %d of them.\n\n",
         report->load, fifo ? "SCHED_FIFO" : "SCHED_OTHER (SCHED_FIFO is not permitted)", LIVE_STEPS_MAX);
  print_live(report);
  print_training(report);
  if (report->file_seconds > 0) {
    printf("\n`emend denoise` of %.0f s of music, from start to end of the program: %.2f s, %.0f times real "
           "time.\n",
           report->file_seconds, report->file_taken, ratio(report->file_seconds, report->file_taken));
  }
}

static json_t *json_times(const struct bench_times *times, const struct bench_reads *reads)
{
  return json_pack("{s:f, s:f, s:f, s:f, s:I, s:f, s:f, s:f, s:f, s:f}", "p50_us", times->p50, "p99_us",
                   times->p99, "p999_us", times->p999, "max_us", times->max, "samples",
                   (json_int_t)times->count, "weight_bytes", reads->bytes, "floor_us", reads->floor, "ratio",
                   reads->ratio, "arithmetic_us", reads->arithmetic, "arithmetic_ratio",
                   reads->arithmetic_ratio);
}

static json_t *json_live(const struct bench_row *row)
{
  const struct bench_live *live = &row->live;
  return json_pack("{s:s, s:o, s:o, s:I, s:f, s:f}", "preset", row->name, "decision",
                   json_times(&live->decision, &live->decision_reads), "tick",
                   json_times(&live->tick, &live->tick_reads), "live_weight_bytes", (json_int_t)live->weights,
                   "bandwidth_bytes_per_second", live->bandwidth, "times_real_time", live->real_time);
}

static json_t *json_training(const struct bench_report *report, const struct bench_case *one)
{
  const double rate = one->steps * one->flops / 1e9;
  return json_pack("{s:f, s:f, s:f}", "steps_per_second", one->steps, "flop_per_step", one->flops, "ratio",
                   ratio(rate, report->sgemm_all));
}

enum status bench_report_json(const struct bench_report *report, struct error *error)
{
  json_t *presets = json_array();
  json_t *training = json_object();
  int failed = presets == NULL || training == NULL;
  for (int i = 0; i < report->row_count && !failed; i++) {
    failed |= json_array_append_new(presets, json_live(&report->rows[i]));
  }
  for (int i = 0; i < BENCH_TRAIN_CASES && !failed; i++) {
    failed |=
      json_object_set_new(training, report->training[i].name, json_training(report, &report->training[i]));
  }
  json_t *root = json_pack("{s:i, s:o, s:s, s:i, s:f, s:f, s:o, s:{s:f, s:f, s:f}}", "load", report->load,
                           "presets", presets, "openblas_core", report->core, "threads", report->threads,
                           "sgemm_gflops", report->sgemm, "sgemm_gflops_all", report->sgemm_all, "training",
                           training, "denoise", "music_seconds", report->file_seconds, "seconds",
                           report->file_taken, "ratio", ratio(report->file_seconds, report->file_taken));
  failed |= root == NULL || json_dumpf(root, stdout, JSON_INDENT(2)) != 0;
  json_decref(root);
  putchar('\n');
  return failed ? error_set(error, STATUS_IO, "the report cannot be written") : STATUS_OK;
}
