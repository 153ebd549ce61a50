/* SPDX-License-Identifier: MIT */
#include "train.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blas_threads.h"
#include "dataset.h"
#include "gate_train.h"
#include "model_config.h"
#include "trainer.h"

void train_defaults(struct train_options *options)
{
  *options = (struct train_options){
    .objective = OBJECTIVE_BOUND,
    .optimiser = OPTIMISER_ADAM,
    .rate = 2e-3,
    .momentum = 0.9,
    .decay = 0.9,
    .clip = 5,
    .dropout_input = 0.1,
    .dropout_hidden = 0.3,
    .spectral_radius = 1.1,
    .connections = 0,
    .kl_start = 0.05,
    .kl_end = 1,
    .kl_epochs = 8,
    .noise = 0,
    .clean_share = 0,
    .chunk = 100,
    .lead = 10,
    .batch = 32,
    .epochs = 200,
    .patience = 4,
    .epoch_share = 1,
    .seed = 1,
    .damage = corrupt_default_rates,
    .gate_epochs = 12,
  };
}

static enum status check_aids(const struct net_config *config, const struct train_options *options,
                              struct error *error)
{
  if (options->transpose < 0 || options->transpose >= PITCHES || !(options->gradient_noise >= 0) ||
      !(options->average >= 0 && options->average < 1)) {
    return error_set(error, STATUS_USAGE,
                     "transpose must be 0 to %d, average 0 to below 1, and gradient_noise 0 or more",
                     PITCHES - 1);
  }
  if (options->transpose > 0 && config->kind == NET_VRAE && config->matches > 0) {
    return error_set(error, STATUS_USAGE, "a filler (matches above 0) is not trained with transpose");
  }
  if (config->recall != RECALL_NONE && options->noise > 0) {
    return error_set(error, STATUS_USAGE,
                     "recall = past is not trained with noise: it would see the clean past");
  }
  return STATUS_OK;
}

static enum status check_options(const struct train_options *options, const struct train_run *run,
                                 struct error *error)
{
  if (run->train->frames == 0 || run->valid->frames == 0) {
    return error_set(error, STATUS_USAGE, "there are no frames to train on; give --data with both splits");
  }
  if (options->chunk < 2 || options->batch < 1 || options->lead < 0 || options->lead >= options->chunk) {
    return error_set(error, STATUS_USAGE, "chunk must be 2 or more, batch 1 or more, and lead less than chunk");
  }
  if (options->threads > PARALLEL_MAX) {
    return error_set(error, STATUS_USAGE, "threads must be 0 to %d, not %d", (int)PARALLEL_MAX,
                     options->threads);
  }
  const double shares[] = {options->dropout_input, options->dropout_hidden, options->noise,
                           options->clean_share};
  for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
    if (!(shares[i] >= 0 && shares[i] < 1) && !(i == 3 && shares[i] == 1)) {
      return error_set(error, STATUS_USAGE,
                       "dropout, noise and clean_share are shares from 0 to below 1, not %g", shares[i]);
    }
  }
  return STATUS_OK;
}

enum status train_check(const struct net_config *config, const struct train_options *options,
                        const struct train_run *run, struct error *error)
{
  const enum status status = check_options(options, run, error);
  return status == STATUS_OK ? check_aids(config, options, error) : status;
}

enum { FACT_SIZE = 256, GATE_HOURS = 50 };

static const struct trainable *find_kind(enum net_kind kind)
{
  return kind == NET_VRAE ? &trainable_vrae : &trainable_vosp;
}

static void trainer_free(struct trainer *trainer)
{
  for (int w = 0; w < trainer->threads; w++) {
    trainer->kind->batch_free(trainer->workers[w].batch);
    free(trainer->workers[w].grad);
  }
  trainer->kind->net_free(trainer->net);
  optimiser_free(&trainer->optimiser);
  free(trainer->best);
  free(trainer->average);
  model_free(trainer->model);
}

static enum status load_from(struct model **from, const char *path, enum net_kind kind, struct error *error)
{
  char who[32];
  snprintf(who, sizeof who, "emend train %s", net_kind_name(kind));
  enum status status = model_load(from, path, error);
  if (status == STATUS_OK && (status = model_need_kind(*from, kind, path, who, error)) != STATUS_OK) {
    model_free(*from);
  }
  return status;
}

/* The weights of another model, with a head of as many units as `wanted` has for the kind of data in hand: the
 * old one where it fits. A head that this data does not train stays as it is. */
static enum status start_from(struct trainer *trainer, const struct net_config *wanted, struct error *error)
{
  struct model *from = NULL;
  enum status status = load_from(&from, trainer->run->from, wanted->kind, error);
  if (status != STATUS_OK) {
    return status;
  }
  struct net_config config = from->config;
  config.recall = wanted->recall;
  if (trainer->run->valid->rolls) {
    config.gate = wanted->gate;
  } else {
    config.decision = wanted->decision;
    config.belief = wanted->belief;
    config.gate = wanted->gate > 0 ? config.gate : 0;
  }
  status = model_new(&trainer->model, &config, error);
  for (int i = 0; status == STATUS_OK && i < from->params.count; i++) {
    const struct param *param = &from->params.list[i];
    const struct param *to = params_find(&trainer->model->params, param->name);
    if (to != NULL && to->rows == param->rows && to->cols == param->cols) {
      memcpy(trainer->model->params.block + to->offset, from->params.block + param->offset,
             (size_t)param->rows * (size_t)param->cols * sizeof(float));
    }
  }
  model_free(from);
  return status;
}

static enum status start_weights(struct trainer *trainer, const struct net_config *config, struct error *error)
{
  if (trainer->run->from != NULL) {
    return start_from(trainer, config, error);
  }
  enum status status = model_new(&trainer->model, config, error);
  if (status != STATUS_OK) {
    return status;
  }
  status = trainer->kind->init(config, &trainer->options, &trainer->model->params, &trainer->rng);
  return status == STATUS_OK ? status : error_set(error, status, "out of memory: cannot start the weights");
}

static enum status start_workers(struct trainer *trainer)
{
  const size_t size = trainer->model->params.size;
  for (int w = 0; w < trainer->threads; w++) {
    struct train_worker *worker = &trainer->workers[w];
    worker->grad = malloc(size * sizeof *worker->grad);
    if (worker->grad == NULL || trainer->kind->batch_new(trainer->net, &trainer->options, trainer->share,
                                                         &worker->batch) != STATUS_OK) {
      return STATUS_NO_MEMORY;
    }
  }
  return STATUS_OK;
}

static enum status start_optimiser(struct trainer *trainer, struct error *error)
{
  const struct train_options *options = &trainer->options;
  const size_t size = trainer->model->params.size;
  trainer->optimiser.kind = options->optimiser;
  trainer->optimiser.rate = options->rate;
  trainer->optimiser.momentum = options->momentum;
  trainer->optimiser.decay = options->decay;
  trainer->best = malloc(size * sizeof *trainer->best);
  if (trainer->best == NULL || train_average_start(trainer) != STATUS_OK ||
      optimiser_init(&trainer->optimiser, size) != STATUS_OK) {
    return error_set(error, STATUS_NO_MEMORY, "out of memory: cannot train");
  }
  memcpy(trainer->best, trainer->model->params.block, size * sizeof *trainer->best);
  return STATUS_OK;
}

/* Numbers that follow from the options: the same for every run of them. */
static void trainer_settle(struct trainer *trainer)
{
  struct train_options *options = &trainer->options;
  if (options->threads <= 0) {
    options->threads = parallel_processors();
  }
  if (!trainer->kind->warms_up) {
    options->lead = 0;
  }
  trainer->threads = options->threads < options->batch ? options->threads : options->batch;
  trainer->share = (options->batch + trainer->threads - 1) / trainer->threads;
}

static enum status trainer_init(struct trainer *trainer, const struct net_config *config,
                                const struct train_options *options, const struct train_run *run,
                                struct error *error)
{
  *trainer = (struct trainer){.options = *options,
                              .run = run,
                              .kind = find_kind(config->kind),
                              .point = {.best = INFINITY},
                              .valid = NAN};
  rng_seed(&trainer->rng, options->seed);
  trainer_settle(trainer);
  enum status status = start_weights(trainer, config, error);
  if (status == STATUS_OK) {
    status = start_optimiser(trainer, error);
  }
  if (status == STATUS_OK) {
    status = run->resume ? train_checkpoint_load(trainer, error) : train_checkpoint_none(trainer, error);
  }
  if (status != STATUS_OK) {
    return status;
  }
  if (trainer->kind->net_new(&trainer->model->config, &trainer->model->params, &trainer->net) != STATUS_OK) {
    return error_set(error, STATUS_NO_MEMORY, "out of memory: cannot train");
  }
  status = start_workers(trainer);
  return status == STATUS_OK ? status
                             : error_set(error, status, "out of memory for batches of %d", options->batch);
}

/* Put the best weights in place and say in the model how they came about. */
static enum status keep_best(struct trainer *trainer, struct error *error)
{
  struct model *model = trainer->model;
  memcpy(model->params.block, trainer->best, model->params.size * sizeof *trainer->best);
  trainer->kind->net_refresh(trainer->net, &model->params);
  if (trainer->kind->finish != NULL &&
      trainer->kind->finish(trainer->net, &model->params, trainer->run->valid, trainer->options.seed,
                            &trainer->point.bound) != STATUS_OK) {
    return error_set(error, STATUS_NO_MEMORY, "out of memory: cannot calibrate the model");
  }
  char text[FACT_SIZE];
  train_figure_text(trainer, sizeof text, text);
  if (model_set_fact(model, train_figure(model), text) != STATUS_OK ||
      (trainer->run->command != NULL && model_set_fact(model, "command", trainer->run->command) != STATUS_OK)) {
    return error_set(error, STATUS_NO_MEMORY, "out of memory for the model's facts");
  }
  return STATUS_OK;
}

static enum status run_epochs(struct trainer *trainer, struct error *error)
{
  const struct train_options *options = &trainer->options;
  bool going = trainer->point.bad < 2 * options->patience;
  while (going && trainer->point.epoch < options->epochs) {
    struct epoch_result result;
    struct bound_sums valid;
    enum status status = train_epoch(trainer, &result, error);
    if (status != STATUS_OK) {
      return status;
    }
    if (result.stopped) { /* the last whole epoch's checkpoint stands */
      return error_set(error, STATUS_INTERRUPTED, "stopped in epoch %d; go on with --resume",
                       trainer->point.epoch + 1);
    }
    const double begun = train_seconds();
    status = train_validate(trainer, &valid);
    if (status != STATUS_OK) {
      return error_set(error, status, "out of memory: cannot validate");
    }
    trainer->point.epoch++;
    trainer->point.seconds += result.seconds + train_seconds() - begun;
    if (!isfinite(valid.reconstruction + valid.kl)) {
      return error_set(error, STATUS_NOT_FINITE,
                       "the loss is no longer finite after epoch %d; lower --rate or --clip",
                       trainer->point.epoch);
    }
    going = train_after_validation(trainer, &valid) && !result.timed_out;
    train_report_validation(trainer, &result);
    status = train_log(trainer, &result, &valid, error);
    if (status == STATUS_OK) {
      status = train_checkpoint_save(trainer, error);
    }
    if (status != STATUS_OK) {
      return status;
    }
  }
  return STATUS_OK;
}

/* The gate does with a part of what is on disk: its strokes are far fewer. */
static enum status fit_gate(struct trainer *trainer, struct gate_result *result, struct error *error)
{
  struct train_run run = *trainer->run;
  struct dataset part;
  if (!run.train->on_disk) {
    return gate_train(trainer->model, &trainer->options, &run, result, error);
  }
  enum status status = dataset_sample(&part, run.train, GATE_HOURS, error);
  if (status == STATUS_OK) {
    run.train = &part;
    status = gate_train(trainer->model, &trainer->options, &run, result, error);
    dataset_free(&part);
  }
  return status;
}

static enum status run_gate(struct trainer *trainer, struct error *error)
{
  struct gate_result result;
  enum status status = fit_gate(trainer, &result, error);
  if (status != STATUS_OK) {
    return status;
  }
  char text[FACT_SIZE];
  const bool rolls = trainer->run->valid->rolls;
  if (rolls) {
    snprintf(text, sizeof text,
             "recall %.4f, precision %.4f, F1 %.4f of %zu strokes, validation split, simulated damage",
             result.recall, result.precision, result.f1, result.valid_samples);
  } else {
    snprintf(
      text, sizeof text,
      "%.3f of 1,000 true notes lost, undamaged; %.4f of the true and %.4f of the passed true of %zu strokes, "
      "simulated damage; validation split, strength 0.5, an unknown keyboard",
      result.lost_per_1000, result.recall, result.precision, result.valid_samples);
  }
  if (model_set_fact(trainer->model, rolls ? "valid_gate" : "valid_decision", text) != STATUS_OK) {
    return error_set(error, STATUS_NO_MEMORY, "out of memory for the model's facts");
  }
  return STATUS_OK;
}

static bool wants_gate(const struct trainer *trainer)
{
  const struct net_config *config = &trainer->model->config;
  return (trainer->run->valid->rolls ? config->gate : config->decision) > 0 && trainer->options.gate_epochs > 0;
}

/* What lies on disk is too much to be read for this. */
static enum status check_gate(const struct trainer *trainer, struct error *error)
{
  return wants_gate(trainer) && !trainer->run->train->on_disk
           ? gate_train_check(trainer->model, &trainer->options, trainer->run, error)
           : STATUS_OK;
}

/* Damage for the recognition's input; the same takes are damaged the same way in every run. Where each epoch
 * has damage of its own, that is the kind's doing, and here it is done to what validates. */
static enum status damage_takes(const struct trainer *trainer, struct error *error)
{
  const struct train_options *options = &trainer->options;
  const struct train_run *run = trainer->run;
  const struct net_config *config = &trainer->model->config;
  const uint64_t valid_seed = options->seed + 1000003;
  if (trainer->kind->before_epoch != NULL) {
    return trainer->kind->before_epoch(run->valid, config, valid_seed, error);
  }
  if (options->noise <= 0 || options->epochs <= 0) {
    return STATUS_OK;
  }
  const enum status status =
    run->train->on_disk ? STATUS_OK
                        : dataset_damage(run->train, &config->frame, &options->damage, options->seed, error);
  return status != STATUS_OK ? status
                             : dataset_damage(run->valid, &config->frame, &options->damage, valid_seed, error);
}

static void tell_outcome(const struct trainer *trainer)
{
  const struct train_point *point = &trainer->point;
  if (trainer->run->outcome != NULL) {
    *trainer->run->outcome = (struct train_outcome){
      .end = point->bad >= 2 * trainer->options.patience ? TRAIN_NO_PATIENCE
             : point->epoch >= trainer->options.epochs   ? TRAIN_ALL_EPOCHS
                                                         : TRAIN_TIME_OUT,
      .loss = trainer->model->config.recall != RECALL_NONE ? point->bound : point->best, /* fitted last */
      .bound = point->bound,
      .epochs = point->epoch,
      .seconds = point->seconds,
    };
  }
}

static enum status train_all(struct trainer *trainer, struct error *error)
{
  enum status status = check_gate(trainer, error);
  if (status == STATUS_OK && !trainer->point.net_done) {
    status = damage_takes(trainer, error);
    if (status == STATUS_OK) {
      status = run_epochs(trainer, error);
    }
    trainer->point.net_done = status == STATUS_OK;
  }
  if (status == STATUS_OK && (trainer->options.epochs > 0 || trainer->model->config.recall != RECALL_NONE)) {
    status = keep_best(trainer, error);
  }
  if (status == STATUS_OK && wants_gate(trainer)) {
    status = train_checkpoint_save(trainer, error);
    if (status == STATUS_OK) {
      status = run_gate(trainer, error);
    }
  }
  return status;
}

enum status train_model(const struct net_config *config, const struct train_options *options,
                        const struct train_run *run, struct error *error)
{
  blas_single_thread();
  enum status status = train_check(config, options, run, error);
  if (status != STATUS_OK) {
    return status;
  }
  struct trainer *trainer = malloc(sizeof *trainer);
  if (trainer == NULL) {
    return error_set(error, STATUS_NO_MEMORY, "out of memory: cannot train");
  }
  status = trainer_init(trainer, config, options, run, error);
  if (status == STATUS_OK) {
    status = train_all(trainer, error);
  }
  if (status == STATUS_OK) {
    status = model_save(trainer->model, run->out, error);
  }
  if (status == STATUS_OK) {
    tell_outcome(trainer);
    train_checkpoint_remove(trainer);
  }
  trainer_free(trainer);
  free(trainer);
  return status;
}
