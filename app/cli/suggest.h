/* SPDX-License-Identifier: MIT */
/* What somebody who mistyped a word may have meant. */
#ifndef EMEND_SUGGEST_H
#define EMEND_SUGGEST_H

#include <stddef.h>

/* The nearest of `names` (`count`) to the first `size` bytes of `given`: fewest letters added, lost, changed or
 * swapped with their neighbour, and no more than a third of the word; or a name that `given` begins. NULL where
 * none is near. The result is one of `names`. Any thread; never allocates. */
const char *suggest(const char *given, size_t size, const char *const *names, int count);

#endif
