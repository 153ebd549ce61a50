/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>

#include "cmocka_all.h"
#include "file.h"
#include "gate_train.h"
#include "init.h"
#include "learn_rig.h"
#include "smf_from_notes.h"

enum { SECONDS = 40, BASE_TAKES = 10 };

static void add(struct sequence *take, int milliseconds, int length, int pitch, int velocity)
{
  const struct note note = {.on = milliseconds * NANOS_PER_MILLISECOND,
                            .off = (milliseconds + length) * NANOS_PER_MILLISECOND,
                            .pitch = (uint8_t)pitch,
                            .velocity = (uint8_t)velocity};
  assert_int_equal(note_list_add(&take->notes, note), STATUS_OK);
}

static void play(struct sequence *take, int player, int index)
{
  static const int degrees[7] = {0, 2, 4, 5, 7, 9, 11};
  for (int k = 0; k * 200 < SECONDS * 1000; k++) {
    const int pitch = 48 + index % 5 + degrees[k % 7];
    if (player == 0) {
      add(take, k * 200, 180, pitch, 75 + k % 7 * 3);
    } else {
      for (int voice = 0; voice < 3; voice++) {
        add(take, k * 200, 90, pitch + 4 * voice, 24 + (k + voice) % 5 * 4);
      }
    }
  }
}

void learn_rig_takes(struct dataset *takes, int count, int player)
{
  *takes = (struct dataset){.count = (size_t)count};
  takes->sequences = calloc((size_t)count, sizeof *takes->sequences);
  assert_non_null(takes->sequences);
  for (int i = 0; i < count; i++) {
    takes->sequences[i].name = calloc(1, 8);
    assert_non_null(takes->sequences[i].name);
    play(&takes->sequences[i], player, i);
  }
}

struct model *learn_rig_base(void)
{
  const struct net_config config = {
    .frame = {FRAME_MILLISECONDS, 60, 2},
    .cell = CELL_GRU,
    .posterior = POSTERIOR_INCREMENTS,
    .feed = FEED_INCREMENT,
    .hidden = 8,
    .layers = 1,
    .latent = 2,
    .generator = 8,
    .decision = 12,
    .belief = BELIEF_YES,
  };
  const struct init_options init = {1.1, 0, 0.1, 0.3, 0};
  struct model *model;
  struct error error;
  struct rng rng;
  struct dataset takes, valid;
  struct gate_result result;
  struct train_options options;
  rng_seed(&rng, 3);
  assert_int_equal(model_new(&model, &config, &error), STATUS_OK);
  assert_int_equal(vosp_init(&config, &init, &model->params, &rng), STATUS_OK);
  learn_rig_takes(&takes, BASE_TAKES, 0);
  learn_rig_takes(&valid, 2, 0);
  const struct train_run run = {.train = &takes, .valid = &valid};
  train_defaults(&options);
  options.gate_epochs = 8;
  options.threads = 1;
  assert_int_equal(gate_train(model, &options, &run, &result, &error), STATUS_OK);
  dataset_free(&takes);
  dataset_free(&valid);
  return model;
}

static void save(const struct note_list *notes, const char *path)
{
  struct smf smf;
  struct error error;
  uint8_t *data = NULL;
  size_t size = 0;
  assert_int_equal(smf_from_notes(notes, &smf, &error), STATUS_OK);
  assert_int_equal(smf_write(&smf, &data, &size, &error), STATUS_OK);
  assert_int_equal(file_write(path, data, size, &error), STATUS_OK);
  free(data);
  smf_free(&smf);
}

void learn_rig_save(const struct dataset *takes, const char *folder)
{
  for (size_t i = 0; i < takes->count; i++) {
    char path[512];
    snprintf(path, sizeof path, "%s/%03zu.mid", folder, i);
    save(&takes->sequences[i].notes, path);
  }
}
