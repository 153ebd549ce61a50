/* SPDX-License-Identifier: MIT */
/* What must hold for whatever bytes the reader of journals is given. */
#ifndef EMEND_JOURNAL_CHECK_H
#define EMEND_JOURNAL_CHECK_H

#include <stddef.h>
#include <stdint.h>

/* NULL, or what is wrong. */
const char *journal_check(const uint8_t *data, size_t size);

#endif
