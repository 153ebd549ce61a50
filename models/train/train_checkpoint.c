/* SPDX-License-Identifier: MIT */
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "file.h"
#include "model_config.h"
#include "safetensors.h"
#include "trainer.h"

enum { NUMBER_TEXT = 40 };
static const size_t checkpoint_limit = (size_t)1 << 32;

enum { PARTS = 5 };
static const char *const parts[PARTS] = {"weights", "best", "first", "second", "average"};

/* Returns how many there are: an average of weights is not always wanted. */
static int arrays_of(const struct trainer *trainer, float *arrays[PARTS])
{
  arrays[0] = trainer->model->params.block;
  arrays[1] = trainer->best;
  arrays[2] = trainer->optimiser.first;
  arrays[3] = trainer->optimiser.second;
  arrays[4] = trainer->average;
  return trainer->average != NULL ? PARTS : PARTS - 1;
}

static void path_of(const struct trainer *trainer, char path[PATH_MAX])
{
  snprintf(path, PATH_MAX, "%s.checkpoint", trainer->run->out);
}

/* The numbers that a checkpoint keeps as metadata, in this order. */
#define STEPS_MAX 2147483647.0 /* what any long holds */
enum { NUMBERS = 8, EPOCHS_MAX = 1000000000, META_MAX = NUMBERS + CONFIG_KEYS + 2 };
static const struct {
  const char *key;
  double low, high;
  bool whole;
} numbers_kept[NUMBERS] = {
  {"train.epoch", 0, EPOCHS_MAX, true},
  {"train.bad", 0, EPOCHS_MAX, true},
  {"train.best", -INFINITY, INFINITY, false}, /* infinite before the first validation */
  {"train.bound", -INFINITY, INFINITY, false},
  {"train.seconds", 0, DBL_MAX, false},
  {"train.net_done", 0, 1, true},
  {"train.rate", 0, DBL_MAX, false},
  {"train.steps", 0, STEPS_MAX, true},
};
static const char *const optimiser_names[] = {[OPTIMISER_ADAM] = "adam", [OPTIMISER_RMSPROP] = "rmsprop"};

static void give_numbers(const struct trainer *trainer, double numbers[NUMBERS])
{
  const struct train_point *point = &trainer->point;
  const double all[NUMBERS] = {point->epoch,
                               point->bad,
                               point->best,
                               point->bound,
                               point->seconds,
                               point->net_done,
                               trainer->optimiser.rate,
                               (double)trainer->optimiser.steps};
  memcpy(numbers, all, sizeof all);
}

static void take_numbers(struct trainer *trainer, const double numbers[NUMBERS])
{
  trainer->point = (struct train_point){
    .epoch = (int)numbers[0],
    .bad = (int)numbers[1],
    .best = numbers[2],
    .bound = numbers[3],
    .seconds = numbers[4],
    .net_done = numbers[5] != 0,
  };
  trainer->optimiser.rate = numbers[6];
  trainer->optimiser.steps = (long)numbers[7];
}

/* Texts that the metadata points to. */
struct meta_texts {
  char numbers[NUMBERS][NUMBER_TEXT];
  char config[CONFIG_KEYS][CONFIG_TEXT];
};

static size_t make_meta(const struct trainer *trainer, struct meta_texts *texts,
                        struct safetensors_meta meta[META_MAX])
{
  const struct net_config *config = &trainer->model->config;
  double numbers[NUMBERS];
  size_t count = 0;
  give_numbers(trainer, numbers);
  for (int i = 0; i < NUMBERS; i++) {
    snprintf(texts->numbers[i], NUMBER_TEXT, "%.17g", numbers[i]);
    meta[count++] = (struct safetensors_meta){(char *)numbers_kept[i].key, texts->numbers[i]};
  }
  meta[count++] =
    (struct safetensors_meta){(char *)"train.optimiser", (char *)optimiser_names[trainer->optimiser.kind]};
  meta[count++] = (struct safetensors_meta){(char *)"kind", (char *)net_kind_name(config->kind)};
  for (int i = 0; i < CONFIG_KEYS; i++) {
    if (config_has(config->kind, i)) {
      config_text(config, i, texts->config[i]);
      meta[count++] = (struct safetensors_meta){(char *)config_key(i), texts->config[i]};
    }
  }
  return count;
}

enum status train_checkpoint_save(const struct trainer *trainer, struct error *error)
{
  struct params params = {0};
  const size_t size = trainer->model->params.size;
  float *arrays[PARTS];
  const int count = arrays_of(trainer, arrays);
  for (int i = 0; i < count; i++) {
    if (params_add(&params, parts[i], 1, (int)size) != STATUS_OK) {
      return error_set(error, STATUS_FULL, "the checkpoint has too many parts");
    }
  }
  if (params_alloc(&params) != STATUS_OK) {
    return error_set(error, STATUS_NO_MEMORY, "out of memory for the checkpoint");
  }
  for (int i = 0; i < count; i++) {
    memcpy(params_get(&params, parts[i]), arrays[i], size * sizeof(float));
  }
  struct meta_texts texts;
  struct safetensors_meta meta[META_MAX];
  const size_t facts = make_meta(trainer, &texts, meta);
  uint8_t *data = NULL;
  size_t bytes = 0;
  enum status status = safetensors_write(&params, meta, facts, &data, &bytes, error);
  if (status == STATUS_OK) {
    char path[PATH_MAX];
    path_of(trainer, path);
    status = file_write(path, data, bytes, error);
  }
  free(data);
  params_free(&params);
  return status;
}

static const char *meta_of(const struct safetensors *file, const char *key)
{
  const char *value = safetensors_meta_find(file, key);
  return value != NULL ? value : "";
}

static bool same_config(const struct trainer *trainer, const struct safetensors *file)
{
  const struct net_config *config = &trainer->model->config;
  if (strcmp(net_kind_name(config->kind), meta_of(file, "kind")) != 0) {
    return false;
  }
  for (int i = 0; i < CONFIG_KEYS; i++) {
    char text[CONFIG_TEXT];
    config_text(config, i, text);
    if (config_has(config->kind, i) && strcmp(text, meta_of(file, config_key(i))) != 0) {
      return false;
    }
  }
  return true;
}

static enum status check_optimiser(const struct trainer *trainer, const struct safetensors *file,
                                   const char *path, struct error *error)
{
  const char *made_with = meta_of(file, "train.optimiser");
  const char *wanted = optimiser_names[trainer->optimiser.kind];
  return strcmp(made_with, wanted) == 0
           ? STATUS_OK
           : error_set(
               error, STATUS_FORMAT,
               "%s was made with the optimiser '%.40s', not %s; go on with that one or train to another --out",
               path, made_with, wanted);
}

static enum status check_average(const struct trainer *trainer, const struct safetensors *file,
                                 const char *path, struct error *error)
{
  const bool made_with = params_find(&file->params, "average") != NULL;
  return made_with == (trainer->average != NULL)
           ? STATUS_OK
           : error_set(error, STATUS_FORMAT, "%s was made %s --average; go on %s it or train to another --out",
                       path, made_with ? "with" : "without", made_with ? "with" : "without");
}

static bool read_number(const char *text, int which, double *number)
{
  char *end = NULL;
  *number = strtod(text, &end);
  return end != text && *end == '\0' && *number >= numbers_kept[which].low &&
         *number <= numbers_kept[which].high && (!numbers_kept[which].whole || *number == floor(*number));
}

static enum status take_over(struct trainer *trainer, const struct safetensors *file, const char *path,
                             struct error *error)
{
  const size_t size = trainer->model->params.size;
  float *arrays[PARTS];
  if (check_optimiser(trainer, file, path, error) != STATUS_OK ||
      check_average(trainer, file, path, error) != STATUS_OK) {
    return STATUS_FORMAT;
  }
  const int count = arrays_of(trainer, arrays);
  for (int i = 0; i < count; i++) {
    const struct param *param = params_find(&file->params, parts[i]);
    if (param == NULL || (size_t)param->cols != size || !same_config(trainer, file)) {
      return error_set(error, STATUS_FORMAT,
                       "%s is a checkpoint of another configuration; remove it or train to another --out",
                       path);
    }
    memcpy(arrays[i], file->params.block + param->offset, size * sizeof(float));
  }
  double numbers[NUMBERS];
  for (int i = 0; i < NUMBERS; i++) {
    if (!read_number(meta_of(file, numbers_kept[i].key), i, &numbers[i])) {
      return error_set(error, STATUS_FORMAT, "%s: %s is no number that can be; remove it and train anew", path,
                       numbers_kept[i].key);
    }
  }
  take_numbers(trainer, numbers);
  return STATUS_OK;
}

enum status train_checkpoint_load(struct trainer *trainer, struct error *error)
{
  char path[PATH_MAX];
  path_of(trainer, path);
  uint8_t *data = NULL;
  size_t size = 0;
  enum status status = file_read(path, checkpoint_limit, &data, &size, error);
  if (status == STATUS_NOT_FOUND) {
    return STATUS_OK;
  }
  if (status != STATUS_OK) {
    return status;
  }
  struct safetensors file;
  status = safetensors_read(&file, data, size, path, error);
  free(data);
  if (status != STATUS_OK) {
    return status;
  }
  status = take_over(trainer, &file, path, error);
  safetensors_free(&file);
  return status;
}

enum status train_checkpoint_none(const struct trainer *trainer, struct error *error)
{
  char path[PATH_MAX];
  struct stat about;
  path_of(trainer, path);
  return stat(path, &about) != 0
           ? STATUS_OK
           : error_set(
               error, STATUS_USAGE,
               "%s is of a training that was stopped: --resume goes on with it; remove it to begin anew", path);
}

void train_checkpoint_remove(const struct trainer *trainer)
{
  char path[PATH_MAX];
  path_of(trainer, path);
  remove(path);
}
