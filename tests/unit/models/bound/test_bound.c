/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdatomic.h>
#include <string.h>

#include "bound.h"
#include "cmocka_all.h"
#include "net_rig.h"
#include "roll_rig.h"

/* More sequences than one group holds; some longer than the segments they are run in. */
enum { SEQUENCES = 41, SEED = 12, THREADS = 3 };

static void make(struct net_rig *test, struct dataset *data, enum net_cell cell, enum net_tie tie)
{
  int lengths[SEQUENCES];
  for (int i = 0; i < SEQUENCES; i++) {
    lengths[i] = 1 + i * 53 % 150;
  }
  const struct net_config config = {
    .frame = {FRAME_BEATS, 0.25, 1},
    .tie = tie,
    .cell = cell,
    .posterior = cell == CELL_TANH ? POSTERIOR_DIAGONAL : POSTERIOR_GAUSS_MARKOV,
    .feed = FEED_LEVEL,
    .hidden = 7,
    .latent = 2,
    .generator = 5,
  };
  roll_rig_make(data, lengths, tie == TIE_PITCH ? 10 : SEQUENCES, 1, SEED);
  net_rig_make(test, &config, 150, 1, SEED);
}

static void unmake(struct net_rig *test, struct dataset *data)
{
  net_rig_free(test);
  dataset_free(data);
}

/* The generator no longer looks at z, so that draws do not matter. */
static void deafen(struct net_rig *test)
{
  const struct param *param = params_find(&test->params, "generator.z");
  memset(params_get(&test->params, "generator.z"), 0, (size_t)(param->rows * param->cols) * sizeof(float));
  vosp_net_refresh(&test->net, &test->params, test->params.block);
}

/* The same sums, one sequence after another, each in one piece. */
static struct bound_sums directly(struct net_rig *test, const struct dataset *data)
{
  struct bound_sums sums = {0};
  const struct vosp_net *net = &test->net;
  struct vosp_batch *batch = &test->batch;
  for (size_t s = 0; s < data->count; s++) {
    const struct sequence *sequence = &data->sequences[s];
    for (int t = 0; t < sequence->frames; t++) {
      const uint8_t *cells = sequence->cells + t * PITCHES;
      view_frame(&net->config, cells, (uint32_t)t, batch->u + (size_t)(t * net->rows * net->inputs));
      for (int i = 0; i < PITCHES; i++) { /* V = 1: both layouts are in the order of pitch */
        batch->target[t * PITCHES + i] = cells[i];
      }
    }
    vosp_batch_restart(batch, net);
    vosp_forward(net, batch, sequence->frames, false, NULL);
    sums.sequences++;
    sums.frames += (size_t)sequence->frames;
    sums.reconstruction += batch->reconstruction;
    sums.kl += batch->kl;
    sums.surrogate += batch->surrogate;
  }
  return sums;
}

static bool near(double a, double b)
{
  return fabs(a - b) < 2e-5 * fabs(b);
}

static void groups_and_segments_are_whole_sequences(void **state)
{
  (void)state;
  for (int kind = 0; kind < 6; kind++) {
    struct net_rig test;
    struct dataset data;
    struct bound_sums sums;
    make(&test, &data, (enum net_cell)(kind % 3), (enum net_tie)(kind / 3));
    deafen(&test);
    const struct bound_sums wanted = directly(&test, &data);
    const struct bound_options options = {.seed = SEED, .threads = 1};
    assert_int_equal(bound_over(&test.net, &data, &options, NULL, NULL, &sums), STATUS_OK);
    assert_int_equal(sums.sequences, data.count);
    assert_int_equal(sums.frames, data.frames);
    if (!near(sums.reconstruction, wanted.reconstruction) || !near(sums.kl, wanted.kl) ||
        !near(sums.surrogate, wanted.surrogate)) {
      fail_msg("kind %d: %.8g %.8g %.8g, directly %.8g %.8g %.8g", kind, sums.reconstruction, sums.kl,
               sums.surrogate, wanted.reconstruction, wanted.kl, wanted.surrogate);
    }
    unmake(&test, &data);
  }
}

static void threads_do_not_change_the_sums(void **state)
{
  (void)state;
  struct net_rig test;
  struct dataset data;
  struct bound_sums one;
  struct bound_sums more;
  make(&test, &data, CELL_GRU, TIE_NONE);
  struct bound_options options = {.noise = 0.05, .seed = SEED, .threads = 1};
  assert_int_equal(bound_over(&test.net, &data, &options, NULL, NULL, &one), STATUS_OK);
  options.threads = THREADS;
  assert_int_equal(bound_over(&test.net, &data, &options, NULL, NULL, &more), STATUS_OK);
  assert_memory_equal(&one, &more, sizeof one);
  options.seed++;
  assert_int_equal(bound_over(&test.net, &data, &options, NULL, NULL, &more), STATUS_OK);
  assert_true(more.reconstruction != one.reconstruction); /* other draws of z */
  unmake(&test, &data);
}

static void frames_max_takes_a_part(void **state)
{
  (void)state;
  struct net_rig test;
  struct dataset data;
  struct bound_sums sums;
  make(&test, &data, CELL_TANH, TIE_NONE);
  const struct bound_options part = {.frames_max = 1000, .seed = SEED, .threads = 1};
  assert_int_equal(bound_over(&test.net, &data, &part, NULL, NULL, &sums), STATUS_OK);
  assert_in_range(sums.frames, 500, 1500);
  assert_in_range(sums.sequences, SEQUENCES * 1000 / data.frames - 1, SEQUENCES * 1000 / data.frames + 1);
  const struct bound_options few = {.frames_max = 1, .seed = SEED, .threads = 1};
  assert_int_equal(bound_over(&test.net, &data, &few, NULL, NULL, &sums), STATUS_OK);
  assert_int_equal(sums.sequences, 1);
  unmake(&test, &data);
}

/* What the visits add up to. */
struct seen {
  atomic_int frames, starts, late, wrong;
  atomic_long cells, turned;
};

static bool visit(void *user, const struct bound_place *place, const struct vosp_net *net,
                  const struct vosp_batch *batch, int steps)
{
  struct seen *seen = user;
  if (place->worker < 0 || place->worker >= THREADS || place->group >= 2 || place->start % 64 != 0) {
    atomic_fetch_add(&seen->wrong, 1);
  }
  atomic_fetch_add(place->start == 0 ? &seen->starts : &seen->late, 1);
  for (int row = 0; row < steps * batch->rows; row++) {
    if (batch->weight[row] == 0) {
      continue;
    }
    atomic_fetch_add(&seen->frames, 1);
    for (int i = row * PITCHES; i < (row + 1) * PITCHES; i++) {
      atomic_fetch_add(&seen->cells, (long)batch->target[i]);
      atomic_fetch_add(&seen->turned, batch->u[i] > batch->target[i]);
      atomic_fetch_add(&seen->wrong, batch->u[i] < batch->target[i]);
    }
  }
  (void)net;
  return true;
}

static void noise_corrupts_the_input_only(void **state)
{
  (void)state;
  struct net_rig test;
  struct dataset data;
  struct bound_sums sums;
  make(&test, &data, CELL_TANH, TIE_NONE);
  long cells = 0;
  for (size_t s = 0; s < data.count; s++) {
    for (int i = 0; i < data.sequences[s].frames * PITCHES; i++) {
      cells += data.sequences[s].cells[i];
    }
  }
  for (int noisy = 0; noisy < 2; noisy++) {
    struct seen seen = {0};
    const struct bound_options options = {.noise = 0.1 * noisy, .seed = SEED, .threads = THREADS};
    assert_int_equal(bound_over(&test.net, &data, &options, visit, &seen, &sums), STATUS_OK);
    assert_int_equal(seen.wrong, 0);
    assert_int_equal(seen.starts, 2); /* groups of up to 32 */
    assert_true(seen.late >= 2);
    assert_int_equal(seen.frames, data.frames);
    assert_int_equal(seen.cells, cells);
    const double off = (double)data.frames * PITCHES - (double)cells;
    assert_true(fabs((double)seen.turned / off - 0.1 * noisy) < 0.005 * noisy + 1e-12);
  }
  unmake(&test, &data);
}

static bool stop_at_the_second(void *user, const struct bound_place *place, const struct vosp_net *net,
                               const struct vosp_batch *batch, int steps)
{
  (void)place, (void)net, (void)batch, (void)steps;
  return ++*(int *)user < 2;
}

static void a_visit_may_stop_the_run(void **state)
{
  (void)state;
  struct net_rig test;
  struct dataset data;
  struct bound_sums sums;
  const struct bound_options options = {.seed = SEED, .threads = 1};
  int visits = 0;
  make(&test, &data, CELL_TANH, TIE_NONE);
  assert_int_equal(bound_over(&test.net, &data, &options, stop_at_the_second, &visits, &sums),
                   STATUS_INTERRUPTED);
  assert_int_equal(visits, 2);
  unmake(&test, &data);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_visit_may_stop_the_run),       cmocka_unit_test(groups_and_segments_are_whole_sequences),
    cmocka_unit_test(threads_do_not_change_the_sums), cmocka_unit_test(frames_max_takes_a_part),
    cmocka_unit_test(noise_corrupts_the_input_only),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
