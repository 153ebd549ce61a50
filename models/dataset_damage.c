#include <stdlib.h>
#include <string.h>

#include "dataset.h"

/* The damaged take's frames, cut or filled up to the clean take's length. */
static enum status damaged_cells(struct sequence *sequence, const struct frame_def *def,
                                 const struct corrupt_rates *rates, struct rng *rng, struct error *error)
{
  const size_t frame = (size_t)def->values * PITCHES;
  struct sequence damaged = {0};
  enum status status = corrupt_notes(&sequence->notes, rates, rng, &damaged.notes, error);
  if (status == STATUS_OK) {
    status = sequence_frames(&damaged, def);
  }
  if (status == STATUS_OK) {
    const int shared = damaged.frames < sequence->frames ? damaged.frames : sequence->frames;
    free(sequence->damaged);
    sequence->damaged = calloc((size_t)sequence->frames, frame);
    if (sequence->damaged == NULL) {
      status = STATUS_NO_MEMORY;
    } else {
      memcpy(sequence->damaged, damaged.cells, (size_t)shared * frame);
    }
  }
  free(damaged.cells);
  note_list_free(&damaged.notes);
  return status;
}

enum status sequence_damage(struct sequence *sequence, const struct frame_def *def,
                            const struct corrupt_rates *rates, uint64_t seed, struct error *error)
{
  struct rng rng;
  rng_seed(&rng, seed);
  const enum status status = damaged_cells(sequence, def, rates, &rng, error);
  return status == STATUS_NO_MEMORY
           ? error_set(error, status, "not enough memory for the damaged frames of %s", sequence->name)
           : status;
}

enum status dataset_damage(struct dataset *dataset, const struct frame_def *def,
                           const struct corrupt_rates *rates, uint64_t seed, struct error *error)
{
  for (size_t i = 0; i < dataset->count && !dataset->rolls; i++) {
    const enum status status = sequence_damage(&dataset->sequences[i], def, rates, seed + i, error);
    if (status != STATUS_OK) {
      return status;
    }
  }
  return STATUS_OK;
}
