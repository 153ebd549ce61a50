/* SPDX-License-Identifier: MIT */
#include "rules.h"

#define NEIGHBOUR_WINDOW (25 * NANOS_PER_MILLISECOND)
enum { NEIGHBOUR_REACH = 2 };

static const double debounces[RULES_DEBOUNCES] = {0, 20, 30, 35, 40, 50, 60, 80};
static const int floors[RULES_FLOORS] = {0, 4, 7, 10, 13, 16, 20, 24, 28, 32, 36, 40, 48};
static const double ratios[RULES_RATIOS] = {0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9};

/* The strokes so far of one take. */
struct past {
  nanos on[KEYS];
  uint8_t velocity[KEYS]; /* 0: no stroke yet */
};

/* What the rules look at in one stroke. */
struct sight {
  bool decidable;
  double since_ms; /* since the last stroke of the key */
  int velocity;
  int neighbour; /* the loudest neighbour's velocity, 0 if there is none */
};

static struct sight look(struct past *past, const struct note *note)
{
  struct sight sight = {.decidable = note_is_decidable(note->channel, note->pitch), .velocity = note->velocity};
  const int pitch = note->pitch % KEYS;
  sight.since_ms =
    past->velocity[pitch] > 0 ? (double)(note->on - past->on[pitch]) / (double)NANOS_PER_MILLISECOND : 1e9;
  for (int other = pitch - NEIGHBOUR_REACH; other <= pitch + NEIGHBOUR_REACH; other++) {
    const bool near = other != pitch && other >= 0 && other < KEYS;
    if (near && past->velocity[other] > sight.neighbour && note->on - past->on[other] <= NEIGHBOUR_WINDOW) {
      sight.neighbour = past->velocity[other];
    }
  }
  past->on[pitch] = note->on;
  past->velocity[pitch] = note->velocity;
  return sight;
}

static bool keeps(const struct rules *rules, const struct sight *sight)
{
  return !sight->decidable ||
         (sight->since_ms >= rules->debounce_ms && sight->velocity >= rules->velocity_floor &&
          sight->velocity >= rules->neighbour_ratio * sight->neighbour);
}

enum status rules_apply(const struct rules *rules, const struct note_list *notes, struct note_list *out)
{
  struct past past = {0};
  for (size_t i = 0; i < notes->count; i++) {
    const struct sight sight = look(&past, &notes->notes[i]);
    if (keeps(rules, &sight) && note_list_add(out, notes->notes[i]) != STATUS_OK) {
      return STATUS_NO_MEMORY;
    }
  }
  return STATUS_OK;
}

static struct rules setting(int d, int f, int r)
{
  return (struct rules){debounces[d], floors[f], ratios[r]};
}

void rules_tuning_add(struct rules_tuning *tuning, const struct note_list *damaged)
{
  struct past past = {0};
  for (size_t i = 0; i < damaged->count; i++) {
    const struct sight sight = look(&past, &damaged->notes[i]);
    const bool is_true = damaged->notes[i].damage == DAMAGE_NONE;
    tuning->true_notes += is_true;
    for (int cell = 0; cell < RULES_DEBOUNCES * RULES_FLOORS * RULES_RATIOS; cell++) {
      const int d = cell / (RULES_FLOORS * RULES_RATIOS), f = cell / RULES_RATIOS % RULES_FLOORS;
      const struct rules rules = setting(d, f, cell % RULES_RATIOS);
      if (keeps(&rules, &sight)) {
        struct rules_count *count = &tuning->count[d][f][cell % RULES_RATIOS];
        count->kept_true += is_true;
        count->kept_false += !is_true;
      }
    }
  }
}

struct rules rules_tuning_best(const struct rules_tuning *tuning)
{
  struct rules best = setting(0, 0, 0);
  double best_f1 = -1;
  for (int cell = 0; cell < RULES_DEBOUNCES * RULES_FLOORS * RULES_RATIOS; cell++) {
    const int d = cell / (RULES_FLOORS * RULES_RATIOS), f = cell / RULES_RATIOS % RULES_FLOORS;
    const struct rules_count *count = &tuning->count[d][f][cell % RULES_RATIOS];
    const double sum = (double)(tuning->true_notes + count->kept_true + count->kept_false);
    const double f1 = sum > 0 ? 2 * (double)count->kept_true / sum : 0;
    if (f1 > best_f1) {
      best_f1 = f1;
      best = setting(d, f, cell % RULES_RATIOS);
    }
  }
  return best;
}
