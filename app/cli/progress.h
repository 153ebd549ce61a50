/* SPDX-License-Identifier: MIT */
/* How far work is, on standard error: on a terminal a bar with the time left, for what takes over two seconds;
 * elsewhere nothing, or where log_every is set a line so often. */
#ifndef EMEND_PROGRESS_H
#define EMEND_PROGRESS_H

#include <stdbool.h>

struct progress {
  const char *label;
  double start, drawn; /* seconds, of the monotonic clock */
  double log_every;    /* seconds between lines where there is no terminal; 0: none. Set after progress_begin */
  bool terminal, shown;
};

void progress_begin(struct progress *progress, const char *label);
/* `share` in [0, 1] is done; `left` seconds remain, or negative where the share must tell; `note` may be "". */
void progress_show(struct progress *progress, double share, double left, const char *note);
/* Take the bar off the terminal. */
void progress_end(struct progress *progress);

#endif
