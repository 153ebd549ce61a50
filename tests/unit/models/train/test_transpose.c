/* SPDX-License-Identifier: MIT */
/* Chunks shown higher or lower: what the networks see of them, and what they learn. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "model.h"
#include "net_rig.h"
#include "trainer.h"

enum { LENGTH = 12, VALUES = 2, CELLS = VALUES * PITCHES, SEMITONES = 5, DRAWS = 400 };

/* A take of two values a pitch whose outermost notes are low and high; with damage beyond them where wanted. */
struct take {
  struct sequence sequence;
  uint8_t cells[LENGTH * CELLS], damaged[LENGTH * CELLS];
};

static void make_take(struct take *take, int low, int high, int damaged_high, struct rng *rng)
{
  *take = (struct take){.sequence = {.frames = LENGTH}};
  for (int i = 0; i < LENGTH * VALUES; i++) {
    const int pitch = i == 0 ? low : i == 1 ? high : low + (int)rng_below(rng, (uint32_t)(high - low + 1));
    take->cells[i * PITCHES + pitch] = 1;
    take->damaged[i * PITCHES + pitch] = 1;
  }
  take->sequence.cells = take->cells;
  if (damaged_high >= 0) {
    take->damaged[3 * PITCHES + damaged_high] = 1;
    take->sequence.damaged = take->damaged;
  }
}

static void check_moved(const uint8_t *from, const uint8_t *to, int shift)
{
  for (int i = 0; i < LENGTH * VALUES; i++) {
    for (int pitch = 0; pitch < PITCHES; pitch++) {
      const int old = pitch - shift;
      const int wanted = old >= 0 && old < PITCHES ? from[i * PITCHES + old] : 0;
      assert_int_equal(to[i * PITCHES + pitch], wanted);
    }
  }
}

static int notes_of(const uint8_t *cells)
{
  int notes = 0;
  for (int i = 0; i < LENGTH * CELLS; i++) {
    notes += cells[i];
  }
  return notes;
}

/* The recognition and the target alike, every note a moved one and none lost. */
static void check_shown(const struct take *take, const struct chunk *chunk, struct rng *rng)
{
  static uint8_t rooms[2][LENGTH * CELLS];
  const struct corruption damage = {0.1, 0};
  const uint8_t *clean = chunk_clean(chunk, CELLS, rooms[0]);
  const uint8_t *seen = chunk_seen(chunk, clean, CELLS, &damage, rng, rooms[1]);
  check_moved(take->cells, clean, chunk->shift);
  assert_int_equal(notes_of(clean), notes_of(take->cells));
  if (take->sequence.damaged != NULL) {
    check_moved(take->damaged, seen, chunk->shift);
    assert_int_equal(notes_of(seen), notes_of(take->damaged));
  }
}

/* Every shift from lowest to highest is drawn, about as often as the others, and no other. */
static void check_shifts(const struct take *take, int lowest, int highest, struct rng *rng)
{
  int counts[2 * SEMITONES + 1] = {0};
  for (int i = 0; i < DRAWS; i++) {
    struct chunk chunk = {.sequence = &take->sequence, .length = LENGTH};
    struct chunk_list list = {.chunks = &chunk, .count = 1};
    chunk_list_transpose(&list, VALUES, SEMITONES, rng);
    assert_in_range(chunk.shift + SEMITONES, lowest + SEMITONES, highest + SEMITONES);
    counts[chunk.shift + SEMITONES]++;
    check_shown(take, &chunk, rng);
  }
  const double each = (double)DRAWS / (highest - lowest + 1);
  for (int shift = lowest; shift <= highest; shift++) {
    assert_true(fabs(counts[shift + SEMITONES] - each) < 5 * sqrt(each));
  }
}

static void chunks_move_within_the_keyboard(void **state)
{
  (void)state;
  static const struct {
    int low, high, damaged_high, lowest, highest;
  } cases[] = {
    {30, 50, -1, -5, 5}, {2, 50, -1, -2, 5},  {0, 87, -1, 0, 0},
    {30, 86, -1, -5, 1}, {30, 50, 85, -5, 2}, {0, 50, 87, 0, 0},
  };
  struct rng rng;
  rng_seed(&rng, 21);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct take take;
    make_take(&take, cases[i].low, cases[i].high, cases[i].damaged_high, &rng);
    check_shifts(&take, cases[i].lowest, cases[i].highest, &rng);
  }
}

/* A batch holds of a moved chunk what it holds of a chunk of moved music; `corruption` decides on what is seen.
 */
static void compare_batches(const struct net_config *config, const struct corruption *corruption, int shift)
{
  static uint8_t rooms[2][LENGTH * CELLS];
  struct net_rig test[2];
  struct take take;
  struct rng rng;
  rng_seed(&rng, 22);
  make_take(&take, 20, 60, 70, &rng);
  struct chunk chunks[2] = {{.sequence = &take.sequence, .start = 2, .length = LENGTH - 2, .lead = 1},
                            {.start = 2, .length = LENGTH - 2, .lead = 1}};
  const struct chunk whole = {.sequence = &take.sequence, .length = LENGTH, .shift = shift};
  const struct sequence moved = {
    .frames = LENGTH,
    .cells = (uint8_t *)chunk_clean(&whole, CELLS, rooms[0]),
    .damaged = (uint8_t *)chunk_seen(&whole, take.cells, CELLS, &(struct corruption){1, 0}, &rng, rooms[1])};
  chunks[0].shift = shift;
  chunks[1].sequence = &moved;
  for (int i = 0; i < 2; i++) {
    net_rig_make(&test[i], config, LENGTH, 1, 3);
    rng_seed(&rng, 4);
    assert_int_equal(batch_fill(&test[i].batch, &test[i].net, &chunks[i], 1, 1, corruption, &rng), LENGTH - 2);
  }
  const size_t rows = (size_t)((LENGTH - 2) * test[0].net.rows);
  const size_t inputs = rows * (size_t)test[0].net.inputs * sizeof(real);
  const size_t outputs = rows * (size_t)test[0].net.outputs * sizeof(real);
  assert_memory_equal(test[0].batch.u, test[1].batch.u, inputs);
  assert_memory_equal(test[0].batch.target, test[1].batch.target, outputs);
  assert_memory_equal(test[0].batch.weight, test[1].batch.weight, rows * sizeof(real));
  for (int i = 0; i < 2; i++) {
    net_rig_free(&test[i]);
  }
}

static void batches_hold_moved_chunks(void **state)
{
  (void)state;
  for (int tie = 0; tie < 2; tie++) {
    const struct net_config config = {.frame = {FRAME_BEATS, 0.25, VALUES},
                                      .tie = (enum net_tie)tie,
                                      .cell = CELL_TANH,
                                      .hidden = 4,
                                      .latent = 2,
                                      .generator = 3};
    for (int shift = -SEMITONES; shift <= SEMITONES; shift++) {
      compare_batches(&config, &(struct corruption){0, 0}, shift);
      compare_batches(&config, &(struct corruption){0.1, 0}, shift);
    }
  }
}

/* The gradient of one update on a chunk. */
static void gradient_of(const struct trainable *kind, const struct net_config *config, double noise,
                        const struct chunk *chunk, struct model **model, float **grad)
{
  struct train_options options;
  struct trainable_sums sums;
  struct error error;
  struct rng rng;
  void *net = NULL;
  void *batch = NULL;
  train_defaults(&options);
  options.noise = noise;
  rng_seed(&rng, 5);
  assert_int_equal(model_new(model, config, &error), STATUS_OK);
  assert_int_equal(kind->init(config, &options, &(*model)->params, &rng), STATUS_OK);
  assert_int_equal(kind->net_new(config, &(*model)->params, &net), STATUS_OK);
  assert_int_equal(kind->batch_new(net, &options, 1, &batch), STATUS_OK);
  *grad = calloc((*model)->params.size, sizeof **grad);
  assert_non_null(*grad);
  const struct trainable_job job = {&options, &(*model)->params, chunk, 1, &rng, 1, 1};
  assert_int_equal(kind->update(net, batch, &job, *grad, &sums), STATUS_OK);
  kind->batch_free(batch);
  kind->net_free(net);
}

/* What is learnt from a moved chunk is what is learnt from a chunk of moved music. */
static void compare_gradients(bool vrae, double noise, int shift)
{
  static uint8_t rooms[2][LENGTH * CELLS];
  const struct corruption all = {1, 0};
  const struct trainable *kind = vrae ? &trainable_vrae : &trainable_vosp;
  const struct net_config config = {.kind = vrae ? NET_VRAE : NET_VOSP,
                                    .frame = {FRAME_BEATS, 0.25, VALUES},
                                    .cell = CELL_TANH,
                                    .hidden = 9,
                                    .latent = 3,
                                    .generator = 8};
  struct model *models[2];
  float *grads[2];
  struct take take;
  struct rng rng;
  rng_seed(&rng, 23);
  make_take(&take, 20, 60, 70, &rng);
  struct chunk chunk = {.sequence = &take.sequence, .length = LENGTH, .shift = shift};
  const struct sequence moved = {.frames = LENGTH,
                                 .cells = (uint8_t *)chunk_clean(&chunk, CELLS, rooms[0]),
                                 .damaged =
                                   (uint8_t *)chunk_seen(&chunk, take.cells, CELLS, &all, &rng, rooms[1])};
  gradient_of(kind, &config, noise, &chunk, &models[0], &grads[0]);
  chunk.sequence = &moved;
  chunk.shift = 0;
  gradient_of(kind, &config, noise, &chunk, &models[1], &grads[1]);
  assert_memory_equal(grads[0], grads[1], models[0]->params.size * sizeof(float));
  for (int i = 0; i < 2; i++) {
    model_free(models[i]);
    free(grads[i]);
  }
}

static void moved_chunks_teach_what_moved_music_does(void **state)
{
  (void)state;
  for (int kind = 0; kind < 4; kind++) {
    compare_gradients(kind % 2 == 1, kind / 2 == 1 ? 0.1 : 0, -4);
    compare_gradients(kind % 2 == 1, kind / 2 == 1 ? 0.1 : 0, 3);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(chunks_move_within_the_keyboard),
    cmocka_unit_test(batches_hold_moved_chunks),
    cmocka_unit_test(moved_chunks_teach_what_moved_music_does),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
