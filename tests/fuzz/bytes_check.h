/* SPDX-License-Identifier: MIT */
/* What must hold for whatever bytes arrive at the live engine, at whatever times, whatever the user and the
 * ports do meanwhile. */
#ifndef EMEND_BYTES_CHECK_H
#define EMEND_BYTES_CHECK_H

#include <stddef.h>
#include <stdint.h>

/* What a program of bytes made happen. */
struct bytes_tally {
  uint64_t messages, notes_in, notes_out, refused, dropped;
  uint64_t begins, swaps, panics, jumps;
};

/* Run the bytes as a program of bytes_machine.h. NULL when all holds, else what does not: each note-on that
 * came out was ended once, keys that were played in turn come out in turn, all else comes out as it went in and
 * in order, the counters add up. One thread. `tally` may be NULL; else what happened is added to it. */
const char *bytes_check(const uint8_t *data, size_t size, struct bytes_tally *tally);

#endif
