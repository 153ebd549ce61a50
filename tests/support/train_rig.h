/* SPDX-License-Identifier: MIT */
/* A small training on made-up music, for tests: the data, the options, what was reported, and files. */
#ifndef EMEND_TEST_TRAIN_RIG_H
#define EMEND_TEST_TRAIN_RIG_H

#include "folder.h"
#include "train.h"

enum { TRAIN_RIG_SEQUENCES = 8, TRAIN_RIG_FRAMES = 40, TRAIN_RIG_EPOCHS = 12 };

/* Four chords over and over, each sequence from another one on. */
void train_rig_rolls(struct dataset *data, int shift);

struct net_config train_rig_config(void);

struct train_options train_rig_options(void);

/* What the reports said, and when to stop. */
struct train_rig_reports {
  const char *stop_stage; /* NULL: never */
  int stop_epoch;
  int first_epoch, gate_reports;
  double first_best;
  char first_stage[8];
  struct train_progress last; /* of the network, not of the gate */
  bool share_fell;            /* at any time, of the network's */
  int count;
  struct train_outcome outcome;
};

struct train_rig {
  struct folder folder;
  struct dataset train, valid;
  struct net_config config;
  struct train_options options;
  struct train_rig_reports reports;
  struct error error;
};

int train_rig_set_up(void **state);

int train_rig_tear_down(void **state);

enum status train_rig_train(struct train_rig *f, const char *out, bool resume);

bool train_rig_exists(const struct train_rig *f, const char *name);

struct model *train_rig_load(struct train_rig *f, const char *name);

bool train_rig_same_weights(struct train_rig *f, const char *a, const char *b);

/* Columns of a log; it has a line an epoch. */
enum train_rig_column { LOG_EPOCH, LOG_RATE = 4, LOG_TRAIN_NATS, LOG_VALID_BOUND };

int train_rig_read_log(const struct train_rig *f, const char *name, enum train_rig_column column,
                       double numbers[TRAIN_RIG_EPOCHS]);

#endif
