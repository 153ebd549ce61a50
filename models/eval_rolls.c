/* Denoising of rolls (paper 4.2): cells turned on at random, scored by cells. */
#include <stdlib.h>
#include <string.h>

#include "eval_parts.h"
#include "roll_rules.h"

/* One roll as damaged and what each rule makes of it, (T, D) each. */
struct results {
  uint8_t *noisy, *paper, *gate, *hold, *drop_short;
};

/* The trivial rules: a cell stays if it was on a frame ago; or if it was, or will be. */
static void trivial_rules(const uint8_t *noisy, int frames, uint8_t *hold, uint8_t *drop_short)
{
  const size_t count = (size_t)frames * PITCHES;
  for (size_t i = 0; i < count; i++) {
    const bool before = i >= PITCHES && noisy[i - PITCHES];
    const bool after = i + PITCHES < count && noisy[i + PITCHES];
    hold[i] = noisy[i] && before;
    drop_short[i] = noisy[i] && (before || after);
  }
}

enum status denoise_roll(const struct denoise_run *run, struct denoise_worker *worker, size_t index)
{
  const struct sequence *sequence = &run->data->sequences[index];
  const size_t count = (size_t)sequence->frames * PITCHES;
  uint8_t *block = malloc(5 * count);
  if (block == NULL) {
    return STATUS_NO_MEMORY;
  }
  const struct results results = {block, block + count, block + 2 * count, block + 3 * count,
                                  block + 4 * count};
  struct rng rng;
  eval_seed(&rng, run->seed, index);
  memcpy(results.noisy, sequence->cells, count);
  corrupt_cells(results.noisy, count, run->noise, &rng);
  roll_rule_paper(worker->cleaner, results.noisy, sequence->frames, results.paper);
  trivial_rules(results.noisy, sequence->frames, results.hold, results.drop_short);
  const enum status status =
    roll_rule_gate(worker->cleaner, run->strength, results.noisy, sequence->frames, results.gate);
  if (status == STATUS_OK) {
    struct eval_denoise *sums = &worker->sums;
    score_cells(sequence->cells, results.noisy, count, &sums->before);
    score_cells(sequence->cells, results.paper, count, &sums->paper);
    score_cells(sequence->cells, results.gate, count, &sums->gate);
    score_cells(sequence->cells, results.hold, count, &sums->hold);
    score_cells(sequence->cells, results.drop_short, count, &sums->drop_short);
  }
  free(block);
  return status;
}
