/* What went wrong in `emend live`, or is not as it was asked for: standard error. What it does: standard
 * output. */
#ifndef EMEND_LIVE_WARN_H
#define EMEND_LIVE_WARN_H

#include "status.h"

/* One line, headed by the command's name. Control thread. */
void live_warn(const char *format, ...) EMEND_PRINTF(1, 2);

#endif
