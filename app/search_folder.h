/* The folder of a search, which several processes, also of several machines, may work in at once:
 *
 *   space.cfg               the space, as it was given first
 *   data.json               what the data were, so that all trials compare
 *   trial-00017/            settings.cfg, model.safetensors with its .checkpoint and .csv, lock, result.json
 *
 * Who works on a trial holds a lock on its file `lock`, which ends with the process. */
#ifndef EMEND_SEARCH_FOLDER_H
#define EMEND_SEARCH_FOLDER_H

#include "datafile.h"
#include "search_result.h"

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
