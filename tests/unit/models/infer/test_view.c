/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>

#include "cmocka_all.h"
#include "rng.h"
#include "view.h"

enum { SEED = 31, TIED_MAX = FRAME_VALUES_MAX * VIEW_SPAN + 2 * VIEW_CLASSES + 2 + VIEW_PHASE_BITS };

static struct net_config config_of(enum net_tie tie, enum frame_unit unit, int values)
{
  return (struct net_config){.frame = {unit, unit == FRAME_BEATS ? 0.25 : 60, values}, .tie = tie};
}

static void fill(uint8_t *cells, int low, int high)
{
  struct rng rng;
  rng_seed(&rng, SEED);
  memset(cells, 0, FRAME_VALUES_MAX * PITCHES);
  for (int value = 0; value < FRAME_VALUES_MAX; value++) {
    for (int i = low; i < high; i++) {
      cells[value * PITCHES + i] = rng_below(&rng, 4) == 0;
    }
  }
}

static void sizes_are_those_of_the_layout(void **state)
{
  (void)state;
  const struct net_config plain = config_of(TIE_NONE, FRAME_BEATS, 2);
  const struct net_config beats = config_of(TIE_PITCH, FRAME_BEATS, 1);
  const struct net_config time = config_of(TIE_PITCH, FRAME_MILLISECONDS, 2);
  assert_int_equal(view_rows(&plain), 1);
  assert_int_equal(view_inputs(&plain), 176);
  assert_int_equal(view_outputs(&plain), 176);
  assert_int_equal(view_rows(&beats), 88);
  assert_int_equal(view_inputs(&beats), 25 + 12 + 12 + 1 + 1 + 4);
  assert_int_equal(view_outputs(&beats), 1);
  assert_int_equal(view_inputs(&time), 50 + 12 + 12 + 1 + 1);
  assert_int_equal(view_outputs(&time), 2);
}

static void plain_row_is_the_frame(void **state)
{
  (void)state;
  const struct net_config config = config_of(TIE_NONE, FRAME_BEATS, 2);
  uint8_t cells[FRAME_VALUES_MAX * PITCHES];
  view_value row[VIEW_INPUT_MAX];
  fill(cells, 0, PITCHES);
  view_row(&config, cells, 3, 40, row);
  for (int i = 0; i < 2 * PITCHES; i++) {
    assert_true(row[i] == (float)cells[i]);
  }
}

/* One tied row, cell by cell, as view.h describes it. */
static void check_row(const struct net_config *config, const uint8_t *cells, uint32_t t, int pitch,
                      const view_value *row)
{
  int counts[VIEW_CLASSES] = {0};
  int sounding = 0;
  for (int other = 0; other < PITCHES; other++) {
    const int relative = ((other - pitch) % VIEW_CLASSES + VIEW_CLASSES) % VIEW_CLASSES;
    counts[relative] += cells[other];
    sounding += cells[other];
  }
  for (int value = 0; value < config->frame.values; value++) {
    for (int k = 0; k < VIEW_SPAN; k++) {
      const int other = pitch + k - 12;
      const int inside = other >= 0 && other < PITCHES;
      assert_true(*row++ == (float)(inside ? cells[value * PITCHES + other] : 0));
    }
  }
  for (int k = 0; k < VIEW_CLASSES; k++) {
    assert_true(*row++ == (float)counts[k]);
  }
  for (int k = 0; k < VIEW_CLASSES; k++) {
    assert_true(*row++ == (float)((pitch + 21) % 12 == k));
  }
  assert_true(fabs((double)*row++ - (pitch - 43.5) / 43.5) < 1e-6);
  assert_true(*row++ == (float)(sounding / 8.0));
  for (uint32_t bit = 0; config->frame.unit == FRAME_BEATS && bit < 4; bit++) {
    assert_true(*row++ == (float)(t / (1U << bit) % 2));
  }
}

static void tied_rows_hold_what_is_said(void **state)
{
  (void)state;
  uint8_t cells[FRAME_VALUES_MAX * PITCHES];
  static view_value rows[PITCHES * TIED_MAX];
  fill(cells, 0, PITCHES);
  for (int kind = 0; kind < 4; kind++) {
    const struct net_config config =
      config_of(TIE_PITCH, kind % 2 == 0 ? FRAME_BEATS : FRAME_MILLISECONDS, 1 + kind / 2);
    const size_t inputs = (size_t)view_inputs(&config);
    for (uint32_t t = 0; t < 40; t += 13) {
      view_value row[TIED_MAX];
      view_frame(&config, cells, t, rows);
      for (int pitch = 0; pitch < PITCHES; pitch++) {
        check_row(&config, cells, t, pitch, rows + (size_t)pitch * inputs);
        view_row(&config, cells, t, pitch, row);
        assert_memory_equal(row, rows + (size_t)pitch * inputs, inputs * sizeof *row);
      }
    }
  }
}

/* Music away from the ends, moved by k: pitch + k sees then what pitch saw, but for its own class and height.
 */
static void transposed_music_shifts_the_rows(void **state)
{
  (void)state;
  const struct net_config config = config_of(TIE_PITCH, FRAME_BEATS, 2);
  const size_t inputs = (size_t)view_inputs(&config);
  const size_t own = 2 * VIEW_SPAN + VIEW_CLASSES;
  uint8_t cells[FRAME_VALUES_MAX * PITCHES];
  uint8_t moved[FRAME_VALUES_MAX * PITCHES];
  fill(cells, 20, 60);
  for (int k = -7; k <= 14; k += 7) {
    memset(moved, 0, sizeof moved);
    for (int value = 0; value < 2; value++) {
      memcpy(moved + value * PITCHES + 20 + k, cells + value * PITCHES + 20, 40);
    }
    for (int pitch = 20; pitch < 60; pitch++) {
      view_value before[TIED_MAX];
      view_value after[TIED_MAX];
      view_row(&config, cells, 5, pitch, before);
      view_row(&config, moved, 5, pitch + k, after);
      assert_memory_equal(before, after, own * sizeof *before);
      const size_t rest = own + VIEW_CLASSES + 1;
      assert_memory_equal(before + rest, after + rest, (inputs - rest) * sizeof *before);
      if (k != 0) {
        assert_memory_not_equal(before + own, after + own, (VIEW_CLASSES + 1) * sizeof *before);
      }
    }
  }
}

/* Nothing from beyond the keyboard, nor from the other value's block, comes into the windows at its ends. */
static void ends_of_the_keyboard_are_silent(void **state)
{
  (void)state;
  const struct net_config config = config_of(TIE_PITCH, FRAME_MILLISECONDS, 2);
  uint8_t cells[FRAME_VALUES_MAX * PITCHES];
  view_value low[TIED_MAX];
  view_value high[TIED_MAX];
  memset(cells, 1, sizeof cells);
  view_row(&config, cells, 0, 0, low);
  view_row(&config, cells, 0, PITCHES - 1, high);
  for (int value = 0; value < 2; value++) {
    for (int k = 0; k < VIEW_SPAN; k++) {
      assert_true(low[value * VIEW_SPAN + k] == (k >= VIEW_REACH ? 1 : 0));
      assert_true(high[value * VIEW_SPAN + k] == (k <= VIEW_REACH ? 1 : 0));
    }
  }
  assert_true(low[2 * VIEW_SPAN + 2 * VIEW_CLASSES] == -1);
  assert_true(high[2 * VIEW_SPAN + 2 * VIEW_CLASSES] == 1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(sizes_are_those_of_the_layout),   cmocka_unit_test(plain_row_is_the_frame),
    cmocka_unit_test(tied_rows_hold_what_is_said),     cmocka_unit_test(transposed_music_shifts_the_rows),
    cmocka_unit_test(ends_of_the_keyboard_are_silent),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
