#include <math.h>

#include "bound.h"
#include "judgement.h"
#include "learn_parts.h"

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
                     status == STATUS_INTERRUPTED ? "stopped while checking" : "not enough memory to check");
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
  if (status == STATUS_OK && judgement_make(judgement, &model->config, &model->params, &samples) != STATUS_OK) {
    judgement_free(judgement);
    (void)error_set(error, STATUS_NO_MEMORY, "not enough memory to check");
    status = STATUS_NO_MEMORY;
  }
  gate_samples_free(&samples);
  return status;
}

static float threshold_of(const struct learning *learning, const struct model *model)
{
  const struct gate gate = {.threshold = *params_get(&model->params, "gate.threshold")};
  return gate_threshold(&gate, (float)learning->options->strength);
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
    count(&judgement, threshold_of(learning, model), figures);
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
    count(&judgement, threshold_of(learning, model), &figures);
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
    *params_get(&model->params, "gate.threshold") +=
      0.75F * (judgement_threshold(&judgement, lost_max) - threshold_of(learning, model));
    judgement_free(&judgement);
  }
  return status;
}
