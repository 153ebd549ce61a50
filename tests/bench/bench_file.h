/* SPDX-License-Identifier: MIT */
/* How fast a file is cleaned. */
#ifndef EMEND_BENCH_FILE_H
#define EMEND_BENCH_FILE_H

#include "status.h"

/* Run `emend denoise` with this preset's folder on a file of so many random strokes; *music: seconds that the
 * file lasts, *taken: that the program ran. Writes to a temporary folder, which is removed. */
enum status bench_file(const char *preset, int notes, double *music, double *taken,
                       struct error *error) EMEND_CHECK;

#endif
