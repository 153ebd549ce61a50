/* SPDX-License-Identifier: MIT */
/* What must hold of any bytes given to the reader of MIDI files; for the fuzzer and the unit tests. */
#ifndef EMEND_SMF_CHECK_H
#define EMEND_SMF_CHECK_H

#include <stddef.h>
#include <stdint.h>

/* NULL when all holds, else what does not: a refusal is one line that names a byte; what is accepted
 * is in order, comes back the same from writing and reading, and its notes can be taken out and in. */
const char *smf_check(const uint8_t *data, size_t size);

#endif
