/* SPDX-License-Identifier: MIT */
#include "gate_train.h"

#include <math.h>
#include <stdlib.h>

#include "gate_fit.h"
#include "gate_model.h"

enum status judgement_make(struct judgement *judgement, const struct net_config *config,
                           const struct params *params, const struct gate_samples *samples)
{
  struct gate gate;
  float *folded = malloc(gate_folded_size(config) * sizeof *folded);
  *judgement = (struct judgement){.strokes = malloc((samples->count + 1) * sizeof *judgement->strokes)};
  if (folded == NULL || judgement->strokes == NULL) {
    free(folded);
    return STATUS_NO_MEMORY;
  }
  gate_bind(&gate, config, params, folded);
  judgement->count = samples->count;
  for (size_t i = 0; i < samples->count; i++) {
    const float log_odds = gate_judge(&gate, samples->inputs + i * (size_t)samples->input_size).log_odds;
    const bool good = samples->damage[i] == DAMAGE_NONE;
    judgement->strokes[i] = (struct stroke){log_odds, good};
    judgement->good += good;
  }
  free(folded);
  return STATUS_OK;
}

void judgement_free(struct judgement *judgement)
{
  free(judgement->strokes);
  *judgement = (struct judgement){0};
}

static int by_log_odds(const void *a, const void *b)
{
  const struct stroke *x = a;
  const struct stroke *y = b;
  return (x->log_odds > y->log_odds) - (x->log_odds < y->log_odds);
}

/* Walks up through the strokes; stroke i and all after it pass. */
float judgement_threshold(struct judgement *judgement, size_t lost_max)
{
  const struct stroke *strokes = judgement->strokes;
  float threshold = 0;
  double best = -1;
  size_t lost = 0;
  qsort(judgement->strokes, judgement->count, sizeof *judgement->strokes, by_log_odds);
  for (size_t i = 0; i < judgement->count && lost <= lost_max; i++) {
    const double f1 = 2 * (double)(judgement->good - lost) / (double)(judgement->good + judgement->count - i);
    if (f1 > best) {
      best = f1;
      threshold = i == 0 ? strokes[0].log_odds : (strokes[i - 1].log_odds + strokes[i].log_odds) / 2;
    }
    lost += strokes[i].good;
  }
  return threshold;
}

enum { TRAIN_SAMPLES = 900000, VALID_SAMPLES = 100000 };
static const double recall_floor = 0.9975;       /* of the data's own players */
static const double varied_recall_floor = 0.985; /* of others, see vary.h */
static const double train_varied = 0.6;
static const double fit_rate = 2e-3;

/* Strokes to train on, to choose the threshold on, and those of other players. */
struct gate_data {
  struct gate_samples train, valid, varied;
};

static void measure(const struct judgement *judgement, float threshold, struct gate_result *result)
{
  size_t passed = 0;
  size_t kept = 0;
  for (size_t i = 0; i < judgement->count; i++) {
    passed += judgement->strokes[i].log_odds >= threshold;
    kept += judgement->strokes[i].log_odds >= threshold && judgement->strokes[i].good;
  }
  result->valid_samples = judgement->count;
  result->threshold = threshold;
  result->recall = (double)kept / fmax((double)judgement->good, 1);
  result->precision = (double)kept / fmax((double)passed, 1);
  result->f1 = 2 * (double)kept / fmax((double)(judgement->good + passed), 1);
}

/* The threshold that keeps at least `share` of the true strokes. */
static float choose_threshold(struct judgement *judgement, double share)
{
  return judgement_threshold(judgement, judgement->good - (size_t)ceil(share * (double)judgement->good));
}

/* The threshold that serves the data's own players and, on takes, others too. */
static enum status validate(const struct trainee *trainee, const struct net_config *config,
                            const struct gate_data *data, bool rolls, struct gate_result *result)
{
  struct judgement own = {0};
  struct judgement others = {0};
  enum status status = judgement_make(&own, config, &trainee->weights, &data->valid);
  if (status == STATUS_OK) {
    status = judgement_make(&others, config, &trainee->weights, &data->varied);
  }
  if (status == STATUS_OK) {
    float threshold = choose_threshold(&own, rolls ? 0 : recall_floor);
    if (!rolls) {
      threshold = fminf(threshold, choose_threshold(&others, varied_recall_floor));
    }
    measure(&own, threshold, result);
  }
  judgement_free(&own);
  judgement_free(&others);
  return status;
}

static enum status fit_and_choose(struct model *model, const struct train_options *options,
                                  const struct train_run *run, const struct gate_data *data,
                                  struct gate_result *result, struct error *error)
{
  struct rng rng;
  rng_seed(&rng, options->seed + 17);
  struct trainee trainee;
  enum status status = trainee_init(&trainee, &model->config, error);
  if (status == STATUS_OK) {
    const struct trainee_plan plan = {options->gate_epochs, fit_rate, run->report, run->user};
    trainee_start(&trainee, &data->train, &rng);
    status = trainee_fit(&trainee, &data->train, &plan, &rng, error);
  }
  if (status == STATUS_OK) {
    status = validate(&trainee, &model->config, data, run->valid->rolls, result);
  }
  if (status == STATUS_OK) {
    trainee_install(&trainee, model);
    *params_get(&model->params, "gate.threshold") = result->threshold;
  }
  trainee_free(&trainee);
  return status;
}

static struct gate_source training_source(const struct model *model, const struct train_options *options,
                                          const struct train_run *run, size_t samples_max)
{
  return (struct gate_source){
    .model = model,
    .data = run->train,
    .samples_max = samples_max,
    .rates = &options->damage,
    .noise = options->noise > 0 ? options->noise : 0.05,
    .performed = true,
    .varied = train_varied,
    .threads = options->threads,
    .seed = options->seed,
  };
}

static enum status collect(struct gate_data *data, const struct model *model,
                           const struct train_options *options, const struct train_run *run,
                           struct error *error)
{
  struct gate_source source = training_source(model, options, run, TRAIN_SAMPLES);
  enum status status = gate_samples_collect(&data->train, &source, error);
  source.data = run->valid;
  source.samples_max = VALID_SAMPLES;
  source.seed = options->seed + 1000003;
  source.varied = 1;
  if (status == STATUS_OK) {
    status = gate_samples_collect(&data->varied, &source, error);
  }
  source.performed = false;
  source.varied = 0;
  if (status == STATUS_OK) {
    status = gate_samples_collect(&data->valid, &source, error);
  }
  return status;
}

static enum status too_little(size_t strokes, struct error *error)
{
  return error_set(error, STATUS_FORMAT,
                   "too little data for the gate: %zu strokes; at least %d are needed; give more data, or "
                   "--gate 0 for a model without one",
                   strokes, (int)GATE_BATCH);
}

/* How many strokes there are does not depend on the weights. */
enum status gate_train_check(const struct model *model, const struct train_options *options,
                             const struct train_run *run, struct error *error)
{
  struct gate_samples samples = {0};
  const struct gate_source source = training_source(model, options, run, GATE_BATCH);
  enum status status = gate_samples_collect(&samples, &source, error);
  if (status == STATUS_OK && samples.count < GATE_BATCH) {
    status = too_little(samples.count, error);
  }
  gate_samples_free(&samples);
  return status;
}

enum status gate_train(struct model *model, const struct train_options *options, const struct train_run *run,
                       struct gate_result *result, struct error *error)
{
  struct gate_data data = {0};
  *result = (struct gate_result){0};
  enum status status = collect(&data, model, options, run, error);
  if (status == STATUS_OK && data.train.count < GATE_BATCH) {
    status = too_little(data.train.count, error);
  } else if (status == STATUS_OK && data.valid.count == 0) {
    status = error_set(error, STATUS_FORMAT,
                       "no strokes to choose the gate's threshold by; give more data, or --gate 0 for a model "
                       "without one");
  }
  if (status == STATUS_OK) {
    status = fit_and_choose(model, options, run, &data, result, error);
  }
  gate_samples_free(&data.train);
  gate_samples_free(&data.valid);
  gate_samples_free(&data.varied);
  return status;
}
