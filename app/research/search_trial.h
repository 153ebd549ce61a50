/* SPDX-License-Identifier: MIT */
/* One trial of a search: training with the settings it draws, in its folder. */
#ifndef EMEND_SEARCH_TRIAL_H
#define EMEND_SEARCH_TRIAL_H

#include "search_folder.h"

struct search_job {
  const struct search_space *space;
  const char *space_name;        /* recorded in the models */
  struct dataset *train, *valid; /* each trial makes its frames of them */
  const char *folder;
  int threads;
  train_report report; /* may be NULL */
  void *user;
  void (*say)(int trial, const char *what); /* one-line warning about a repaired file */
};

enum search_end {
  SEARCH_DONE,   /* by this call; it may be that the trial failed, which is a result */
  SEARCH_BEFORE, /* it had its result before */
  SEARCH_TAKEN,  /* another process works on it */
};

/* Of the music itself, both splits: the same music has the same hash on every machine. */
uint64_t search_data_hash(const struct dataset *train, const struct dataset *valid);

/* Claim a trial and train it, from its checkpoint where there is one. With SEARCH_DONE and SEARCH_BEFORE
 * *result is set. Returns STATUS_INTERRUPTED after a clean stop by the report; what it did is then in the
 * checkpoint. */
enum status search_run(const struct search_job *job, const struct search_settings *settings,
                       enum search_end *end, struct search_result *result, struct error *error) EMEND_CHECK;

#endif
