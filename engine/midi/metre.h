/* SPDX-License-Identifier: MIT */
/* Bars and beats by the time signatures of a Standard MIDI File.
 *
 * Both count from 1; a beat is the signature's own (an eighth in 6/8) and may be a fraction. Without a
 * signature it is 4/4; a new signature begins a new bar. */
#ifndef EMEND_METRE_H
#define EMEND_METRE_H

#include "smf.h"

struct metre {
  struct metre_part {
    uint64_t tick; /* where its first bar begins */
    int bar;       /* the number of that bar */
    int beats;     /* in a bar */
    double beat;   /* ticks */
  } * parts;       /* owned */
  size_t count;    /* 0: the file's division is SMPTE, which knows no bars */
};

/* Allocates; release with metre_free. */
enum status metre_read(struct metre *metre, const struct smf *smf, struct error *error) EMEND_CHECK;
void metre_free(struct metre *metre);

/* STATUS_USAGE where the bar has no such beat, STATUS_UNSUPPORTED where the file has no bars. Any thread;
 * never allocates, as the next one. */
enum status metre_tick(const struct metre *metre, double bar, double beat, uint64_t *tick,
                       struct error *error) EMEND_CHECK;
/* False where the file has no bars. */
bool metre_place(const struct metre *metre, uint64_t tick, int *bar, double *beat);

#endif
