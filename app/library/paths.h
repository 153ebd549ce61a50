/* SPDX-License-Identifier: MIT */
/* Files that come with the program (presets, demo takes), wherever it was installed or built. */
#ifndef EMEND_PATHS_H
#define EMEND_PATHS_H

#include <stdbool.h>

#include "status.h"

enum { DATAFILE_PATH_MAX = 4096, DATAFILE_ROOTS_MAX = 6 };

/* The folders looked in, first one first: the user's ($XDG_DATA_HOME/emend), those about the program's, where
 * `make install` puts them, the source tree. With `data_dir` that alone. Returns how many there are. */
int datafile_roots(const char *data_dir, char roots[DATAFILE_ROOTS_MAX][DATAFILE_PATH_MAX]);

/* The first ROOT/`relative` that can be read. STATUS_NOT_FOUND where there is none. */
enum status datafile_find(const char *relative, char path[DATAFILE_PATH_MAX], struct error *error) EMEND_CHECK;
/* The same, in `data_dir` alone unless it is NULL. */
enum status datafile_find_in(const char *data_dir, const char *relative, char path[DATAFILE_PATH_MAX],
                             struct error *error) EMEND_CHECK;

/* The program says in which folder it lies; a library does not ask. Once, before anything is looked for. */
void datafile_set_program(const char *folder);

/* $XDG_DATA_HOME/emend/`rest`, or its place under the home folder; "" without a home. */
void datafile_user_data(const char *rest, char path[DATAFILE_PATH_MAX]);

/* $XDG_CONFIG_HOME/emend/emend.conf, or its place under the home folder; "" without a home. */
void datafile_user_config(char path[DATAFILE_PATH_MAX]);

/* Make a folder and those above it, where they are missing, for the user alone. `path` is changed while it
 * runs. */
enum status datafile_make_folder(char *path, struct error *error) EMEND_CHECK;

#endif
