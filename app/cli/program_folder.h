/* SPDX-License-Identifier: MIT */
/* Where the running program lies. */
#ifndef EMEND_PROGRAM_FOLDER_H
#define EMEND_PROGRAM_FOLDER_H

#include <stdbool.h>

#include "paths.h"

/* False where the system does not tell. */
bool program_folder(char path[DATAFILE_PATH_MAX]) EMEND_CHECK;

#endif
