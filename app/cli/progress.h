/* SPDX-License-Identifier: MIT */
/* A bar with the time left, on standard error, only on a terminal and only for what takes over two seconds. */
#ifndef EMEND_PROGRESS_H
#define EMEND_PROGRESS_H

#include <stdbool.h>

struct progress {
  const char *label;
  double start, drawn; /* seconds, of the monotonic clock */
  bool terminal, shown;
};

void progress_begin(struct progress *progress, const char *label);
/* `share` in [0, 1] is done; `left` seconds remain, or negative where the share must tell; `note` may be "". */
void progress_show(struct progress *progress, double share, double left, const char *note);
/* Take the bar off the terminal. */
void progress_end(struct progress *progress);

#endif
