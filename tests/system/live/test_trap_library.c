/* SPDX-License-Identifier: MIT */
/* libemend inside the trap: its audio functions, with settings, presets and all else changing, and an
 * application that leaves output lying. Whatever allocates, locks or calls the system ends the test. */
#include <emend/emend.h>

#include <stdio.h>
#include <time.h>

#include "cmocka_all.h"
#include "rng.h"
#include "trap.h"

enum { BLOCKS = 20000, BLOCK = 256, SYSEX = 500 };

static void change_something(emend *instance, struct rng *rng)
{
  switch (rng_below(rng, 200)) {
  case 0: assert_int_equal(emend_set_mode(instance, (emend_mode)rng_below(rng, 3)), EMEND_OK); break;
  case 1: assert_int_equal(emend_set_strength(instance, (float)rng_uniform(rng)), EMEND_OK); break;
  case 2: assert_int_equal(emend_set_look_ahead(instance, rng_below(rng, 2000)), EMEND_OK); break;
  case 3: assert_int_equal(emend_all_notes_off(instance, rng_below(rng, 2) == 0), EMEND_OK); break;
  case 4: assert_int_equal(emend_start(instance), EMEND_OK); break;
  case 5: (void)emend_swap_preset(instance, rng_below(rng, 2) == 0 ? "pop" : "folk", NULL); break;
  case 6: assert_int_equal(emend_set_tempo(instance, 60 + rng_below(rng, 90)), EMEND_OK); break;
  default: (void)emend_idle(instance); break;
  }
}

static void play(emend *instance, struct rng *rng)
{
  static uint8_t sysex[SYSEX] = {0xF0, [SYSEX - 1] = 0xF7};
  uint32_t frame = 0;
  for (uint32_t i = rng_below(rng, 5); i > 0; i--) {
    const uint8_t bytes[3] = {(uint8_t)((rng_below(rng, 2) ? 0x90 : 0x80) | rng_below(rng, 3)),
                              (uint8_t)(50 + rng_below(rng, 20)), (uint8_t)rng_below(rng, 128)};
    frame += rng_below(rng, BLOCK / 8);
    assert_int_equal(emend_event(instance, frame, bytes, 3), EMEND_OK);
  }
  if (rng_below(rng, 50) == 0) {
    assert_int_equal(emend_event(instance, frame, sysex, SYSEX), EMEND_OK);
  }
  assert_int_equal(emend_end_block(instance, BLOCK), EMEND_OK);
}

static void test_nothing_forbidden(void **state)
{
  (void)state;
  struct rng rng;
  emend *instance = NULL;
  emend_message message;
  emend_counters counters;
  const uint64_t seed = (uint64_t)time(NULL);
  uint64_t bytes = 0;
  print_message("seed %llu\n", (unsigned long long)seed);
  rng_seed(&rng, seed);
  assert_true(emend_trap_enter != NULL); /* else there is no trap */
  assert_int_equal(emend_new(&instance, "pop", EMEND_TEST_DATA, 48000, NULL), EMEND_OK);
  assert_int_equal(emend_start(instance), EMEND_OK);
  for (int i = 0; i < BLOCKS; i++) {
    change_something(instance, &rng);
    play(instance, &rng);
    while (rng_below(&rng, 100) != 0 && emend_output(instance, &message)) {
      bytes += message.size;
    }
  }
  emend_stats(instance, &counters);
  assert_true(bytes > 0 && counters.notes_in > BLOCKS / 2);
  emend_free(instance);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_nothing_forbidden)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
