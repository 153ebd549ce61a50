/* SPDX-License-Identifier: MIT */
/* Time as emend counts it: nanoseconds, signed, from a start that whoever hands a time over names. */
#ifndef EMEND_NANOS_H
#define EMEND_NANOS_H

#include <stdint.h>

typedef int64_t nanos;

#define NANOS_PER_SECOND INT64_C(1000000000)
#define NANOS_PER_MILLISECOND INT64_C(1000000)
#define NANOS_PER_MINUTE (60 * NANOS_PER_SECOND)

#endif
