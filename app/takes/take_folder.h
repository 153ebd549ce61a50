/* SPDX-License-Identifier: MIT */
/* The folder of takes: what is in it, which one is meant, and room for more. */
#ifndef EMEND_TAKE_FOLDER_H
#define EMEND_TAKE_FOLDER_H

#include "journal.h"
#include "paths.h"

#define TAKE_ENDING ".take"

struct take_entry {
  char name[JOURNAL_NAME_MAX]; /* of the file */
  uint64_t size;
  uint64_t number; /* as take_number gave it; 0: of a time without numbers */
};

struct take_list {
  struct take_entry *list; /* owned; by number, those without one first and by name */
  size_t count;
  uint64_t total; /* bytes */
};

/* The takes in a folder; none where there is no such folder. Allocates; release with take_list_free. */
enum status take_folder_list(struct take_list *takes, const char *folder, struct error *error) EMEND_CHECK;
void take_list_free(struct take_list *takes);

/* The path of the take that is meant: "last", a name with or without its ending, the beginning of just one
 * name, or a path. STATUS_NOT_FOUND where it is none, STATUS_USAGE where it may be several. */
enum status take_folder_find(const struct take_list *takes, const char *folder, const char *wanted,
                             char path[DATAFILE_PATH_MAX], struct error *error) EMEND_CHECK;

/* Read a take. The caller frees *data. */
enum status take_load(const char *path, uint8_t **data, size_t *size, struct error *error) EMEND_CHECK;

/* The path of a take in a folder; false where it does not fit. */
bool take_folder_path(const char *folder, const char *name, char path[DATAFILE_PATH_MAX]);
/* Whether a file of this path or name is a take by its ending. */
bool take_is_name(const char *path);
/* Where a take is put when it was filled: beside it, as NAME-filled.mid. False for a path that is no take's. */
bool take_filled_path(const char *take, char path[DATAFILE_PATH_MAX]);
/* Delete a take, and what was filled of it. One that is not there is no failure. */
enum status take_delete(const char *path, struct error *error) EMEND_CHECK;

/* Delete the oldest takes of a folder until at most `limit` bytes are left, but none that is marked to keep or
 * being written, nor those from the number `first` on. False where that is not enough. */
bool take_folder_trim(const char *folder, uint64_t limit, uint64_t first);

/* Takes are in the order of their numbers, whatever the clock says. */
struct take_number {
  uint64_t number; /* of the next take */
  uint64_t first;  /* of the last session's takes, whoever's; of this one's where there was none before */
};
/* A number for a new take, greater than any before in this folder; `session`: it is the first take of one. What
 * has been given is kept in the folder, in a file .number. Never fails: without that file the takes tell. */
struct take_number take_number(const char *folder, bool session);

#endif
