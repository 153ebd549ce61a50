#include "learn.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blas_threads.h"
#include "learn_parts.h"

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

double learn_f1(const struct learn_figures *figures)
{
  const double kept = (double)(figures->strokes - figures->lost);
  return 2 * kept / fmax(kept + (double)(figures->passed + figures->strokes), 1);
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
  return error_set(error, status, "not enough memory to learn");
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
    return error_set(error, STATUS_NO_MEMORY, "not enough memory to check");
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
  if (base->config.kind == NET_VOSP && model_has_gate(base)) {
    return STATUS_OK;
  }
  return error_set(
    error, STATUS_UNSUPPORTED,
    "this model is no one step predictor with a gate, so it cannot learn a player's hands; start "
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
