/* SPDX-License-Identifier: MIT */
#include "roll_rig.h"

#include <stdlib.h>

#include "cmocka_all.h"
#include "rng.h"

void roll_rig_make(struct dataset *data, const int *lengths, size_t count, int values, uint64_t seed)
{
  struct rng rng;
  rng_seed(&rng, seed);
  *data = (struct dataset){.count = count, .values = values, .rolls = values == 1};
  data->sequences = calloc(count, sizeof *data->sequences);
  assert_non_null(data->sequences);
  for (size_t i = 0; i < count; i++) {
    struct sequence *sequence = &data->sequences[i];
    const size_t cells = (size_t)(lengths[i] * values) * PITCHES;
    sequence->frames = lengths[i];
    sequence->cells = calloc(cells, 1);
    assert_non_null(sequence->cells);
    for (size_t k = 0; k < cells; k++) {
      sequence->cells[k] = rng_below(&rng, 15) == 0;
    }
    data->frames += (size_t)lengths[i];
  }
}
