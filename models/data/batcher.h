/* SPDX-License-Identifier: MIT */
/* Sequences cut into chunks and laid out as batches, with masked padding (paper, "Details on Learning"). */
#ifndef EMEND_BATCHER_H
#define EMEND_BATCHER_H

#include "dataset.h"
#include "rng.h"
#include "vosp.h"

/* Frames start .. start + length - 1 of a sequence; the first `lead` of them only warm the state up and do
 * not count in the loss. */
struct chunk {
  const struct sequence *sequence;
  int start, length, lead;
  int shift; /* semitones up that its notes are shown at */
};

struct chunk_list {
  struct chunk *chunks; /* owned */
  size_t count;
};

/* Cut a random `share` of the sequences into chunks of at most `steps`, up to `lead` (below `steps`) of them
 * warm-up, at random offsets, in random order; every frame counts once. Allocates; free(list->chunks). */
enum status chunk_list_cut(struct chunk_list *list, const struct dataset *data, int steps, int lead,
                           double share, struct rng *rng) EMEND_CHECK;

/* Give each chunk a shift of its own, any from `semitones` down to as many up by which all its notes, of cells
 * of `values` values a pitch, damaged ones too, stay on the keyboard. */
void chunk_list_transpose(struct chunk_list *list, int values, int semitones, struct rng *rng);

/* Frames of so many chunks that count in the loss. */
size_t chunk_frames(const struct chunk *chunks, size_t count);

struct corruption {
  double probability; /* of an off cell of the recognition's input to be turned on; takes with damaged cells
                         show those instead where it is above 0 */
  double clean_share; /* of chunks that are left as they are */
};

/* The target of a chunk, from its first frame: its cells, or those shifted, made in `room` (length * cells, of
 * `cells` a frame). */
const uint8_t *chunk_clean(const struct chunk *chunk, size_t cells, uint8_t *room);

/* What the recognition sees of it: the target, the take's damaged cells, or corrupted cells; made in `room`
 * where it is not there already. */
const uint8_t *chunk_seen(const struct chunk *chunk, const uint8_t *clean, size_t cells,
                          const struct corruption *corruption, struct rng *rng, uint8_t *room);

/* Fill u, target, weight and noise of `batch` (rows = count * R) from up to `count` chunks; the rest is
 * padding. Returns the number of steps T to run. The state is left as it is. Never allocates. */
int batch_fill(struct vosp_batch *batch, const struct vosp_net *net, const struct chunk *chunks, int used,
               int count, const struct corruption *corruption, struct rng *rng);

#endif
