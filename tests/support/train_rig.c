/* SPDX-License-Identifier: MIT */
#include "train_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmocka_all.h"

void train_rig_rolls(struct dataset *data, int shift)
{
  static const int chords[4][4] = {{27, 43, 46, 51}, {32, 44, 48, 51}, {34, 43, 46, 50}, {31, 43, 47, 50}};
  *data = (struct dataset){.count = TRAIN_RIG_SEQUENCES, .values = 1, .rolls = true};
  data->sequences = calloc(TRAIN_RIG_SEQUENCES, sizeof *data->sequences);
  assert_non_null(data->sequences);
  for (int i = 0; i < TRAIN_RIG_SEQUENCES; i++) {
    struct sequence *sequence = &data->sequences[i];
    sequence->frames = TRAIN_RIG_FRAMES + i;
    sequence->cells = calloc((size_t)sequence->frames, PITCHES);
    assert_non_null(sequence->cells);
    for (int t = 0; t < sequence->frames; t++) {
      for (int k = 0; k < 4; k++) {
        sequence->cells[t * PITCHES + chords[((t + i + shift) / 2) % 4][k]] = 1;
      }
    }
    data->frames += (size_t)sequence->frames;
  }
}

struct net_config train_rig_config(void)
{
  return (struct net_config){
    .frame = {FRAME_BEATS, 0.25, 1},
    .cell = CELL_TANH,
    .posterior = POSTERIOR_INCREMENTS,
    .feed = FEED_INCREMENT,
    .hidden = 24,
    .latent = 3,
    .generator = 20,
  };
}

struct train_options train_rig_options(void)
{
  struct train_options options;
  train_defaults(&options);
  options.chunk = 20;
  options.lead = 4;
  options.batch = 4;
  options.epochs = TRAIN_RIG_EPOCHS;
  options.rate = 1e-2;
  options.threads = 1;
  options.gate_epochs = 2;
  return options;
}

static bool report(void *user, const struct train_progress *progress)
{
  struct train_rig_reports *reports = user;
  if (reports->count++ == 0) {
    reports->first_epoch = progress->epoch;
    reports->first_best = progress->best_nats;
    snprintf(reports->first_stage, sizeof reports->first_stage, "%s", progress->stage);
  }
  if (strcmp(progress->stage, "gate") == 0) {
    reports->gate_reports++;
  } else {
    reports->share_fell = reports->share_fell || progress->share < reports->last.share;
    reports->last = *progress;
  }
  return reports->stop_stage == NULL || strcmp(reports->stop_stage, progress->stage) != 0 ||
         progress->epoch < reports->stop_epoch;
}

int train_rig_set_up(void **state)
{
  struct train_rig *f = calloc(1, sizeof *f);
  assert_non_null(f);
  folder_make(&f->folder);
  train_rig_rolls(&f->train, 0);
  train_rig_rolls(&f->valid, 3);
  f->config = train_rig_config();
  f->options = train_rig_options();
  *state = f;
  return 0;
}

int train_rig_tear_down(void **state)
{
  struct train_rig *f = *state;
  folder_remove(f->folder.path);
  dataset_free(&f->train);
  dataset_free(&f->valid);
  free(f);
  return 0;
}

enum status train_rig_train(struct train_rig *f, const char *out, bool resume)
{
  const struct train_run run = {
    .train = &f->train,
    .valid = &f->valid,
    .out = folder_join(&f->folder, out),
    .resume = resume,
    .command = "a test",
    .report = report,
    .user = &f->reports,
    .outcome = &f->reports.outcome,
  };
  f->reports.count = 0;
  f->reports.gate_reports = 0;
  f->reports.last = (struct train_progress){.share = 0};
  f->reports.share_fell = false;
  return train_model(&f->config, &f->options, &run, &f->error);
}

bool train_rig_exists(const struct train_rig *f, const char *name)
{
  return access(folder_join(&f->folder, name), F_OK) == 0;
}

struct model *train_rig_load(struct train_rig *f, const char *name)
{
  struct model *model = NULL;
  assert_int_equal(model_load(&model, folder_join(&f->folder, name), &f->error), STATUS_OK);
  return model;
}

bool train_rig_same_weights(struct train_rig *f, const char *a, const char *b)
{
  struct model *x = train_rig_load(f, a);
  struct model *y = train_rig_load(f, b);
  const bool same = x->params.size == y->params.size &&
                    memcmp(x->params.block, y->params.block, x->params.size * sizeof(float)) == 0;
  model_free(x);
  model_free(y);
  return same;
}

static double number_in(const char *line, enum train_rig_column column)
{
  for (int i = 0; i < (int)column; i++) {
    line = strchr(line, ',') + 1;
  }
  return strtod(line, NULL);
}

int train_rig_read_log(const struct train_rig *f, const char *name, enum train_rig_column column,
                       double numbers[TRAIN_RIG_EPOCHS])
{
  char line[512];
  int count = 0;
  FILE *file = fopen(folder_join(&f->folder, name), "r");
  assert_non_null(file);
  assert_non_null(fgets(line, sizeof line, file));
  assert_memory_equal(line, "epoch,", 6);
  while (fgets(line, sizeof line, file) != NULL && count < TRAIN_RIG_EPOCHS) {
    numbers[count++] = number_in(line, column);
    assert_int_equal(number_in(line, LOG_EPOCH), count);
  }
  assert_int_equal(fclose(file), 0);
  return count;
}
