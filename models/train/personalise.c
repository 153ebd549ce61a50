/* SPDX-License-Identifier: MIT */
#include "personalise.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "batcher.h"
#include "blas_threads.h"
#include "bound.h"
#include "gate.h"
#include "gate_fit.h"
#include "gate_train.h"
#include "optimiser.h"
#include "personalise_private.h"

enum { MEASURE_SEED = 20201, THRESHOLD_SEED = 30307 };

static bool go_on(void *user)
{
  return learning_goes_on(user, 1);
}

static bool go_on_bound(void *user, const struct bound_place *place, const struct vosp_net *net,
                        const struct vosp_batch *batch, int steps)
{
  (void)place;
  (void)net;
  (void)batch;
  (void)steps;
  return learning_goes_on(user, 1);
}

static enum status measure_network(struct learning *learning, const struct model *model, double *nats,
                                   struct error *error)
{
  const struct bound_options options = {.noise = LEARN_NOISE, .seed = MEASURE_SEED, .threads = 1};
  struct vosp_net net;
  struct bound_sums sums;
  enum status status = vosp_net_init(&net, &model->config, &model->params, model->params.block);
  if (status == STATUS_OK) {
    status = bound_over(&net, &learning->data.held, &options, go_on_bound, learning, &sums);
  }
  vosp_net_free(&net);
  if (status != STATUS_OK) {
    return error_set(error, status, "%s",
                     status == STATUS_INTERRUPTED ? "stopped while checking" : "out of memory: cannot check");
  }
  *nats = (sums.reconstruction + LEARN_KL_WEIGHT * sums.kl) / (double)sums.frames;
  return STATUS_OK;
}

/* Damage the pieces and let the model's gate judge about so many strokes. On success the caller releases the
 * judgement. */
static enum status judge(struct learning *learning, const struct model *model, const struct dataset *pieces,
                         size_t strokes, uint64_t seed, struct judgement *judgement, struct error *error)
{
  const struct gate_source source = {
    .model = model,
    .data = pieces,
    .samples_max = strokes,
    .rates = &corrupt_default_rates,
    .threads = 1,
    .seed = seed,
    .going = go_on,
    .user = learning,
  };
  struct gate_samples samples;
  *judgement = (struct judgement){0};
  enum status status = gate_samples_collect(&samples, &source, error);
  if (status == STATUS_OK &&
      judgement_make(judgement, &model->config, &model->params, false, &samples) != STATUS_OK) {
    judgement_free(judgement);
    (void)error_set(error, STATUS_NO_MEMORY, "out of memory: cannot check");
    status = STATUS_NO_MEMORY;
  }
  gate_samples_free(&samples);
  return status;
}

static void count(const struct judgement *judgement, float threshold, struct learn_figures *figures)
{
  double nats = 0;
  figures->strokes = judgement->good;
  figures->damage = judgement->count - judgement->good;
  for (size_t i = 0; i < judgement->count; i++) {
    const struct stroke *stroke = &judgement->strokes[i];
    const bool passed = stroke->log_odds >= threshold;
    const double odds = (double)stroke->log_odds;
    nats += log1p(exp(stroke->good ? -odds : odds));
    figures->lost += stroke->good && !passed;
    figures->passed += !stroke->good && passed;
  }
  figures->gate_nats = nats / fmax((double)judgement->count, 1);
}

enum status learn_measure(struct learning *learning, const struct model *model, struct learn_figures *figures,
                          struct error *error)
{
  struct judgement judgement;
  *figures = (struct learn_figures){0};
  enum status status = measure_network(learning, model, &figures->nats, error);
  if (status == STATUS_OK) {
    status = judge(learning, model, &learning->data.held, SIZE_MAX, MEASURE_SEED, &judgement, error);
  }
  if (status == STATUS_OK) {
    count(&judgement, instrument_price((float)learning->options->strength), figures);
    judgement_free(&judgement);
  }
  return status;
}

enum status learn_lost(struct learning *learning, const struct model *model, size_t *lost, struct error *error)
{
  struct judgement judgement;
  struct learn_figures figures = {0};
  const enum status status =
    judge(learning, model, &learning->data.train, SIZE_MAX, THRESHOLD_SEED, &judgement, error);
  if (status == STATUS_OK) {
    count(&judgement, instrument_price((float)learning->options->strength), &figures);
    *lost = figures.lost;
    judgement_free(&judgement);
  }
  return status;
}

enum status learn_threshold(struct learning *learning, struct model *model, size_t lost_max,
                            struct error *error)
{
  struct judgement judgement;
  const enum status status =
    judge(learning, model, &learning->data.train, SIZE_MAX, THRESHOLD_SEED, &judgement, error);
  if (status == STATUS_OK) {
    /* Not all the way: the strokes are those that trained, so they flatter. */
    *params_get(&model->params, "decision.margin") +=
      0.75F *
      (judgement_threshold(&judgement, lost_max) - instrument_price((float)learning->options->strength));
    judgement_free(&judgement);
  }
  return status;
}

enum { STEPS = 60, LEAD = 10, BATCH = 2 };

/* As the presets were trained (train.cfg). */
static const double clip = 5;
static const real dropout_input = (real)0.05, dropout_hidden = (real)0.1;
static const struct corruption corruption = {.probability = LEARN_NOISE, .clean_share = 0.2};

struct tuner {
  struct learning *learning;
  struct model *model;
  struct vosp_net net;
  struct vosp_batch batch;
  struct optimiser optimiser;
  float *grad; /* as the weights */
  struct rng rng;
};

static enum status tuner_init(struct tuner *tuner, struct learning *learning, struct model *model)
{
  *tuner = (struct tuner){.learning = learning, .model = model};
  rng_seed(&tuner->rng, learning->options->seed + 3);
  tuner->grad = calloc(model->params.size, sizeof *tuner->grad);
  enum status status = tuner->grad != NULL ? STATUS_OK : STATUS_NO_MEMORY;
  if (status == STATUS_OK) {
    status = vosp_net_init(&tuner->net, &model->config, &model->params, model->params.block);
  }
  if (status == STATUS_OK) {
    status = vosp_batch_init(&tuner->batch, &tuner->net, STEPS, BATCH * tuner->net.rows, true);
  }
  return status == STATUS_OK ? optimiser_init(&tuner->optimiser, model->params.size) : status;
}

static void tuner_free(struct tuner *tuner)
{
  optimiser_free(&tuner->optimiser);
  vosp_batch_free(&tuner->batch);
  vosp_net_free(&tuner->net);
  free(tuner->grad);
}

static void update(struct tuner *tuner, const struct chunk *chunks, int used)
{
  const struct params *params = &tuner->model->params;
  const struct dropout dropout = {dropout_input, dropout_hidden, &tuner->rng};
  double frames = 0;
  for (int b = 0; b < used; b++) {
    frames += chunks[b].length - chunks[b].lead;
  }
  memset(tuner->grad, 0, params->size * sizeof *tuner->grad);
  const int steps = batch_fill(&tuner->batch, &tuner->net, chunks, used, BATCH, &corruption, &tuner->rng);
  vosp_batch_restart(&tuner->batch, &tuner->net);
  vosp_forward(&tuner->net, &tuner->batch, steps, true, &dropout);
  vosp_backward(&tuner->net, &tuner->batch, steps, OBJECTIVE_BOUND, (real)(1 / fmax(frames, 1)),
                (real)LEARN_KL_WEIGHT, params, tuner->grad);
  gradient_clip(tuner->grad, params->size, clip);
  optimiser_step(&tuner->optimiser, tuner->grad, params->block);
  vosp_net_refresh(&tuner->net, params, params->block);
}

static enum status run_epoch(struct tuner *tuner, int epoch, struct error *error)
{
  const struct learn_options *options = tuner->learning->options;
  struct dataset *train = &tuner->learning->data.train;
  struct chunk_list list;
  /* The same takes damaged anew every time: there are few of them. */
  enum status status = dataset_damage(train, &tuner->model->config.frame, &corrupt_default_rates,
                                      options->seed + (uint64_t)(epoch + 1) * 1000003, error);
  if (status != STATUS_OK) {
    return status;
  }
  if (chunk_list_cut(&list, train, STEPS, LEAD, 1, &tuner->rng) != STATUS_OK) {
    return error_set(error, STATUS_NO_MEMORY, "out of memory: cannot learn");
  }
  for (size_t i = 0; i < list.count && status == STATUS_OK; i += BATCH) {
    const double part = (epoch + (double)i / (double)list.count) / options->epochs;
    tuner->optimiser.rate = options->rate * (1 - part);
    update(tuner, list.chunks + i, list.count - i < BATCH ? (int)(list.count - i) : BATCH);
    if (!learning_goes_on(tuner->learning, part)) {
      status = error_set(error, STATUS_INTERRUPTED, "stopped while learning");
    }
  }
  free(list.chunks);
  return status;
}

enum status learn_network(struct learning *learning, struct model *model, struct error *error)
{
  struct tuner tuner;
  enum status status = tuner_init(&tuner, learning, model);
  if (status != STATUS_OK) {
    error_set(error, status, "out of memory: cannot learn");
  }
  for (int epoch = 0; epoch < learning->options->epochs && status == STATUS_OK; epoch++) {
    status = run_epoch(&tuner, epoch, error);
  }
  tuner_free(&tuner);
  return status;
}

/* The shares of the way that are tried. */
static const double shares[] = {0.25, 0.5, 1};
enum { SHARES = sizeof shares / sizeof *shares };

/* About how long the steps take, as shares of the whole. */
static const double network_ends = 0.5, gate_ends = 0.9;

void learn_defaults(struct learn_options *options)
{
  *options = (struct learn_options){
    .epochs = 4,
    .rate = 3e-4,
    .gate_epochs = 6,
    .gate_rate = 1e-3,
    .rounds = 4,
    .strength = 0.5,
    .seed = 1,
  };
}

bool learning_goes_on(struct learning *learning, double part)
{
  const double share = learning->done + (learning->next - learning->done) * part;
  return learning->watch == NULL || learning->watch->going(learning->watch->user, share);
}

static enum status copy_model(const struct model *from, struct model **to, struct error *error)
{
  enum status status = model_new(to, &from->config, error);
  for (size_t i = 0; i < from->fact_count && status == STATUS_OK; i++) {
    status = model_set_fact(*to, from->facts[i].key, from->facts[i].value);
  }
  if (status == STATUS_OK) {
    memcpy((*to)->params.block, from->params.block, from->params.size * sizeof(float));
    return STATUS_OK;
  }
  return error_set(error, status, "out of memory: cannot learn");
}

/* weights = base + share (tuned - base) */
static void mix(const struct model *base, const float *tuned, double share, struct model *model)
{
  for (size_t i = 0; i < base->params.size; i++) {
    const float from = base->params.block[i];
    model->params.block[i] = share < 1 ? from + (float)share * (tuned[i] - from) : tuned[i];
  }
}

static bool passes(const struct learn_figures *before, const struct learn_figures *after)
{
  return after->nats <= before->nats && after->gate_nats <= before->gate_nats && after->lost <= before->lost;
}

static void say_why(struct learn_result *result, const struct learn_figures *last)
{
  const struct learn_figures *before = &result->before;
  snprintf(result->reason, LEARN_REASON,
           "on held-back takes: loss %.3f -> %.3f and %.4f -> %.4f, true notes lost %zu -> %zu of %zu",
           before->nats, last->nats, before->gate_nats, last->gate_nats, before->lost, last->lost,
           before->strokes);
}

/* The gate of a share of the way: its threshold is chosen for it, and then all is measured. */
static enum status try_share(struct learning *learning, struct model *model, size_t lost_max,
                             struct learn_figures *figures, struct error *error)
{
  const enum status status = learn_threshold(learning, model, lost_max, error);
  return status == STATUS_OK ? learn_measure(learning, model, figures, error) : status;
}

/* Try the shares on the way from the base to what `model` holds; the best one that is no worse than what is
 * there stays in it. */
static enum status try_shares(struct learning *learning, const struct learn_job *job, float *tuned, float *best,
                              struct model *model, struct learn_result *result, struct error *error)
{
  const struct model *current = job->current != NULL ? job->current : job->base;
  const size_t bytes = model->params.size * sizeof(float);
  struct learn_figures figures = {0};
  size_t lost;
  memcpy(tuned, model->params.block, bytes);
  enum status status = learn_measure(learning, current, &result->before, error);
  if (status == STATUS_OK) {
    status = learn_lost(learning, current, &lost, error);
  }
  for (int i = 0; i < SHARES && status == STATUS_OK; i++) {
    mix(job->base, tuned, shares[i], model);
    status = try_share(learning, model, lost, &figures, error);
    if (status == STATUS_OK && passes(&result->before, &figures) &&
        (!result->better || learn_f1(&figures) > learn_f1(&result->after))) {
      result->better = true;
      result->share = shares[i];
      result->after = figures;
      memcpy(best, model->params.block, bytes);
    }
  }
  memcpy(model->params.block, best, result->better ? bytes : 0);
  if (status == STATUS_OK && !result->better) {
    say_why(result, &figures);
  }
  return status;
}

static enum status choose(struct learning *learning, const struct learn_job *job, struct model *model,
                          struct learn_result *result, struct error *error)
{
  float *weights = malloc(2 * model->params.size * sizeof *weights);
  if (weights == NULL) {
    return error_set(error, STATUS_NO_MEMORY, "out of memory: cannot check");
  }
  const enum status status =
    try_shares(learning, job, weights, weights + model->params.size, model, result, error);
  free(weights);
  return status;
}

static enum status run(struct learning *learning, const struct learn_job *job, struct model *model,
                       struct learn_result *result, struct error *error)
{
  result->minutes = learn_minutes(&learning->data.train);
  result->held_minutes = learn_minutes(&learning->data.held);
  learning->next = network_ends;
  enum status status = dataset_damage(&learning->data.held, &model->config.frame, &corrupt_default_rates,
                                      learning->options->seed + 7, error);
  if (status == STATUS_OK) {
    status = learn_network(learning, model, error);
  }
  learning->done = network_ends;
  learning->next = gate_ends;
  if (status == STATUS_OK) {
    status = learn_gate(learning, model, error);
  }
  learning->done = gate_ends;
  learning->next = 1;
  return status == STATUS_OK ? choose(learning, job, model, result, error) : status;
}

static enum status check(const struct model *base, struct error *error)
{
  if (base->config.kind == NET_VOSP && model_has_decision(base)) {
    return STATUS_OK;
  }
  return error_set(error, STATUS_UNSUPPORTED,
                   "this model is no one step predictor with a decision about played music, so it cannot learn "
                   "a player's hands; start "
                   "from one that has (emend train vosp makes them)");
}

enum status learn(const struct learn_job *job, const struct learn_options *options,
                  const struct learn_watch *watch, struct model **out, struct learn_result *result,
                  struct error *error)
{
  struct learning learning = {.options = options, .watch = watch};
  struct model *model = NULL;
  *out = NULL;
  *result = (struct learn_result){0};
  enum status status = check(job->base, error);
  if (status != STATUS_OK) {
    return status;
  }
  blas_single_thread();
  status = learn_data_init(&learning.data, job->takes, &job->base->config.frame, error);
  if (status == STATUS_OK) {
    status = copy_model(job->base, &model, error);
  }
  if (status == STATUS_OK) {
    status = run(&learning, job, model, result, error);
  }
  if (status == STATUS_OK && result->better) {
    *out = model;
    model = NULL;
  }
  model_free(model);
  learn_data_free(&learning.data);
  return status;
}

/* Share of the takes that are heard in other hands, so that the gate does not forget them. */
static const double varied = 0.3;
enum { SAMPLES_MAX = 80000 };

struct listening {
  struct learning *learning;
  double begun, span; /* parts of the step */
  size_t heard, pieces;
};

static bool go_on_listening(void *user)
{
  struct listening *listening = user;
  const double part = (double)listening->heard++ / (double)listening->pieces;
  return learning_goes_on(listening->learning, listening->begun + listening->span * part);
}

static bool go_on_fitting(void *user, const struct train_progress *progress)
{
  return learning_goes_on(user, 0.5 + 0.5 * progress->share);
}

static enum status fit(struct learning *learning, struct model *model, const struct gate_samples *samples,
                       struct error *error)
{
  const struct learn_options *options = learning->options;
  const struct trainee_plan plan = {options->gate_epochs, options->gate_rate, go_on_fitting, learning};
  struct trainee trainee;
  struct rng rng;
  rng_seed(&rng, options->seed + 17);
  enum status status = trainee_init(&trainee, &model->config, false, error);
  if (status == STATUS_OK) {
    trainee_start_from(&trainee, &model->params);
    status = trainee_fit(&trainee, samples, &plan, &rng, error);
  }
  if (status == STATUS_OK) {
    trainee_install(&trainee, model);
  }
  trainee_free(&trainee);
  return status;
}

/* Every piece is heard `rounds` times, each time with other damage. */
static enum status collect(struct learning *learning, const struct model *model, struct gate_samples *samples,
                           struct error *error)
{
  const struct learn_options *options = learning->options;
  enum status status = STATUS_OK;
  for (int round = 0; round < options->rounds && status == STATUS_OK; round++) {
    struct listening listening = {learning, 0.5 * round / options->rounds, 0.5 / options->rounds, 0,
                                  learning->data.train.count};
    const struct gate_source source = {
      .model = model,
      .data = &learning->data.train,
      .samples_max = SAMPLES_MAX / (size_t)options->rounds,
      .rates = &corrupt_default_rates,
      .varied = varied,
      .threads = 1,
      .seed = options->seed + (uint64_t)(round + 1) * 1000003,
      .going = go_on_listening,
      .user = &listening,
    };
    struct gate_samples more;
    status = gate_samples_collect(&more, &source, error);
    if (status == STATUS_OK) {
      status = gate_samples_append(samples, &more);
    }
    gate_samples_free(&more);
  }
  return status;
}

enum status learn_gate(struct learning *learning, struct model *model, struct error *error)
{
  struct gate_samples samples = {0};
  if (learning->options->gate_epochs <= 0) {
    return STATUS_OK;
  }
  enum status status = collect(learning, model, &samples, error);
  if (status == STATUS_OK) {
    status = fit(learning, model, &samples, error);
  }
  gate_samples_free(&samples);
  return status;
}
