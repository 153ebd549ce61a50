/* SPDX-License-Identifier: MIT */
/* Other players and other instruments than the data has: the same notes in another tempo, touch and evenness,
 * with ornaments; and damage that is there or not, much or little. For training what decides only. */
#ifndef EMEND_VARY_H
#define EMEND_VARY_H

#include "damage.h"

/* Change clean notes in place; may add true notes (trills and runs to the next note). Allocates. Sorted on
 * return. */
enum status vary_take(struct note_list *notes, struct rng *rng) EMEND_CHECK;

/* As one keyboard can play the notes: a key that is struck again before a hand could is struck once, and is up
 * before it is struck again. `notes` are sorted. */
void vary_one_keyboard(struct note_list *notes, struct rng *rng);

/* Rates of added notes for one take, up to those of `most`: two takes in five have none at all, and of the
 * others each kind is missing in every second one. */
struct corrupt_rates vary_rates(const struct corrupt_rates *most, struct rng *rng);

/* Make the damage of a take louder or softer than the simulator does. */
void vary_damage(struct note_list *damaged, struct rng *rng);

#endif
