/* SPDX-License-Identifier: MIT */
/* Notes that a program which died (kill -9, a power cut) left on at the DAW or synthesizer: the captured take
 * tells which. The next start ends them. The control thread's; not for live threads. */
#ifndef EMEND_BROKEN_TAKE_H
#define EMEND_BROKEN_TAKE_H

#include "live.h"
#include "sounding.h"

/* Look at the take in `folder` that was written last, but for those that are being written, and at those that
 * it continues. One that ended in order or cannot be read leaves nothing to do. Allocates for a while. */
void broken_take_find(struct sounding *left, const char *folder);
/* Have the live engine end what is left; where it is busy, the rest at the next call. A key that sounds by then
 * is left alone. */
void broken_take_end(struct sounding *left, struct live *live);

#endif
