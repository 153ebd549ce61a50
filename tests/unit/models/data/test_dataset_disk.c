/* SPDX-License-Identifier: MIT */
/* Libraries larger than memory: what is read of them when, and training on them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "dataset.h"
#include "folder.h"
#include "learn_rig.h"
#include "train.h"

enum { TAKES = 12 };

static const double few_hours = 100.0 / 3600; /* two takes of 40 s at once */
static const struct frame_def def = {FRAME_MILLISECONDS, 60, 2};

static struct folder folder;
static struct dataset held, library, part, valid;
static struct error error;

static int set_up(void **state)
{
  (void)state;
  struct dataset takes;
  folder_make(&folder);
  learn_rig_takes(&takes, TAKES, 0);
  learn_rig_save(&takes, folder.path);
  dataset_free(&takes);
  assert_int_equal(dataset_load(&held, folder.path, "train", &error), STATUS_OK);
  assert_int_equal(dataset_frames(&held, &def, &error), STATUS_OK);
  assert_int_equal(dataset_open(&library, folder.path, "train", few_hours, &error), STATUS_OK);
  assert_int_equal(dataset_frames(&library, &def, &error), STATUS_OK);
  return 0;
}

static int tear_down(void **state)
{
  (void)state;
  dataset_free(&held);
  dataset_free(&library);
  dataset_free(&part);
  dataset_free(&valid);
  folder_remove(folder.path);
  return 0;
}

static void names_and_lengths_stay(void **state)
{
  (void)state;
  assert_true(library.on_disk);
  assert_false(held.on_disk);
  assert_int_equal(library.count, held.count);
  assert_int_equal(library.frames, held.frames);
  for (size_t i = 0; i < held.count; i++) {
    const struct sequence *take = &library.sequences[i];
    assert_string_equal(take->name, held.sequences[i].name);
    assert_int_equal(take->frames, held.sequences[i].frames);
    assert_null(take->cells);
    assert_int_equal(take->notes.count, 0);
  }
}

static void a_small_library_is_held(void **state)
{
  (void)state;
  assert_int_equal(dataset_open(&part, folder.path, "train", 1, &error), STATUS_OK);
  assert_false(part.on_disk);
  assert_true(part.sequences[0].notes.count > 0);
}

static void takes_are_read_again_as_they_were(void **state)
{
  (void)state;
  const uint32_t chosen[] = {7, 2, 11};
  assert_int_equal(dataset_fetch(&part, &library, chosen, 3, &error), STATUS_OK);
  assert_int_equal(dataset_frames(&part, &def, &error), STATUS_OK);
  assert_int_equal(part.count, 3);
  for (size_t i = 0; i < 3; i++) {
    const struct sequence *take = &part.sequences[i];
    const struct sequence *same = &held.sequences[chosen[i]];
    assert_string_equal(take->name, same->name);
    assert_int_equal(take->frames, same->frames);
    assert_memory_equal(take->cells, same->cells, (size_t)take->frames * 2 * PITCHES);
  }
}

static void what_has_gone_is_left_out(void **state)
{
  (void)state;
  const uint32_t chosen[] = {3, 4};
  assert_int_equal(remove(library.sequences[3].file), 0);
  assert_int_equal(dataset_fetch(&part, &library, chosen, 2, &error), STATUS_OK);
  assert_int_equal(part.count, 1);
  assert_int_equal(part.skipped, 1);
  assert_string_equal(part.sequences[0].name, held.sequences[4].name);
  for (size_t i = 0; i < library.count; i++) {
    (void)remove(library.sequences[i].file);
  }
  dataset_free(&part);
  assert_int_equal(dataset_sample(&part, &library, 1, &error), STATUS_IO);
}

static void a_sample_is_spread_evenly(void **state)
{
  (void)state;
  assert_int_equal(dataset_sample(&part, &library, dataset_hours(&library) / 3, &error), STATUS_OK);
  assert_in_range(part.count, TAKES / 3 - 1, TAKES / 3);
  assert_string_equal(part.sequences[part.count - 1].name, held.sequences[TAKES - 1].name);
  assert_false(part.on_disk);
}

/* What an epoch tells. */
struct told {
  double best, done;
  int epoch;
  bool backwards;
};

static bool look(void *user, const struct train_progress *now)
{
  struct told *told = user;
  if (strcmp(now->stage, "vosp") == 0) {
    told->backwards = told->backwards || (now->epoch == told->epoch && now->done < told->done);
    told->done = now->done;
    told->epoch = now->epoch;
    told->best = now->best_nats;
  }
  return true;
}

static void train(const char *name, struct dataset *data, int epochs, struct told *told)
{
  struct train_options options;
  const struct net_config config = {.frame = def,
                                    .cell = CELL_GRU,
                                    .posterior = POSTERIOR_INCREMENTS,
                                    .feed = FEED_INCREMENT,
                                    .hidden = 8,
                                    .latent = 2,
                                    .generator = 8,
                                    .layers = 1,
                                    .gate = 6};
  train_defaults(&options);
  options.epochs = epochs;
  options.noise = 0.01;
  options.threads = 1;
  options.batch = 4;
  options.gate_epochs = 1;
  *told = (struct told){.best = 1e9};
  const struct train_run run = {
    .train = data, .valid = &valid, .out = folder_join(&folder, name), .report = look, .user = told};
  assert_int_equal(train_model(&config, &options, &run, &error), STATUS_OK);
}

static void read_model(const char *name, uint8_t **data, size_t *size)
{
  FILE *file = fopen(folder_join(&folder, name), "rb");
  assert_non_null(file);
  *data = malloc(1 << 20);
  assert_non_null(*data);
  *size = fread(*data, 1, 1 << 20, file);
  assert_int_equal(fclose(file), 0);
}

static void a_network_learns_from_what_is_read_as_it_goes(void **state)
{
  (void)state;
  struct told first, longer, same;
  uint8_t *a, *b;
  size_t a_size, b_size;
  assert_int_equal(dataset_sample(&valid, &library, few_hours, &error), STATUS_OK);
  assert_int_equal(dataset_frames(&valid, &def, &error), STATUS_OK);
  train("first", &library, 1, &first);
  train("longer", &library, 5, &longer);
  train("same", &library, 5, &same);
  assert_false(longer.backwards);
  assert_true(longer.best < 0.8 * first.best);
  read_model("longer", &a, &a_size);
  read_model("same", &b, &b_size);
  assert_true(a_size == b_size && memcmp(a, b, a_size) == 0);
  free(a);
  free(b);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(names_and_lengths_stay, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_small_library_is_held, set_up, tear_down),
    cmocka_unit_test_setup_teardown(takes_are_read_again_as_they_were, set_up, tear_down),
    cmocka_unit_test_setup_teardown(what_has_gone_is_left_out, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_sample_is_spread_evenly, set_up, tear_down),
    cmocka_unit_test_setup_teardown(a_network_learns_from_what_is_read_as_it_goes, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
