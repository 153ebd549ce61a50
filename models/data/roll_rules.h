/* SPDX-License-Identifier: MIT */
/* Rules that clean a roll of cells (T, D) frame by frame, from the past alone. */
#ifndef EMEND_ROLL_RULES_H
#define EMEND_ROLL_RULES_H

#include <stdint.h>

#include "live.h"

/* How hard the keys of a roll are taken to be struck. */
enum { ROLL_VELOCITY = 64 };

/* The paper's (4.2), with a VOSP's cleaner: the mode of z from what was received, then p(x | z) > 1/2 for every
 * cell. Uses the state of channel 0. Never allocates. */
void roll_rule_paper(const struct cleaner *cleaner, const uint8_t *noisy, int frames, uint8_t *out);

/* The product's: each frame is judged as the live engine would hear it, all strokes at once, from the lowest
 * up; what the gate refuses is taken out. Without a gate nothing is. Allocates for a while. */
enum status roll_rule_gate(const struct cleaner *cleaner, float strength, const uint8_t *noisy, int frames,
                           uint8_t *out) EMEND_CHECK;

#endif
