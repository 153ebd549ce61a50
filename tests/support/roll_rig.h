/* SPDX-License-Identifier: MIT */
/* Data sets of random rolls, of given lengths, for tests. */
#ifndef EMEND_TEST_ROLL_RIG_H
#define EMEND_TEST_ROLL_RIG_H

#include "dataset.h"

void roll_rig_make(struct dataset *data, const int *lengths, size_t count, int values, uint64_t seed);

#endif
