/* SPDX-License-Identifier: MIT */
/* What the tests of the noise simulator share. */
#ifndef EMEND_TEST_DAMAGE_RIG_H
#define EMEND_TEST_DAMAGE_RIG_H

#include "damage.h"

#define MS NANOS_PER_MILLISECOND
#define STEP (500 * MS) /* one note in each, 300 ms long */

enum { NOTES = 20000, VELOCITY = 90 };
enum { DAMAGE_SEED = 2014 };

void damage_rig_add(struct note_list *list, nanos on, nanos off, unsigned channel, unsigned pitch);

/* Notes far enough apart that each added one can be traced to its cause. */
struct note_list damage_rig_sparse(void);

/* The damaged form of `notes`; the caller frees it. */
struct note_list damage_rig_damage(const struct note_list *notes, const struct corrupt_rates *rates,
                                   uint64_t with);

size_t damage_rig_count(const struct note_list *list, enum damage kind);

/* Within four standard errors of `tries` draws of `rate`. */
void damage_rig_assert_rate(size_t found, double tries, double rate);

void damage_rig_assert_between(double value, double low, double high);

double damage_rig_ms(nanos from, nanos to);

#endif
