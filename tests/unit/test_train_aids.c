/* What a training may have beside its recipe: chunks moved by semitones, averaged weights, noise on gradients.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "batcher.h"
#include "net_test.h"
#include "train_test.h"

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
  struct net_test test[2];
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
    net_test_make(&test[i], config, LENGTH, 1, 3);
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
    net_test_free(&test[i]);
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

/* Weights that cannot move are validated on the music as it is, and trained on other music. */
static void validation_does_not_move(void **state)
{
  struct fixture *f = *state;
  f->options.rate = 0;
  f->options.epochs = 2;
  for (int vrae = 0; vrae < 2; vrae++) {
    double bounds[2][EPOCHS], nats[2][EPOCHS];
    f->config.kind = vrae ? NET_VRAE : NET_VOSP;
    for (int on = 0; on < 2; on++) {
      f->options.transpose = on ? 3 : 0;
      assert_int_equal(train(f, "model", false), STATUS_OK);
      assert_int_equal(read_log(f, "model.csv", VALID_BOUND, bounds[on]), 2);
      assert_int_equal(read_log(f, "model.csv", TRAIN_NATS, nats[on]), 2);
    }
    assert_memory_equal(bounds[0], bounds[1], 2 * sizeof(double));
    assert_true(nats[0][0] != nats[1][0]);
  }
}

enum { UPDATES = 4 };

/* One update an epoch, each of which makes the validation better, so that the last weights are kept. */
static void train_updates(struct fixture *f, int updates)
{
  double bounds[EPOCHS];
  f->options.epochs = updates;
  assert_int_equal(train(f, "model", false), STATUS_OK);
  assert_int_equal(read_log(f, "model.csv", VALID_BOUND, bounds), updates);
  for (int i = 1; i < updates; i++) {
    assert_true(bounds[i] < bounds[i - 1]);
  }
}

static void averages_are_those_by_hand(void **state)
{
  struct fixture *f = *state;
  static const double decay = 0.3;
  f->options.chunk = 60;
  f->options.batch = SEQUENCES;
  f->options.kl_epochs = 0;
  f->options.rate = 0;
  train_updates(f, 1);
  struct model *average = load(f, "model"); /* the weights at the start, whose average goes on by hand */
  f->options.rate = 5e-3;
  for (int t = 1; t <= UPDATES; t++) {
    const double share = 1 - fmin(decay, (1.0 + t) / (10.0 + t));
    f->options.average = 0;
    train_updates(f, t);
    struct model *plain = load(f, "model");
    f->options.average = decay;
    train_updates(f, t);
    struct model *kept = load(f, "model");
    for (size_t i = 0; i < plain->params.size; i++) {
      float *by_hand = &average->params.block[i];
      *by_hand += (float)share * (plain->params.block[i] - *by_hand);
      assert_true(fabs((double)(kept->params.block[i] - *by_hand)) < 1e-6);
    }
    model_free(plain);
    model_free(kept);
  }
  model_free(average);
}

static void all_aids(struct train_options *options)
{
  options->transpose = 4;
  options->average = 0.9;
  options->gradient_noise = 1e-4;
  options->cooldown = 0.5;
  options->epochs = 5;
}

static void a_stopped_run_with_aids_goes_on_as_if_it_had_not(void **state)
{
  struct fixture *f = *state;
  for (int kind = 0; kind < 4; kind++) {
    double whole[EPOCHS] = {0};
    double pieces[EPOCHS] = {0};
    f->config = small_config();
    f->config.kind = kind % 2 == 1 ? NET_VRAE : NET_VOSP;
    all_aids(&f->options);
    f->options.optimiser = kind / 2 == 1 ? OPTIMISER_RMSPROP : OPTIMISER_ADAM;
    f->options.rate = kind / 2 == 1 ? 1e-3 : 1e-2;
    assert_int_equal(train(f, "whole", false), STATUS_OK);
    f->reports.stop_stage = kind % 2 == 1 ? "vrae" : "vosp";
    for (f->reports.stop_epoch = 2; f->reports.stop_epoch < 5; f->reports.stop_epoch += 2) {
      assert_int_equal(train(f, "pieces", f->reports.stop_epoch > 2), STATUS_INTERRUPTED);
    }
    f->reports.stop_stage = NULL;
    assert_int_equal(train(f, "pieces", true), STATUS_OK);
    assert_int_equal(f->reports.first_epoch, 4);
    assert_int_equal(read_log(f, "whole.csv", VALID_BOUND, whole), 5);
    assert_int_equal(read_log(f, "pieces.csv", VALID_BOUND, pieces), 5);
    assert_memory_equal(whole, pieces, 5 * sizeof *whole);
    assert_true(same_weights(f, "whole", "pieces"));
  }
}

/* Each of them changes what comes out, and does so by the seed. */
static void aids_matter_and_repeat(void **state)
{
  struct fixture *f = *state;
  f->options.epochs = 3;
  assert_int_equal(train(f, "plain", false), STATUS_OK);
  for (int aid = 0; aid < 3; aid++) {
    f->options.transpose = aid == 0 ? 2 : 0;
    f->options.average = aid == 1 ? 0.5 : 0;
    f->options.gradient_noise = aid == 2 ? 1e-3 : 0;
    assert_int_equal(train(f, "first", false), STATUS_OK);
    assert_int_equal(train(f, "second", false), STATUS_OK);
    assert_true(same_weights(f, "first", "second"));
    assert_false(same_weights(f, "first", "plain"));
  }
}

/* The gate is no part of the network in training: noise must not make one. */
static void noise_leaves_the_gate_alone(void **state)
{
  struct fixture *f = *state;
  f->config.gate = 4;
  f->options.gate_epochs = 0;
  f->options.epochs = 1;
  f->options.gradient_noise = 1e-2;
  assert_int_equal(train(f, "model", false), STATUS_OK);
  struct model *model = load(f, "model");
  const float *scale = params_get(&model->params, "gate.scale");
  const float *hidden = params_get(&model->params, "gate.hidden");
  assert_non_null(scale);
  assert_true(scale[0] == 0 && hidden[0] == 0);
  assert_false(model_has_gate(model));
  model_free(model);
}

static void an_average_goes_on_as_one(void **state)
{
  struct fixture *f = *state;
  for (int with = 0; with < 2; with++) {
    f->options.average = with ? 0.9 : 0;
    f->reports.stop_stage = "vosp";
    f->reports.stop_epoch = 2;
    assert_int_equal(train(f, "model", false), STATUS_INTERRUPTED);
    f->options.average = with ? 0 : 0.9;
    assert_int_equal(train(f, "model", true), STATUS_FORMAT);
    assert_non_null(strstr(f->error.text, with ? "made with --average" : "made without --average"));
    assert_false(exists(f, "model"));
  }
}

static void nonsense_is_refused(void **state)
{
  struct fixture *f = *state;
  for (int kind = 0; kind < 5; kind++) {
    f->options = small_options();
    f->options.transpose = kind == 0 ? -1 : kind == 1 ? PITCHES : 0;
    f->options.average = kind == 2 ? 1 : 0;
    f->options.gradient_noise = kind == 3 ? -1 : kind == 4 ? (double)NAN : 0;
    assert_int_equal(train(f, "model", false), STATUS_USAGE);
  }
  f->options = small_options();
  f->options.transpose = 2;
  f->config.kind = NET_VRAE;
  f->config.tie = TIE_PITCH;
  f->config.matches = 2;
  assert_int_equal(train(f, "model", false), STATUS_USAGE);
  assert_non_null(strstr(f->error.text, "filler"));
  assert_int_equal(folder_count(f->folder.path), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(chunks_move_within_the_keyboard),
    cmocka_unit_test(batches_hold_moved_chunks),
    cmocka_unit_test_setup_teardown(validation_does_not_move, setup, teardown),
    cmocka_unit_test_setup_teardown(averages_are_those_by_hand, setup, teardown),
    cmocka_unit_test_setup_teardown(a_stopped_run_with_aids_goes_on_as_if_it_had_not, setup, teardown),
    cmocka_unit_test_setup_teardown(aids_matter_and_repeat, setup, teardown),
    cmocka_unit_test_setup_teardown(noise_leaves_the_gate_alone, setup, teardown),
    cmocka_unit_test_setup_teardown(an_average_goes_on_as_one, setup, teardown),
    cmocka_unit_test_setup_teardown(nonsense_is_refused, setup, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
