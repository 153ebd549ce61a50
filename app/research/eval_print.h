/* SPDX-License-Identifier: MIT */
/* What `emend eval` prints: lines for people, or one JSON object. */
#ifndef EMEND_EVAL_PRINT_H
#define EMEND_EVAL_PRINT_H

#include "eval.h"
#include "eval_impute.h"
#include "eval_restore.h"

enum eval_task { TASK_NLL, TASK_DENOISE, TASK_IMPUTE };

extern const char *const eval_tasks[]; /* names of enum eval_task, NULL at the end */

struct eval_flags {
  const char *model, *data, *split;
  int task, particles, gap;
  double noise, strength;
  uint64_t seed;
  bool json;
};

/* One evaluation: what was asked, of which model, on which data. */
struct eval_told {
  const struct eval_flags *flags;
  const struct model *model;
  const struct dataset *data;
};

/* To standard output. Allocate. */
enum status eval_tell_nll(const struct eval_told *told, const struct eval_nll *result,
                          struct error *error) EMEND_CHECK;
enum status eval_tell_denoise(const struct eval_told *told, const struct eval_denoise *result,
                              struct error *error) EMEND_CHECK;
enum status eval_tell_impute(const struct eval_told *told, const struct eval_impute *result,
                             struct error *error) EMEND_CHECK;
enum status eval_tell_restore(const struct eval_told *told, const struct eval_restore *result,
                              struct error *error) EMEND_CHECK;

#endif
