/* SPDX-License-Identifier: MIT */
/* Random search: what a space says, and what trials draw of it. */
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "model.h"
#include "search_rig.h"

enum { DRAWS = 4000 };

static const char *value_of(const struct search_settings *settings, const char *name)
{
  for (int i = 0; i < settings->count; i++) {
    if (strcmp(settings->values[i].name, name) == 0) {
      return settings->values[i].text;
    }
  }
  fail_msg("there is no %s", name);
  return "";
}

/* These stand for every machine: who changes them makes folders of searches useless. */
static void a_trial_is_the_same_everywhere(void **state)
{
  struct search_rig *f = *state;
  static const char *const wanted[][2] = {
    {"cell", "gru"}, {"clip", "0.99122"},    {"generator", "26"}, {"hidden", "14"},
    {"latent", "3"}, {"noise", "0.0112494"}, {"rate", "0.005"},   {"split", "practice"},
  };
  struct search_settings settings;
  assert_int_equal(f->space.hash, UINT64_C(0xeed0276539a596bb));
  search_draw(&f->space, 17, &settings);
  assert_int_equal(settings.count, 8);
  assert_int_equal(settings.trial, 17);
  assert_int_equal(settings.seed, 1753506585);
  for (int i = 0; i < settings.count; i++) {
    assert_string_equal(settings.values[i].name, wanted[i][0]);
    assert_string_equal(settings.values[i].text, wanted[i][1]);
  }
}

static void only_what_it_says_counts(void **state)
{
  struct search_rig *f = *state;
  static const struct {
    const char *text;
    bool same;
  } cases[] = {
    {"search = { noise = { high = 0.10; scale = \"log\"; low = 1e-4; };\r\n"
     "rate = (0.010, 5e-3, 0.1); cell = [\"gru\", \"tanh\"]; /* two */ clip = { low = 0.5; high = 2.5; };\r\n"
     "generator = { low = 4; high = 64; scale = \"log\"; whole = true; };\r\n"
     "hidden = { whole = true; low = 10.0; high = 19; scale = \"linear\"; }; };\r\n"
     "split = \"practice\"; latent = 3; kind = \"vosp\"; // the last line\r\n",
     true},
    {"kind = \"vosp\"; latent = 3; search = { rate = [0.1]; };", false},
    {"kind = \"vosp\"; rate = 0.1; search = { latent = [3]; };", false},
    {"kind = \"vrae\"; latent = 3; search = { rate = [0.1]; };", false},
    {"kind = \"vosp\"; latent = 3; search = { rate = [0.1, 0.1]; };", false},
    {"kind = \"vosp\"; latent = 3; search = { rate = { low = 0.1; high = 0.2; }; };", false},
    {"kind = \"vosp\"; latent = 3; search = { rate = { low = 0.1; high = 0.2; scale = \"log\"; }; };", false},
    {"kind = \"vosp\"; latent = 3; search = { rate = { low = 0.1; high = 0.3; }; };", false},
    {"kind = \"vosp\"; latent = 3; search = { rate = { low = 1; high = 2; }; };", false},
    {"kind = \"vosp\"; latent = 3; search = { rate = { low = 1; high = 2; whole = true; }; };", false},
  };
  uint64_t seen[sizeof cases / sizeof cases[0]];
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct search_space space;
    if (search_rig_read(f, cases[i].text, &space) != STATUS_OK) {
      fail_msg("case %zu: %s", i, f->error.text);
    }
    assert_int_equal(space.hash == f->space.hash, cases[i].same);
    seen[i] = space.hash;
    for (size_t k = 0; k < i; k++) {
      assert_int_not_equal(seen[k], seen[i]);
    }
    search_space_free(&space);
  }
}

static double number_of(const struct search_settings *settings, const char *name, double low, double high)
{
  const double number = strtod(value_of(settings, name), NULL);
  if (!(number >= low && number <= high)) {
    fail_msg("%s is %g in trial %d, not from %g to %g", name, number, settings->trial, low, high);
  }
  return number;
}

/* Each of a list, both ends of a range and both halves of its scale come up about as often as they should. */
static void draws_are_uniform(void **state)
{
  struct search_rig *f = *state;
  int rates[3] = {0}, hidden[10] = {0}, gru = 0, clip = 0, noise = 0, generator = 0, ends = 0;
  for (int trial = 0; trial < DRAWS; trial++) {
    struct search_settings settings;
    search_draw(&f->space, trial, &settings);
    const double rate = strtod(value_of(&settings, "rate"), NULL);
    rates[rate == 0.01 ? 0 : rate == 0.005 ? 1 : 2]++;
    assert_true(rate == 0.01 || rate == 0.005 || rate == 0.1);
    hidden[(int)number_of(&settings, "hidden", 10, 19) - 10]++;
    gru += strcmp(value_of(&settings, "cell"), "gru") == 0;
    clip += number_of(&settings, "clip", 0.5, 2.5) < 1.5;
    noise += number_of(&settings, "noise", 0.0001, 0.1) < 0.00316228;
    const double units = number_of(&settings, "generator", 4, 64);
    assert_true(units == floor(units));
    generator += units < 16;
    ends += units == 4 || units == 64;
  }
  for (int i = 0; i < 3; i++) {
    assert_in_range(rates[i], DRAWS / 3 - 200, DRAWS / 3 + 200);
  }
  for (int i = 0; i < 10; i++) {
    assert_in_range(hidden[i], DRAWS / 10 - 120, DRAWS / 10 + 120);
  }
  assert_in_range(gru, DRAWS / 2 - 200, DRAWS / 2 + 200);
  assert_in_range(clip, DRAWS / 2 - 200, DRAWS / 2 + 200);
  assert_in_range(noise, DRAWS / 2 - 200, DRAWS / 2 + 200);
  assert_in_range(generator, DRAWS / 2 - 200, DRAWS / 2 + 200);
  assert_in_range(ends, 200, 600); /* a tenth, of which 64 is a twentieth part */
}

static void seeds_differ(void **state)
{
  struct search_rig *f = *state;
  uint64_t before = 0;
  for (int trial = 0; trial < 100; trial++) {
    struct search_settings settings, again;
    search_draw(&f->space, trial, &settings);
    search_draw(&f->space, trial, &again);
    assert_int_equal(settings.seed, again.seed);
    assert_int_not_equal(settings.seed, before);
    before = settings.seed;
  }
}

static void settings_reach_the_training(void **state)
{
  struct search_rig *f = *state;
  for (int trial = 0; trial < 20; trial++) {
    struct search_settings settings;
    struct train_flags flags;
    search_draw(&f->space, trial, &settings);
    assert_int_equal(search_flags(&f->space, &settings, &flags, &f->error), STATUS_OK);
    assert_int_equal(flags.config.kind, NET_VOSP);
    assert_int_equal(flags.config.latent, 3);
    assert_int_equal(flags.config.gate, 0);
    assert_int_equal(flags.config.hidden, strtol(value_of(&settings, "hidden"), NULL, 10));
    assert_int_equal(flags.config.cell, strcmp(value_of(&settings, "cell"), "gru") == 0 ? CELL_GRU : CELL_TANH);
    assert_true(flags.options.rate == strtod(value_of(&settings, "rate"), NULL));
    assert_true(flags.options.seed == settings.seed);
    assert_string_equal(flags.train_split, "practice");
    assert_string_equal(flags.valid_split, "valid");
  }
}

static void shipped_spaces_are_sound(void **state)
{
  struct search_rig *f = *state;
  int count = 0;
  DIR *open = opendir(EMEND_TEST_SPACES);
  assert_non_null(open);
  for (const struct dirent *entry = readdir(open); entry != NULL; entry = readdir(open)) {
    char path[1024];
    struct search_space space;
    if (strstr(entry->d_name, ".cfg") == NULL) {
      continue;
    }
    snprintf(path, sizeof path, "%s/%s", EMEND_TEST_SPACES, entry->d_name);
    if (search_space_read(&space, path, &f->error) != STATUS_OK) {
      fail_msg("%s", f->error.text);
    }
    for (int trial = 0; trial < 200; trial++) {
      struct search_settings settings;
      struct train_flags flags;
      struct model *model;
      search_draw(&space, trial, &settings);
      assert_int_equal(search_flags(&space, &settings, &flags, &f->error), STATUS_OK);
      if (trial < 20 && model_new(&model, &flags.config, &f->error) != STATUS_OK) {
        fail_msg("%s, trial %d: %s", path, trial, f->error.text);
      } else if (trial < 20) {
        model_free(model);
      }
    }
    search_space_free(&space);
    count++;
  }
  closedir(open);
  assert_true(count >= 3);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(a_trial_is_the_same_everywhere, search_rig_set_up, search_rig_tear_down),
    cmocka_unit_test_setup_teardown(only_what_it_says_counts, search_rig_set_up, search_rig_tear_down),
    cmocka_unit_test_setup_teardown(draws_are_uniform, search_rig_set_up, search_rig_tear_down),
    cmocka_unit_test_setup_teardown(seeds_differ, search_rig_set_up, search_rig_tear_down),
    cmocka_unit_test_setup_teardown(settings_reach_the_training, search_rig_set_up, search_rig_tear_down),
    cmocka_unit_test_setup_teardown(shipped_spaces_are_sound, search_rig_set_up, search_rig_tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
