/* SPDX-License-Identifier: MIT */
/* What went wrong in `emend live`, or is not as it was asked for: standard error. What it does: standard
 * output. A line for which there is no room is dropped: blocking here would stall the ports. */
#ifndef EMEND_CONSOLE_H
#define EMEND_CONSOLE_H

#include <stdbool.h>
#include <stdio.h>

#include "status.h"

/* Is there room for a few lines? */
bool live_is_read(FILE *out);
/* One line, and that at once. Control thread. */
void live_tell(FILE *out, const char *format, ...) EMEND_PRINTF(2, 3);
/* One line, headed by the command's name. Control thread. */
void live_warn(const char *format, ...) EMEND_PRINTF(1, 2);

#endif
