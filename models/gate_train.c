#include "gate_train.h"

#include <math.h>
#include <stdlib.h>

#include "gate_fit.h"

enum { TRAIN_SAMPLES = 900000, VALID_SAMPLES = 100000 };
static const double recall_floor = 0.9975;       /* of the data's own players */
static const double varied_recall_floor = 0.985; /* of others, see vary.h */
static const double train_varied = 0.6;
static const double fit_rate = 2e-3;

struct judged {
  float log_odds;
  bool good;
};

static int by_log_odds(const void *a, const void *b)
{
  const struct judged *x = a;
  const struct judged *y = b;
  return (x->log_odds > y->log_odds) - (x->log_odds < y->log_odds);
}

struct judgement {
  struct judged *strokes; /* owned; by log-odds */
  size_t count, good;
};

/* The lowest-risk threshold: the one of the best F1 among those that keep at least `floor` of the true
 * strokes. Walks up through the sorted strokes; stroke i and all after it pass. */
static float choose_threshold(const struct judgement *judgement, double floor)
{
  const struct judged *strokes = judgement->strokes;
  size_t lost = 0;
  double best = -1;
  float threshold = 0;
  for (size_t i = 0; i < judgement->count; i++) {
    const double kept = (double)(judgement->good - lost);
    const double f1 = 2 * kept / (double)(judgement->good + judgement->count - i);
    if (kept >= floor * (double)judgement->good && f1 > best) {
      best = f1;
      threshold = i == 0 ? strokes[0].log_odds - 1 : (strokes[i - 1].log_odds + strokes[i].log_odds) / 2;
    }
    lost += strokes[i].good;
  }
  return threshold;
}

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

static float log_odds_of(const float *logits)
{
  double others = 0;
  for (int k = 1; k < DAMAGE_COUNT; k++) {
    others += exp((double)logits[k] - (double)logits[1]);
  }
  return (float)((double)logits[0] - (double)logits[1] - log(others));
}

static enum status judge(struct trainee *trainee, const struct gate_samples *samples,
                         struct judgement *judgement)
{
  *judgement = (struct judgement){.strokes = malloc((samples->count + 1) * sizeof *judgement->strokes),
                                  .count = samples->count};
  if (judgement->strokes == NULL) {
    return STATUS_NO_MEMORY;
  }
  for (size_t n = 0; n < samples->count; n += GATE_BATCH) {
    const int count = samples->count - n < GATE_BATCH ? (int)(samples->count - n) : GATE_BATCH;
    uint32_t chosen[GATE_BATCH];
    for (int i = 0; i < count; i++) {
      chosen[i] = (uint32_t)n + (uint32_t)i;
    }
    trainee_forward(trainee, samples, chosen, count);
    for (int i = 0; i < count; i++) {
      struct judged *stroke = &judgement->strokes[n + (size_t)i];
      stroke->log_odds = log_odds_of(trainee->logits + (size_t)i * DAMAGE_COUNT);
      stroke->good = samples->damage[n + (size_t)i] == DAMAGE_NONE;
      judgement->good += stroke->good;
    }
  }
  qsort(judgement->strokes, judgement->count, sizeof *judgement->strokes, by_log_odds);
  return STATUS_OK;
}

/* The threshold that serves the data's own players and, on takes, others too. */
static enum status validate(struct trainee *trainee, const struct gate_samples *valid,
                            const struct gate_samples *varied, bool rolls, struct gate_result *result)
{
  struct judgement own = {0};
  struct judgement others = {0};
  enum status status = judge(trainee, valid, &own);
  if (status == STATUS_OK) {
    status = judge(trainee, varied, &others);
  }
  if (status == STATUS_OK) {
    float threshold = choose_threshold(&own, rolls ? 0 : recall_floor);
    if (!rolls) {
      threshold = fminf(threshold, choose_threshold(&others, varied_recall_floor));
    }
    measure(&own, threshold, result);
  }
  free(own.strokes);
  free(others.strokes);
  return status;
}

/* Strokes to train on, to choose the threshold on, and those of other players. */
struct gate_data {
  struct gate_samples train, valid, varied;
};

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
    status = validate(&trainee, &data->valid, &data->varied, run->valid->rolls, result);
  }
  if (status == STATUS_OK) {
    trainee_install(&trainee, model);
    *params_get(&model->params, "gate.threshold") = result->threshold;
  }
  trainee_free(&trainee);
  return status;
}

static enum status collect(struct gate_data *data, const struct model *model,
                           const struct train_options *options, const struct train_run *run,
                           struct error *error)
{
  struct gate_source source = {
    .model = model,
    .data = run->train,
    .samples_max = TRAIN_SAMPLES,
    .rates = &options->damage,
    .noise = options->noise > 0 ? options->noise : 0.05,
    .performed = true,
    .varied = train_varied,
    .threads = options->threads,
    .seed = options->seed,
  };
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

enum status gate_train(struct model *model, const struct train_options *options, const struct train_run *run,
                       struct gate_result *result, struct error *error)
{
  struct gate_data data = {0};
  *result = (struct gate_result){0};
  enum status status = collect(&data, model, options, run, error);
  if (status == STATUS_OK && (data.train.count < GATE_BATCH || data.valid.count == 0)) {
    status = error_set(error, STATUS_USAGE, "too little data for the gate: %zu strokes; at least %d are needed",
                       data.train.count, (int)GATE_BATCH);
  }
  if (status == STATUS_OK) {
    status = fit_and_choose(model, options, run, &data, result, error);
  }
  gate_samples_free(&data.train);
  gate_samples_free(&data.valid);
  gate_samples_free(&data.varied);
  return status;
}
