/* SPDX-License-Identifier: MIT */
/* Notes that a program which died (kill -9, a power cut) left on at the DAW or synthesizer: the captured take
 * tells which. The next start ends them. Several may have died, and others ended in order since: each broken
 * take is seen to once, and marked. The control thread's; not for live threads. */
#ifndef EMEND_BROKEN_TAKE_H
#define EMEND_BROKEN_TAKE_H

#include "live.h"
#include "sounding.h"
#include "take_folder.h"

struct broken_takes {
  struct sounding left;
  char folder[DATAFILE_PATH_MAX];
  struct take_list takes; /* those to be marked once what is left is ended */
};

/* Look at all takes in `folder` that did not end in order and were not seen to yet, and at those that they
 * continue; but for those that are being written. One that cannot be read leaves nothing to do. Allocates;
 * release with broken_takes_free. */
void broken_takes_find(struct broken_takes *broken, const char *folder);
/* Have the live engine end what is left, and mark the takes; where it is busy, the rest at the next call. A key
 * that sounds by then is left alone. */
void broken_takes_end(struct broken_takes *broken, struct live *live);
void broken_takes_free(struct broken_takes *broken);

#endif
