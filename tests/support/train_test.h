/* SPDX-License-Identifier: MIT */
/* A small training on made-up music, for tests: the data, the options, what was reported, and files. */
#ifndef EMEND_TRAIN_TEST_H
#define EMEND_TRAIN_TEST_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "folder.h"
#include "train.h"

enum { SEQUENCES = 8, FRAMES = 40, EPOCHS = 12 };

/* Four chords over and over, each sequence from another one on. */
static inline void make_rolls(struct dataset *data, int shift)
{
  static const int chords[4][4] = {{27, 43, 46, 51}, {32, 44, 48, 51}, {34, 43, 46, 50}, {31, 43, 47, 50}};
  *data = (struct dataset){.count = SEQUENCES, .values = 1, .rolls = true};
  data->sequences = calloc(SEQUENCES, sizeof *data->sequences);
  assert_non_null(data->sequences);
  for (int i = 0; i < SEQUENCES; i++) {
    struct sequence *sequence = &data->sequences[i];
    sequence->frames = FRAMES + i;
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

static inline struct net_config small_config(void)
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

static inline struct train_options small_options(void)
{
  struct train_options options;
  train_defaults(&options);
  options.chunk = 20;
  options.lead = 4;
  options.batch = 4;
  options.epochs = EPOCHS;
  options.rate = 1e-2;
  options.threads = 1;
  options.gate_epochs = 2;
  return options;
}

/* What the reports said, and when to stop. */
struct reports {
  const char *stop_stage; /* NULL: never */
  int stop_epoch;
  int first_epoch, gate_reports;
  double first_best;
  char first_stage[8];
  int count;
};

static inline bool report(void *user, const struct train_progress *progress)
{
  struct reports *reports = user;
  if (reports->count++ == 0) {
    reports->first_epoch = progress->epoch;
    reports->first_best = progress->best_nats;
    snprintf(reports->first_stage, sizeof reports->first_stage, "%s", progress->stage);
  }
  reports->gate_reports += strcmp(progress->stage, "gate") == 0;
  return reports->stop_stage == NULL || strcmp(reports->stop_stage, progress->stage) != 0 ||
         progress->epoch < reports->stop_epoch;
}

struct fixture {
  struct folder folder;
  struct dataset train, valid;
  struct net_config config;
  struct train_options options;
  struct reports reports;
  struct error error;
};

static inline int setup(void **state)
{
  struct fixture *f = calloc(1, sizeof *f);
  assert_non_null(f);
  folder_make(&f->folder);
  make_rolls(&f->train, 0);
  make_rolls(&f->valid, 3);
  f->config = small_config();
  f->options = small_options();
  *state = f;
  return 0;
}

static inline int teardown(void **state)
{
  struct fixture *f = *state;
  folder_remove(f->folder.path);
  dataset_free(&f->train);
  dataset_free(&f->valid);
  free(f);
  return 0;
}

static inline enum status train(struct fixture *f, const char *out, bool resume)
{
  const struct train_run run = {
    .train = &f->train,
    .valid = &f->valid,
    .out = folder_join(&f->folder, out),
    .resume = resume,
    .command = "a test",
    .report = report,
    .user = &f->reports,
  };
  f->reports.count = 0;
  f->reports.gate_reports = 0;
  return train_model(&f->config, &f->options, &run, &f->error);
}

static inline bool exists(const struct fixture *f, const char *name)
{
  return access(folder_join(&f->folder, name), F_OK) == 0;
}

static inline struct model *load(struct fixture *f, const char *name)
{
  struct model *model = NULL;
  assert_int_equal(model_load(&model, folder_join(&f->folder, name), &f->error), STATUS_OK);
  return model;
}

static inline bool same_weights(struct fixture *f, const char *a, const char *b)
{
  struct model *x = load(f, a);
  struct model *y = load(f, b);
  const bool same = x->params.size == y->params.size &&
                    memcmp(x->params.block, y->params.block, x->params.size * sizeof(float)) == 0;
  model_free(x);
  model_free(y);
  return same;
}

/* Columns of a log; it has a line an epoch. */
enum column { EPOCH, RATE = 4, TRAIN_NATS, VALID_BOUND };

static inline double number_in(const char *line, enum column column)
{
  for (int i = 0; i < (int)column; i++) {
    line = strchr(line, ',') + 1;
  }
  return strtod(line, NULL);
}

static inline int read_log(const struct fixture *f, const char *name, enum column column,
                           double numbers[EPOCHS])
{
  char line[512];
  int count = 0;
  FILE *file = fopen(folder_join(&f->folder, name), "r");
  assert_non_null(file);
  assert_non_null(fgets(line, sizeof line, file));
  assert_memory_equal(line, "epoch,", 6);
  while (fgets(line, sizeof line, file) != NULL && count < EPOCHS) {
    numbers[count++] = number_in(line, column);
    assert_int_equal(number_in(line, EPOCH), count);
  }
  assert_int_equal(fclose(file), 0);
  return count;
}

#endif
