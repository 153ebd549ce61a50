/* SPDX-License-Identifier: MIT */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "batcher.h"
#include "cmocka_all.h"
#include "net_rig.h"
#include "roll_rig.h"

enum { STEPS = 20, SEQUENCES = 7, SEEDS = 30, USED = 3, COUNT = 4 };
static const int lengths[SEQUENCES] = {1, 7, 20, 21, 55, 103, 240};

/* How often each frame of a sequence counts, and that its chunks are sound. */
static void check_sequence(const struct chunk_list *list, const struct sequence *sequence, int lead)
{
  int counted[240] = {0};
  int chunks = 0;
  for (size_t i = 0; i < list->count; i++) {
    const struct chunk *chunk = &list->chunks[i];
    if (chunk->sequence != sequence) {
      continue;
    }
    chunks++;
    assert_in_range(chunk->length, 1, STEPS);
    assert_true(chunk->start >= 0 && chunk->start + chunk->length <= sequence->frames);
    const int first = chunk->start + chunk->lead;
    assert_int_equal(chunk->lead, first < lead ? first : lead); /* all the past there is, up to `lead` */
    for (int t = first; t < chunk->start + chunk->length; t++) {
      counted[t]++;
    }
  }
  for (int t = 0; t < sequence->frames; t++) {
    assert_int_equal(counted[t], 1);
  }
  if (sequence->frames <= STEPS) {
    assert_int_equal(chunks, 1);
  }
}

static void every_frame_counts_once(void **state)
{
  (void)state;
  struct dataset data;
  roll_rig_make(&data, lengths, SEQUENCES, 1, 1);
  for (uint64_t seed = 0; seed < SEEDS; seed++) {
    const int lead = (int)(seed % 3) * 5;
    struct chunk_list list;
    struct rng rng;
    rng_seed(&rng, seed);
    assert_int_equal(chunk_list_cut(&list, &data, STEPS, lead, 1, &rng), STATUS_OK);
    assert_int_equal(chunk_frames(list.chunks, list.count), data.frames);
    for (size_t i = 0; i < data.count; i++) {
      check_sequence(&list, &data.sequences[i], lead);
    }
    free(list.chunks);
  }
  dataset_free(&data);
}

/* Cuts and order are drawn anew each time. */
static void cuts_differ(void **state)
{
  (void)state;
  struct dataset data;
  struct rng rng;
  int cuts[STEPS + 1] = {0};
  int first[SEQUENCES] = {0};
  roll_rig_make(&data, lengths, SEQUENCES, 1, 1);
  rng_seed(&rng, 4);
  for (int i = 0; i < 400; i++) {
    struct chunk_list list;
    assert_int_equal(chunk_list_cut(&list, &data, STEPS, 0, 1, &rng), STATUS_OK);
    for (size_t k = 0; k < list.count; k++) {
      const struct chunk *chunk = &list.chunks[k];
      cuts[chunk->sequence == &data.sequences[6] && chunk->start == 0 ? chunk->length : 0]++;
    }
    first[list.chunks[0].sequence - data.sequences]++;
    free(list.chunks);
  }
  for (int length = 1; length <= STEPS; length++) {
    assert_true(cuts[length] > 0);
  }
  for (int i = 0; i < SEQUENCES; i++) {
    assert_true(first[i] > 0);
  }
  dataset_free(&data);
}

static void share_leaves_sequences_out(void **state)
{
  (void)state;
  struct dataset data;
  struct rng rng;
  double frames = 0;
  roll_rig_make(&data, lengths, SEQUENCES, 1, 1);
  rng_seed(&rng, 3);
  for (int i = 0; i < 1000; i++) {
    struct chunk_list list;
    assert_int_equal(chunk_list_cut(&list, &data, STEPS, 5, 0.25, &rng), STATUS_OK);
    frames += (double)chunk_frames(list.chunks, list.count);
    free(list.chunks);
  }
  assert_true(fabs(frames / 1000 / (double)data.frames - 0.25) < 0.04);
  dataset_free(&data);
}

struct fixture {
  struct net_rig test;
  struct dataset data;
  struct chunk chunks[USED];
};

static void make(struct fixture *f, enum net_tie tie, int values)
{
  const struct net_config config = {.frame = {FRAME_BEATS, 0.25, values},
                                    .tie = tie,
                                    .cell = CELL_TANH,
                                    .hidden = 4,
                                    .latent = 2,
                                    .generator = 3};
  net_rig_make(&f->test, &config, STEPS, COUNT, 2);
  roll_rig_make(&f->data, lengths, SEQUENCES, values, 2);
  f->chunks[0] = (struct chunk){&f->data.sequences[5], 31, 18, 5, 0};
  f->chunks[1] = (struct chunk){&f->data.sequences[1], 0, 7, 0, 0};
  f->chunks[2] = (struct chunk){&f->data.sequences[4], 2, 12, 2, 0};
  const size_t rows = (size_t)(STEPS * f->test.batch.rows);
  for (size_t i = 0; i < rows * (size_t)f->test.net.inputs; i++) { /* what an earlier batch may have left */
    f->test.batch.u[i] = 9;
  }
  for (size_t i = 0; i < rows * (size_t)f->test.net.outputs; i++) {
    f->test.batch.target[i] = 9;
  }
  for (size_t i = 0; i < rows * (size_t)config.latent; i++) {
    f->test.batch.noise[i] = 99;
  }
}

static void unmake(struct fixture *f)
{
  net_rig_free(&f->test);
  dataset_free(&f->data);
}

static int fill(struct fixture *f, const struct corruption *corruption, uint64_t seed)
{
  struct rng rng;
  rng_seed(&rng, seed);
  return batch_fill(&f->test.batch, &f->test.net, f->chunks, USED, COUNT, corruption, &rng);
}

/* Targets and weights of chunk b at step t, wherever the input comes from. */
static void check_targets(const struct fixture *f, int b, int t)
{
  const struct vosp_net *net = &f->test.net;
  const struct chunk *chunk = b < USED ? &f->chunks[b] : NULL;
  const bool padding = chunk == NULL || t >= chunk->length;
  const int cells = net->config.frame.values * PITCHES;
  for (int r = 0; r < net->rows; r++) {
    const int row = (t * COUNT + b) * net->rows + r;
    const float weight = padding || t < chunk->lead ? 0 : 1;
    assert_true(f->test.batch.weight[row] == weight);
    for (int o = 0; o < net->outputs; o++) {
      const int cell = net->rows > 1 ? o * PITCHES + r : o;
      const int wanted = padding ? 0 : chunk->sequence->cells[(chunk->start + t) * cells + cell];
      assert_true(f->test.batch.target[row * net->outputs + o] == (float)wanted);
    }
  }
}

static void check_inputs(const struct fixture *f, int b, int t, const uint8_t *cells)
{
  const struct vosp_net *net = &f->test.net;
  static view_value wanted[PITCHES * VIEW_INPUT_MAX];
  const size_t size = (size_t)(net->rows * net->inputs);
  memset(wanted, 0, size * sizeof *wanted);
  if (cells != NULL) {
    view_frame(&net->config, cells, (uint32_t)(f->chunks[b].start + t), wanted);
  }
  assert_memory_equal(f->test.batch.u + (size_t)(t * COUNT + b) * size, wanted, size * sizeof *wanted);
}

static void batches_hold_their_chunks(void **state)
{
  (void)state;
  const struct corruption none = {0, 0};
  for (int kind = 0; kind < 4; kind++) {
    struct fixture f;
    make(&f, (enum net_tie)(kind % 2), 1 + kind / 2);
    const int steps = fill(&f, &none, 1);
    assert_int_equal(steps, 18);
    for (int t = 0; t < steps; t++) {
      for (int b = 0; b < COUNT; b++) {
        const struct chunk *chunk = &f.chunks[b];
        const size_t cells = (size_t)f.test.net.config.frame.values * PITCHES;
        const bool padding = b >= USED || t >= chunk->length;
        check_targets(&f, b, t);
        check_inputs(&f, b, t, padding ? NULL : chunk->sequence->cells + (size_t)(chunk->start + t) * cells);
      }
    }
    double sum = 0;
    double squares = 0;
    const int draws = steps * f.test.batch.rows * f.test.net.config.latent;
    for (int i = 0; i < draws; i++) {
      const double x = (double)f.test.batch.noise[i];
      sum += x;
      squares += x * x;
    }
    assert_true(fabs(sum / draws) < 4 / sqrt(draws));
    assert_true(fabs(squares / draws - 1) < 4 * sqrt(2.0 / draws));
    unmake(&f);
  }
}

static void corruption_only_turns_cells_on(void **state)
{
  (void)state;
  const struct corruption corruption = {0.2, 0};
  struct fixture f;
  make(&f, TIE_NONE, 2);
  const int steps = fill(&f, &corruption, 8);
  double off = 0;
  double turned = 0;
  for (int t = 0; t < steps; t++) {
    for (int b = 0; b < COUNT; b++) {
      check_targets(&f, b, t);
      const size_t row = (size_t)(t * COUNT + b) * 2 * PITCHES;
      for (size_t i = row; b < USED && t < f.chunks[b].length && i < row + 2 * PITCHES; i++) {
        assert_true(f.test.batch.u[i] >= f.test.batch.target[i]);
        off += f.test.batch.target[i] == 0;
        turned += f.test.batch.u[i] > f.test.batch.target[i];
      }
    }
  }
  assert_true(fabs(turned / off - 0.2) < 4 * sqrt(0.2 * 0.8 / off));
  unmake(&f);
}

static void clean_share_leaves_chunks_clean(void **state)
{
  (void)state;
  int clean = 0;
  struct fixture f;
  make(&f, TIE_NONE, 1);
  for (uint64_t seed = 0; seed < 200; seed++) {
    const struct corruption corruption = {0.5, 0.3};
    (void)fill(&f, &corruption, seed);
    for (int b = 0; b < USED; b++) {
      bool same = true;
      for (int t = 0; t < f.chunks[b].length; t++) {
        const size_t row = (size_t)(t * COUNT + b) * PITCHES;
        for (size_t i = row; i < row + PITCHES; i++) {
          same = same && f.test.batch.u[i] == f.test.batch.target[i];
        }
      }
      clean += same;
    }
  }
  assert_true(fabs(clean / 600.0 - 0.3) < 0.08);
  unmake(&f);
}

/* Takes with damage of their own show that instead. */
static void damaged_cells_are_seen(void **state)
{
  (void)state;
  static uint8_t damaged[103 * 2 * PITCHES];
  struct fixture f;
  make(&f, TIE_PITCH, 2);
  for (size_t i = 0; i < sizeof damaged; i++) {
    damaged[i] = i % 7 == 0;
  }
  f.data.sequences[5].damaged = damaged;
  for (int on = 0; on < 2; on++) {
    const struct corruption corruption = {on == 0 ? 0 : 0.1, 0};
    const int steps = fill(&f, &corruption, 1);
    const uint8_t *seen = on == 0 ? f.data.sequences[5].cells : damaged;
    for (int t = 0; t < steps; t++) {
      check_targets(&f, 0, t);
      check_inputs(&f, 0, t, seen + (31 + t) * 2 * PITCHES);
    }
  }
  f.data.sequences[5].damaged = NULL;
  unmake(&f);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_frame_counts_once),        cmocka_unit_test(cuts_differ),
    cmocka_unit_test(share_leaves_sequences_out),     cmocka_unit_test(batches_hold_their_chunks),
    cmocka_unit_test(corruption_only_turns_cells_on), cmocka_unit_test(clean_share_leaves_chunks_clean),
    cmocka_unit_test(damaged_cells_are_seen),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
