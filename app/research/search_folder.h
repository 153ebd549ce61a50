/* SPDX-License-Identifier: MIT */
/* What came of one trial of a search: result.json in its folder. */
#ifndef EMEND_SEARCH_FOLDER_H
#define EMEND_SEARCH_FOLDER_H

#include <jansson.h>

#include "paths.h"
#include "search_space.h"

/* What the number of a trial is. They compare within a kind; the exact likelihood and the bound with each
 * other. */
enum search_number {
  SEARCH_EXACT,     /* the exact negative log likelihood */
  SEARCH_BOUND,     /* the bound on it */
  SEARCH_DENOISING, /* the bound of the clean frames given damaged ones */
  SEARCH_SURROGATE, /* the arithmetic of 2014; no bound */
  SEARCH_LOSS,      /* a loss of its own weights; no bound */
};

struct search_result {
  int trial;
  bool failed; /* then there is a reason and no number */
  char reason[256];
  enum search_number number;
  double nats;  /* a frame of the validation split */
  double bound; /* the exact bound of the same weights, nats a frame */
  int epochs, threads;
  double seconds;
  size_t frames; /* of the validation split */
};

const char *search_number_name(enum search_number number);    /* "bound" */
const char *search_number_meaning(enum search_number number); /* for a person */

/* NULL if out of memory. */
json_t *search_result_json(const struct search_space *space, const struct search_settings *settings,
                           const struct search_result *result);
/* Written whole or not at all. */
enum status search_result_write(const struct search_space *space, const struct search_settings *settings,
                                const struct search_result *result, const char *path,
                                struct error *error) EMEND_CHECK;
/* STATUS_NOT_FOUND where there is none; STATUS_FORMAT for one that is damaged or of another trial or space. */
enum status search_result_read(const struct search_space *space, int trial, const char *path,
                               struct search_result *result, struct error *error) EMEND_CHECK;

/* "rate=0.01 hidden=200": what the trial drew. */
void search_settings_text(const struct search_settings *settings, char *text, size_t size);

/* The folder of a search, which several processes, also of several machines, may work in at once:
 *
 *   space.cfg               the space, as it was given first
 *   data.json               what the data were, so that all trials compare
 *   trial-00017/            settings.cfg, model.safetensors with its .checkpoint and .csv, lock, result.json
 *
 * Who works on a trial holds a lock on its file `lock`, which ends with the process. */

/* FOLDER/trial-00017/NAME; "" for the trial's folder itself. */
void search_path(const char *folder, int trial, const char *name, char path[DATAFILE_PATH_MAX]);

/* Make the folder, or check that it is of this space and of data with this hash. `names`: the data's, for
 * people.
 */
enum status search_folder_open(const char *folder, const char *space_path, const struct search_space *space,
                               uint64_t data_hash, const struct option_list *names,
                               struct error *error) EMEND_CHECK;
/* The space of a folder that there is. Release with search_space_free. */
enum status search_folder_space(const char *folder, struct search_space *space,
                                struct error *error) EMEND_CHECK;

enum search_state {
  SEARCH_UNFINISHED, /* or not begun */
  SEARCH_RUNNING,    /* another process works on it */
  SEARCH_FINISHED,   /* with a result; it may be that it failed */
  SEARCH_BROKEN,     /* its result cannot be read: `why` says it */
};

/* Not for a trial that this process has claimed: the look would end the claim. */
enum search_state search_look(const char *folder, const struct search_space *space, int trial,
                              struct search_result *result, struct error *why);

/* Make the trial's folder and claim it. *lock is negative where another process has it. */
enum status search_claim(const char *folder, int trial, int *lock, struct error *error) EMEND_CHECK;
void search_release(int lock);

/* Write settings.cfg. What was learnt with other settings is removed: *other says so. */
enum status search_settle(const char *folder, const struct search_space *space,
                          const struct search_settings *settings, bool *other, struct error *error) EMEND_CHECK;

/* The trials that there are, by number. The caller frees the list. */
enum status search_trials(const char *folder, int **trials, size_t *count, struct error *error) EMEND_CHECK;

#endif
