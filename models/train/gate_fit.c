/* SPDX-License-Identifier: MIT */
#include "gate_fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "decision_model.h"
#include "gate.h"
#include "gate_model.h"
#include "linear.h"
#include "transfer.h"

static enum status lay_out(struct trainee *trainee, const struct net_config *config, bool rolls,
                           struct error *error)
{
  trainee->shape =
    rolls ? (struct head_shape){"gate", gate_samples_size(config, rolls), config->gate, GATE_OUTPUTS}
          : (struct head_shape){"decision", gate_samples_size(config, rolls), config->decision, DAMAGE_COUNT};
  return rolls ? gate_layout(config, &trainee->weights, error)
               : decision_layout(config, &trainee->weights, error);
}

enum status trainee_init(struct trainee *trainee, const struct net_config *config, bool rolls,
                         struct error *error)
{
  *trainee = (struct trainee){.x = NULL};
  enum status status = lay_out(trainee, config, rolls, error);
  const size_t K = (size_t)trainee->shape.hidden;
  const size_t G = (size_t)trainee->shape.inputs;
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
  trainee->x = malloc(GATE_BATCH * (G + 2 * K + DAMAGE_COUNT) * sizeof(float));
  if (status != STATUS_OK || trainee->x == NULL) {
    return error_set(error, STATUS_NO_MEMORY, "out of memory: cannot train the gate");
  }
  trainee->h = trainee->x + GATE_BATCH * G;
  trainee->to_h = trainee->h + GATE_BATCH * K;
  trainee->logits = trainee->to_h + GATE_BATCH * K;
  return STATUS_OK;
}

void trainee_free(struct trainee *trainee)
{
  params_free(&trainee->weights);
  params_free(&trainee->grads);
  optimiser_free(&trainee->optimiser);
  free(trainee->x);
}

void trainee_install(const struct trainee *trainee, struct model *model)
{
  for (int i = 0; i < trainee->weights.count; i++) {
    const struct param *from = &trainee->weights.list[i];
    if (strcmp(from->name, "gate.threshold") != 0 && strcmp(from->name, "decision.margin") != 0) {
      memcpy(params_get(&model->params, from->name), trainee->weights.block + from->offset,
             (size_t)from->rows * (size_t)from->cols * sizeof(float));
    }
  }
}

static struct linear layer(const struct trainee *trainee, const struct params *params, bool out)
{
  const struct head_shape *shape = &trainee->shape;
  return (struct linear){out ? shape->hidden : shape->inputs,
                         out ? shape->outputs : shape->hidden,
                         head_part(params, shape->name, out ? "out" : "hidden"),
                         NULL,
                         head_part(params, shape->name, out ? "out_bias" : "hidden_bias"),
                         1,
                         false};
}

/* Centre and scale each input over the samples, so that all start alike; constant inputs are left out. */
static void standardise(const struct trainee *trainee, const struct gate_samples *samples)
{
  const size_t G = (size_t)samples->input_size;
  float *mean = head_part(&trainee->weights, trainee->shape.name, "mean");
  float *scale = head_part(&trainee->weights, trainee->shape.name, "scale");
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
}

/* The log share of each kind among the samples; 0 for those that are not there. */
static void count_kinds(const struct trainee *trainee, const struct gate_samples *samples)
{
  float *prior = head_part(&trainee->weights, trainee->shape.name, "prior");
  size_t counts[DAMAGE_COUNT] = {0};
  for (size_t n = 0; n < samples->count; n++) {
    counts[samples->damage[n]]++;
  }
  for (int kind = 0; prior != NULL && kind < DAMAGE_COUNT; kind++) {
    prior[kind] = counts[kind] > 0 ? logf((float)counts[kind] / (float)samples->count) : 0;
  }
}

static void draw(float *weights, int rows, int cols, double size, struct rng *rng)
{
  for (int i = 0; i < rows * cols; i++) {
    weights[i] = (float)(size * rng_normal(rng) / sqrt(rows));
  }
}

void trainee_start(struct trainee *trainee, const struct gate_samples *samples, struct rng *rng)
{
  const struct linear hidden = layer(trainee, &trainee->weights, false);
  const struct linear out = layer(trainee, &trainee->weights, true);
  standardise(trainee, samples);
  count_kinds(trainee, samples);
  draw(head_part(&trainee->weights, trainee->shape.name, "hidden"), hidden.in, hidden.out, 1, rng);
  draw(head_part(&trainee->weights, trainee->shape.name, "out"), out.in, out.out, 0.1, rng);
}

void trainee_start_from(struct trainee *trainee, const struct params *params)
{
  for (int i = 0; i < trainee->weights.count; i++) {
    const struct param *to = &trainee->weights.list[i];
    memcpy(trainee->weights.block + to->offset, params_get(params, to->name),
           (size_t)to->rows * (size_t)to->cols * sizeof(float));
  }
}

/* x = standardised inputs of the chosen samples, at most GATE_BATCH; logits by the head. */
static void forward(struct trainee *trainee, const struct gate_samples *samples, const uint32_t *chosen,
                    int count)
{
  const size_t G = (size_t)trainee->shape.inputs;
  const float *mean = head_part(&trainee->weights, trainee->shape.name, "mean");
  const float *scale = head_part(&trainee->weights, trainee->shape.name, "scale");
  for (int n = 0; n < count; n++) {
    const float *from = samples->inputs + chosen[n] * G;
    float *x = trainee->x + (size_t)n * G;
    for (size_t i = 0; i < G; i++) {
      x[i] = (from[i] - mean[i]) * scale[i];
    }
  }
  const struct linear hidden = layer(trainee, &trainee->weights, false);
  const struct linear out = layer(trainee, &trainee->weights, true);
  linear_forward(&hidden, count, (struct moments){trainee->x, NULL}, false, NULL,
                 (struct moments){trainee->h, NULL});
  transfer_tanh((size_t)count * (size_t)trainee->shape.hidden, trainee->h, trainee->h);
  linear_forward(&out, count, (struct moments){trainee->h, NULL}, false, NULL,
                 (struct moments){trainee->logits, NULL});
}

/* logits -> gradient of the mean cross entropy, in place. */
static double cross_entropy(float *logits, int outputs, const struct gate_samples *samples,
                            const uint32_t *chosen, int count)
{
  double sum = 0;
  for (int n = 0; n < count; n++) {
    float *row = logits + (size_t)n * (size_t)outputs;
    double total = 0;
    double most = (double)row[0];
    for (int k = 1; k < outputs; k++) {
      most = (double)row[k] > most ? (double)row[k] : most; /* GCC 12 for arm64 fails on fmax here */
    }
    for (int k = 0; k < outputs; k++) {
      total += exp((double)row[k] - most);
    }
    const int wanted = samples->damage[chosen[n]];
    sum += most + log(total) - (double)row[wanted];
    for (int k = 0; k < outputs; k++) {
      row[k] = (float)((exp((double)row[k] - most) / total - (k == wanted)) / count);
    }
  }
  return sum;
}

static void backward(struct trainee *trainee, int count)
{
  memset(trainee->grads.block, 0, trainee->grads.size * sizeof(float));
  const struct linear hidden = layer(trainee, &trainee->weights, false);
  const struct linear out = layer(trainee, &trainee->weights, true);
  const char *name = trainee->shape.name;
  const struct linear_grad to_hidden = {head_part(&trainee->grads, name, "hidden"), NULL,
                                        head_part(&trainee->grads, name, "hidden_bias"), NULL};
  const struct linear_grad to_out = {head_part(&trainee->grads, name, "out"), NULL,
                                     head_part(&trainee->grads, name, "out_bias"), NULL};
  const struct moments x = {trainee->x, NULL};
  const struct moments h = {trainee->h, NULL};
  const struct moments to_logits = {trainee->logits, NULL};
  const struct moments to_h = {trainee->to_h, NULL};
  linear_backward_weights(&out, &to_out, count, h, to_logits, NULL);
  linear_backward_input(&out, &to_out, count, h, to_logits, false, NULL, to_h);
  transfer_tanh_backward((size_t)count * (size_t)trainee->shape.hidden, trainee->h, trainee->to_h);
  linear_backward_weights(&hidden, &to_hidden, count, x, to_h, NULL);
}

/* One pass over the samples; false when the report stopped it. */
static bool fit_epoch(struct trainee *trainee, const struct gate_samples *samples, const uint32_t *order,
                      int epoch, const struct trainee_plan *plan)
{
  const size_t batches = samples->count / GATE_BATCH;
  double nats = 0;
  bool going = true;
  for (size_t b = 0; b < batches && going; b++) {
    const double done = ((double)epoch + (double)b / (double)batches) / plan->epochs;
    trainee->optimiser.rate = plan->rate * (1 - done) + 0.005 * plan->rate;
    forward(trainee, samples, order + b * GATE_BATCH, GATE_BATCH);
    nats += cross_entropy(trainee->logits, trainee->shape.outputs, samples, order + b * GATE_BATCH, GATE_BATCH);
    backward(trainee, GATE_BATCH);
    optimiser_step(&trainee->optimiser, trainee->grads.block, trainee->weights.block);
    const double part = (double)(b + 1) / (double)batches;
    const struct train_progress progress = {
      .epoch = epoch + 1,
      .epochs = plan->epochs,
      .done = part,
      .share = (epoch + part) / plan->epochs,
      .seconds_left = NAN,
      .train_nats = nats / (double)((b + 1) * GATE_BATCH),
      .valid_nats = NAN,
      .best_nats = NAN,
      .figure = "cross-entropy",
      .stage = "gate",
    };
    going = plan->report == NULL || plan->report(plan->user, &progress);
  }
  return going;
}

enum status trainee_fit(struct trainee *trainee, const struct gate_samples *samples,
                        const struct trainee_plan *plan, struct rng *rng, struct error *error)
{
  uint32_t *order = malloc((samples->count + 1) * sizeof *order);
  if (order == NULL) {
    return error_set(error, STATUS_NO_MEMORY, "out of memory: cannot train the gate");
  }
  for (size_t i = 0; i < samples->count; i++) {
    order[i] = (uint32_t)i;
  }
  bool going = true;
  for (int epoch = 0; epoch < plan->epochs && going; epoch++) {
    rng_shuffle(rng, order, samples->count);
    going = fit_epoch(trainee, samples, order, epoch, plan);
  }
  free(order);
  return going ? STATUS_OK : error_set(error, STATUS_INTERRUPTED, "stopped while training the gate");
}
