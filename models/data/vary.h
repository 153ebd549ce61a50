/* SPDX-License-Identifier: MIT */
/* Other players than the data has: the same notes in another tempo, touch and evenness, with ornaments.
 * For training the gate only. */
#ifndef EMEND_VARY_H
#define EMEND_VARY_H

#include "damage.h"

/* Change clean notes in place, and the rates of the damage that will be done to them; may add true notes
 * (trills and runs to the next note). Allocates. Sorted on return. */
enum status vary_take(struct note_list *notes, struct corrupt_rates *rates, struct rng *rng) EMEND_CHECK;

/* Make the damage of a take louder or softer than the simulator does. */
void vary_damage(struct note_list *damaged, struct rng *rng);

#endif
