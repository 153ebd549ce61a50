/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>

#include "cmocka_all.h"
#include "metre.h"

static struct error error;

/* 4/4 for two bars, then 6/8 from the middle of the third bar on, at 96 ticks a quarter. */
static const uint8_t changing[] = {'M',  'T',  'h', 'd', 0,   0,   0, 6, 0,    0,    0,    1,
                                   0,    96,   'M', 'T', 'r', 'k', 0, 0, 0,    13,   0x87, 0x40,
                                   0xFF, 0x58, 4,   6,   3,   24,  8, 0, 0xFF, 0x2F, 0};
static const uint8_t smpte[] = {'M', 'T', 'h', 'd', 0,   0, 0, 6, 0, 0, 0,    1,    0xE7,
                                40,  'M', 'T', 'r', 'k', 0, 0, 0, 4, 0, 0xFF, 0x2F, 0};

static void set_up(struct metre *metre, const uint8_t *data, size_t size)
{
  struct smf smf;
  assert_int_equal(smf_read(&smf, data, size, "metre", &error), STATUS_OK);
  assert_int_equal(metre_read(metre, &smf, &error), STATUS_OK);
  smf_free(&smf);
}

static void assert_place(const struct metre *metre, int bar, double beat, uint64_t tick)
{
  uint64_t found;
  int found_bar;
  double found_beat;
  assert_int_equal(metre_tick(metre, bar, beat, &found, &error), STATUS_OK);
  assert_int_equal(found, tick);
  assert_true(metre_place(metre, tick, &found_bar, &found_beat));
  assert_int_equal(found_bar, bar);
  assert_true(fabs(found_beat - beat) < 1e-9);
}

static void counts_bars_across_signatures(void **state)
{
  struct metre metre;
  (void)state;
  set_up(&metre, changing, sizeof changing);
  assert_place(&metre, 1, 1, 0);
  assert_place(&metre, 1, 4.5, 336);
  assert_place(&metre, 3, 2, 864);
  assert_place(&metre, 4, 1, 960); /* the signature's place: a new bar */
  assert_place(&metre, 4, 6, 960 + 5 * 48);
  assert_place(&metre, 6, 1.5, 960 + 2 * 288 + 24);
  metre_free(&metre);
}

static void refuses_what_is_not_there(void **state)
{
  struct metre metre;
  uint64_t tick;
  int bar;
  double beat;
  (void)state;
  set_up(&metre, changing, sizeof changing);
  assert_int_equal(metre_tick(&metre, 0, 1, &tick, &error), STATUS_USAGE);
  assert_int_equal(metre_tick(&metre, 1.5, 1, &tick, &error), STATUS_USAGE);
  assert_int_equal(metre_tick(&metre, 1, 5, &tick, &error), STATUS_USAGE);
  assert_int_equal(metre_tick(&metre, 1, 0.5, &tick, &error), STATUS_USAGE);
  assert_int_equal(metre_tick(&metre, 3, 4, &tick, &error), STATUS_USAGE); /* the bar that was cut short */
  assert_int_equal(metre_tick(&metre, 4, 7, &tick, &error), STATUS_USAGE);
  assert_int_equal(metre_tick(&metre, 1e9, 1, &tick, &error), STATUS_USAGE);
  assert_int_equal(metre_tick(&metre, NAN, 1, &tick, &error), STATUS_USAGE);
  metre_free(&metre);
  set_up(&metre, smpte, sizeof smpte);
  assert_int_equal(metre_tick(&metre, 1, 1, &tick, &error), STATUS_UNSUPPORTED);
  assert_false(metre_place(&metre, 5, &bar, &beat));
  metre_free(&metre);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(counts_bars_across_signatures),
    cmocka_unit_test(refuses_what_is_not_there),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
