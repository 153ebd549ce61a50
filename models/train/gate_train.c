/* SPDX-License-Identifier: MIT */
#include "gate_train.h"

#include <math.h>
#include <stdlib.h>

#include "decision_model.h"
#include "gate_fit.h"
#include "gate_model.h"

static void judge_cells(struct judgement *judgement, const struct net_config *config,
                        const struct params *params, float *folded, const struct gate_samples *samples)
{
  struct gate gate;
  gate_bind(&gate, config, params, folded);
  for (size_t i = 0; i < samples->count; i++) {
    judgement->strokes[i].log_odds =
      gate_judge(&gate, samples->inputs + i * (size_t)samples->input_size).log_odds;
  }
}

static void judge_strokes(struct judgement *judgement, const struct net_config *config,
                          const struct params *params, float *folded, const struct gate_samples *samples)
{
  enum { ANY_PITCH = 60 };
  struct decision decision;
  struct instrument instrument;
  float ratio[DAMAGE_COUNT];
  decision_bind(&decision, config, params, folded);
  instrument_init(&instrument, GEAR_KEYBOARD);
  for (size_t i = 0; i < samples->count; i++) {
    decision_ratios(&decision, samples->inputs + i * (size_t)samples->input_size, ratio);
    judgement->strokes[i].log_odds =
      instrument_judge(&instrument, ANY_PITCH, ratio, samples->kinds[i]).log_odds;
  }
}

enum status judgement_make(struct judgement *judgement, const struct net_config *config,
                           const struct params *params, bool rolls, const struct gate_samples *samples)
{
  float *folded = malloc((rolls ? gate_folded_size(config) : decision_folded_size(config)) * sizeof *folded);
  *judgement = (struct judgement){.strokes = malloc((samples->count + 1) * sizeof *judgement->strokes)};
  if (folded == NULL || judgement->strokes == NULL) {
    free(folded);
    return STATUS_NO_MEMORY;
  }
  judgement->count = samples->count;
  (rolls ? judge_cells : judge_strokes)(judgement, config, params, folded, samples);
  for (size_t i = 0; i < samples->count; i++) {
    judgement->strokes[i].good = samples->damage[i] == DAMAGE_NONE;
    judgement->good += judgement->strokes[i].good;
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

enum { TRAIN_SAMPLES = 1800000, VALID_SAMPLES = 200000, ROUNDS = 2 };
static const double train_varied = 0.6;
static const double fit_rate = 2e-3;

/* Damage that is drawn for each take of the training, at most: rates a note, ghosts a second. */
static const struct corrupt_rates most_rates = {.bounce = 0.05,
                                                .release = 0.08,
                                                .brush = 0.08,
                                                .harmonic = 0.05,
                                                .ghost = 0.5,
                                                .crosstalk = 0.05,
                                                .worn_keys = 8};
static const struct corrupt_rates no_rates = {0};

/* Strokes to train on; damaged ones to validate on; and of takes undamaged ones. */
struct gate_data {
  struct gate_samples train, valid, sound;
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

/* Of undamaged strokes, those that would be lost. */
static double lost_per_1000(const struct judgement *judgement, float threshold)
{
  size_t lost = 0;
  for (size_t i = 0; i < judgement->count; i++) {
    lost += judgement->strokes[i].log_odds < threshold;
  }
  return 1000 * (double)lost / fmax((double)judgement->count, 1);
}

static enum status validate(const struct trainee *trainee, const struct net_config *config,
                            const struct gate_data *data, bool rolls, struct gate_result *result)
{
  struct judgement damaged = {0};
  struct judgement sound = {0};
  enum status status = judgement_make(&damaged, config, &trainee->weights, rolls, &data->valid);
  if (status == STATUS_OK) {
    status = judgement_make(&sound, config, &trainee->weights, rolls, &data->sound);
  }
  if (status == STATUS_OK) {
    const float threshold = rolls ? judgement_threshold(&damaged, damaged.good) : instrument_price(0.5F);
    measure(&damaged, threshold, result);
    result->lost_per_1000 = lost_per_1000(&sound, threshold);
  }
  judgement_free(&damaged);
  judgement_free(&sound);
  return status;
}

static enum status fit_and_choose(struct model *model, const struct train_options *options,
                                  const struct train_run *run, const struct gate_data *data,
                                  struct gate_result *result, struct error *error)
{
  struct rng rng;
  rng_seed(&rng, options->seed + 17);
  struct trainee trainee;
  enum status status = trainee_init(&trainee, &model->config, run->valid->rolls, error);
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
    if (run->valid->rolls) {
      *params_get(&model->params, "gate.threshold") = result->threshold;
    }
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
    .rates = &most_rates,
    .drawn = true,
    .noise = options->noise > 0 ? options->noise : 0.05,
    .varied = train_varied,
    .threads = options->threads,
    .seed = options->seed,
  };
}

static enum status collect(struct gate_data *data, const struct model *model,
                           const struct train_options *options, const struct train_run *run,
                           struct error *error)
{
  struct gate_source source = training_source(model, options, run, TRAIN_SAMPLES / ROUNDS);
  enum status status = STATUS_OK;
  for (int round = 0; round < ROUNDS && status == STATUS_OK; round++) {
    struct gate_samples more;
    source.seed = options->seed + (uint64_t)round * 500009;
    status = gate_samples_collect(&more, &source, error);
    if (status == STATUS_OK && gate_samples_append(&data->train, &more) != STATUS_OK) {
      status = error_set(error, STATUS_NO_MEMORY, "out of memory for the gate's samples");
    }
    gate_samples_free(&more);
  }
  source.data = run->valid;
  source.samples_max = VALID_SAMPLES;
  source.seed = options->seed + 1000003;
  source.varied = 0;
  source.drawn = false;
  source.rates = &options->damage;
  if (status == STATUS_OK) {
    status = gate_samples_collect(&data->valid, &source, error);
  }
  source.rates = &no_rates;
  if (status == STATUS_OK && !run->valid->rolls) {
    status = gate_samples_collect(&data->sound, &source, error);
  }
  return status;
}

static enum status too_little(size_t strokes, struct error *error)
{
  return error_set(error, STATUS_FORMAT,
                   "too little data for the gate: %zu strokes; at least %d are needed; give more data, or "
                   "--gate 0 and --decision 0 for a model without",
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
  gate_samples_free(&data.sound);
  return status;
}
