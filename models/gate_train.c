#include "gate_train.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gate_model.h"
#include "gate_samples.h"
#include "linear.h"
#include "optimiser.h"
#include "parallel.h"
#include "transfer.h"

enum { BATCH = 512, TRAIN_SAMPLES = 800000, VALID_SAMPLES = 100000 };
static const double recall_floor = 0.9965;       /* of the data's own players */
static const double varied_recall_floor = 0.985; /* of others, see vary.h */

/* The head while it is trained: its own small block of weights, laid out as the model's. */
struct trainee {
  int inputs, hidden; /* G, K */
  struct params weights, grads;
  struct optimiser optimiser;
  float *x, *h, *logits, *to_h; /* (BATCH, ...) */
};

static enum status trainee_init(struct trainee *trainee, const struct vosp_config *config, struct error *error)
{
  *trainee = (struct trainee){.hidden = config->gate};
  trainee->inputs = EVIDENCE_SIZE + 2 + gate_context_size(config);
  const size_t K = (size_t)trainee->hidden;
  const size_t G = (size_t)trainee->inputs;
  enum status status = gate_layout(config, &trainee->weights, error);
  trainee->grads = trainee->weights;
  if (status == STATUS_OK) {
    status = params_alloc(&trainee->weights);
  }
  if (status == STATUS_OK) {
    status = params_alloc(&trainee->grads);
  }
  if (status == STATUS_OK) {
    status = optimiser_init(&trainee->optimiser, trainee->weights.size);
  }
  trainee->x = malloc(BATCH * (G + 2 * K + DAMAGE_COUNT) * sizeof(float));
  if (status != STATUS_OK || trainee->x == NULL) {
    return error_set(error, STATUS_NO_MEMORY, "not enough memory to train the gate");
  }
  trainee->h = trainee->x + BATCH * G;
  trainee->to_h = trainee->h + BATCH * K;
  trainee->logits = trainee->to_h + BATCH * K;
  return STATUS_OK;
}

static void trainee_free(struct trainee *trainee)
{
  params_free(&trainee->weights);
  params_free(&trainee->grads);
  optimiser_free(&trainee->optimiser);
  free(trainee->x);
}

static struct linear layer(const struct params *params, const char *w, const char *b)
{
  const struct param *param = params_find(params, w);
  return (struct linear){param->rows, param->cols, params_get(params, w), NULL, params_get(params, b),
                         1,           false};
}

/* Centre and scale each input over the samples, so that all start alike; constant inputs are left out. */
static void standardise(const struct gate_samples *samples, const struct params *weights, struct rng *rng)
{
  const size_t G = (size_t)samples->input_size;
  float *mean = params_get(weights, "gate.mean");
  float *scale = params_get(weights, "gate.scale");
  for (size_t i = 0; i < G; i++) {
    double sum = 0;
    double squares = 0;
    for (size_t n = 0; n < samples->count; n++) {
      const double x = (double)samples->inputs[n * G + i];
      sum += x;
      squares += x * x;
    }
    const double centre = sum / (double)samples->count;
    const double variance = squares / (double)samples->count - centre * centre;
    mean[i] = (float)centre;
    scale[i] = variance > 1e-8 ? (float)(1 / fmax(sqrt(variance), 0.02)) : 0;
  }
  const struct param *hidden = params_find(weights, "gate.hidden");
  const struct param *out = params_find(weights, "gate.out");
  for (size_t i = 0; i < (size_t)hidden->rows * (size_t)hidden->cols; i++) {
    weights->block[hidden->offset + i] = (float)(rng_normal(rng) / sqrt(hidden->rows));
  }
  for (size_t i = 0; i < (size_t)out->rows * (size_t)out->cols; i++) {
    weights->block[out->offset + i] = (float)(0.1 * rng_normal(rng) / sqrt(out->rows));
  }
}

/* x = standardised inputs of the chosen samples; logits by the head. */
static void forward(struct trainee *trainee, const struct gate_samples *samples, const uint32_t *chosen,
                    int count)
{
  const size_t G = (size_t)trainee->inputs;
  const float *mean = params_get(&trainee->weights, "gate.mean");
  const float *scale = params_get(&trainee->weights, "gate.scale");
  for (int n = 0; n < count; n++) {
    const float *from = samples->inputs + chosen[n] * G;
    float *x = trainee->x + (size_t)n * G;
    for (size_t i = 0; i < G; i++) {
      x[i] = (from[i] - mean[i]) * scale[i];
    }
  }
  const struct linear hidden = layer(&trainee->weights, "gate.hidden", "gate.hidden_bias");
  const struct linear out = layer(&trainee->weights, "gate.out", "gate.out_bias");
  linear_forward(&hidden, count, (struct moments){trainee->x, NULL}, false, NULL,
                 (struct moments){trainee->h, NULL});
  transfer_tanh((size_t)count * (size_t)trainee->hidden, trainee->h, trainee->h);
  linear_forward(&out, count, (struct moments){trainee->h, NULL}, false, NULL,
                 (struct moments){trainee->logits, NULL});
}

/* logits -> gradient of the mean cross entropy, in place. */
static double cross_entropy(float *logits, const struct gate_samples *samples, const uint32_t *chosen,
                            int count)
{
  double sum = 0;
  for (int n = 0; n < count; n++) {
    float *row = logits + n * DAMAGE_COUNT;
    double total = 0;
    double most = (double)row[0];
    for (int k = 1; k < DAMAGE_COUNT; k++) {
      most = fmax(most, (double)row[k]);
    }
    for (int k = 0; k < DAMAGE_COUNT; k++) {
      total += exp((double)row[k] - most);
    }
    const int wanted = samples->damage[chosen[n]];
    sum += most + log(total) - (double)row[wanted];
    for (int k = 0; k < DAMAGE_COUNT; k++) {
      row[k] = (float)((exp((double)row[k] - most) / total - (k == wanted)) / count);
    }
  }
  return sum;
}

static void backward(struct trainee *trainee, int count)
{
  memset(trainee->grads.block, 0, trainee->grads.size * sizeof(float));
  const struct linear hidden = layer(&trainee->weights, "gate.hidden", "gate.hidden_bias");
  const struct linear out = layer(&trainee->weights, "gate.out", "gate.out_bias");
  const struct linear_grad to_hidden = {params_get(&trainee->grads, "gate.hidden"), NULL,
                                        params_get(&trainee->grads, "gate.hidden_bias"), NULL};
  const struct linear_grad to_out = {params_get(&trainee->grads, "gate.out"), NULL,
                                     params_get(&trainee->grads, "gate.out_bias"), NULL};
  const struct moments x = {trainee->x, NULL};
  const struct moments h = {trainee->h, NULL};
  const struct moments to_logits = {trainee->logits, NULL};
  const struct moments to_h = {trainee->to_h, NULL};
  linear_backward_weights(&out, &to_out, count, h, to_logits, NULL);
  linear_backward_input(&out, &to_out, count, h, to_logits, false, NULL, to_h);
  transfer_tanh_backward((size_t)count * (size_t)trainee->hidden, trainee->h, trainee->to_h);
  linear_backward_weights(&hidden, &to_hidden, count, x, to_h, NULL);
}

static bool fit(struct trainee *trainee, const struct gate_samples *samples, uint32_t *order, int epochs,
                struct rng *rng, const struct train_run *run)
{
  const size_t batches = samples->count / BATCH;
  for (int epoch = 0; epoch < epochs; epoch++) {
    for (size_t i = samples->count; i > 1; i--) {
      const size_t j = rng_below(rng, (uint32_t)i);
      const uint32_t kept = order[i - 1];
      order[i - 1] = order[j];
      order[j] = kept;
    }
    double nats = 0;
    for (size_t b = 0; b < batches; b++) {
      const double done = ((double)epoch + (double)b / (double)batches) / epochs;
      trainee->optimiser.rate = 2e-3 * (1 - done) + 1e-5;
      forward(trainee, samples, order + b * BATCH, BATCH);
      nats += cross_entropy(trainee->logits, samples, order + b * BATCH, BATCH);
      backward(trainee, BATCH);
      optimiser_step(&trainee->optimiser, trainee->grads.block, trainee->weights.block);
    }
    const struct train_progress progress = {epoch + 1, epochs, 1,     NAN, nats / (double)(batches * BATCH),
                                            NAN,       NAN,    "gate"};
    if (run->report != NULL && !run->report(run->user, &progress)) {
      return false;
    }
  }
  return true;
}

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
  for (size_t n = 0; n < samples->count; n += BATCH) {
    const int count = samples->count - n < BATCH ? (int)(samples->count - n) : BATCH;
    uint32_t chosen[BATCH];
    for (int i = 0; i < count; i++) {
      chosen[i] = (uint32_t)n + (uint32_t)i;
    }
    forward(trainee, samples, chosen, count);
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

static void install(const struct trainee *trainee, struct model *model, float threshold)
{
  for (int i = 0; i < trainee->weights.count; i++) {
    const struct param *from = &trainee->weights.list[i];
    memcpy(params_get(&model->params, from->name), trainee->weights.block + from->offset,
           (size_t)from->rows * (size_t)from->cols * sizeof(float));
  }
  *params_get(&model->params, "gate.threshold") = threshold;
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
  uint32_t *order = malloc((data->train.count + 1) * sizeof *order);
  enum status status = trainee_init(&trainee, &model->config, error);
  if (status == STATUS_OK && order == NULL) {
    status = error_set(error, STATUS_NO_MEMORY, "not enough memory to train the gate");
  }
  if (status == STATUS_OK && order != NULL) {
    for (size_t i = 0; i < data->train.count; i++) {
      order[i] = (uint32_t)i;
    }
    standardise(&data->train, &trainee.weights, &rng);
    status = fit(&trainee, &data->train, order, options->gate_epochs, &rng, run)
               ? validate(&trainee, &data->valid, &data->varied, run->valid->rolls, result)
               : error_set(error, STATUS_INTERRUPTED, "stopped while training the gate");
  }
  if (status == STATUS_OK) {
    install(&trainee, model, result->threshold);
  }
  free(order);
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
    .vary = true,
    .threads = options->threads,
    .seed = options->seed,
  };
  enum status status = gate_samples_collect(&data->train, &source, error);
  source.data = run->valid;
  source.samples_max = VALID_SAMPLES;
  source.seed = options->seed + 1000003;
  if (status == STATUS_OK) {
    status = gate_samples_collect(&data->varied, &source, error);
  }
  source.performed = false;
  source.vary = false;
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
  if (status == STATUS_OK && (data.train.count < BATCH || data.valid.count == 0)) {
    status = error_set(error, STATUS_USAGE, "too little data for the gate: %zu strokes; at least %d are needed",
                       data.train.count, (int)BATCH);
  }
  if (status == STATUS_OK) {
    result->train_samples = data.train.count;
    status = fit_and_choose(model, options, run, &data, result, error);
  }
  gate_samples_free(&data.train);
  gate_samples_free(&data.valid);
  gate_samples_free(&data.varied);
  return status;
}
