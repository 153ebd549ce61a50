/* SPDX-License-Identifier: MIT */
/* The rule-based baseline: debounce, velocity floor and neighbour rule, as filters for players' gear
 * have them. Causal, like the live gate without look-ahead. What gear and books recommend is tuned here
 * to the very damage it will meet, so the comparison leans towards the rules. */
#ifndef EMEND_RULES_H
#define EMEND_RULES_H

#include "event.h"

struct rules {
  double debounce_ms;     /* a stroke so soon after one of the same key is dropped */
  int velocity_floor;     /* softer strokes are dropped */
  double neighbour_ratio; /* dropped: softer than this share of a stroke 1 or 2 semitones away, up to
                            25 ms earlier */
};

/* Append to `out` the notes that the rules keep; notes that are not decidable are kept. `notes` sorted.
 * Allocates. */
enum status rules_apply(const struct rules *rules, const struct note_list *notes,
                        struct note_list *out) EMEND_CHECK;

enum { RULES_DEBOUNCES = 8, RULES_FLOORS = 13, RULES_RATIOS = 8 };

/* Tuning by trying every setting of a small grid: zero it, add damaged takes (sorted, every note with its
 * enum damage), take the best. Any thread, one each; never allocates. */
struct rules_tuning {
  struct rules_count {
    uint64_t kept_true, kept_false;
  } count[RULES_DEBOUNCES][RULES_FLOORS][RULES_RATIOS];
  uint64_t true_notes;
};

void rules_tuning_add(struct rules_tuning *tuning, const struct note_list *damaged);
/* The setting of the highest F1. */
struct rules rules_tuning_best(const struct rules_tuning *tuning);

#endif
