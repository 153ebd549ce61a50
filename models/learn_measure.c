#include <math.h>
#include <stdlib.h>

#include "bound.h"
#include "gate_model.h"
#include "gate_samples.h"
#include "learn_parts.h"

enum { MEASURE_SEED = 20201, THRESHOLD_SEED = 30307 };

struct stroke {
  float log_odds;
  bool good;
};

/* Strokes as a model's gate judges them. */
struct judgement {
  struct stroke *strokes; /* owned */
  size_t count, good;
  float threshold; /* at the strength in use */
  double nats;     /* summed cross entropy */
};

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

static enum status judge_samples(const struct model *model, double strength, const struct gate_samples *samples,
                                 struct judgement *judgement)
{
  struct gate gate;
  float *folded = malloc(gate_folded_size(&model->config) * sizeof *folded);
  judgement->strokes = malloc((samples->count + 1) * sizeof *judgement->strokes);
  if (folded == NULL || judgement->strokes == NULL) {
    free(folded);
    return STATUS_NO_MEMORY;
  }
  gate_bind(&gate, &model->config, &model->params, folded);
  judgement->count = samples->count;
  judgement->threshold = gate_threshold(&gate, (float)strength);
  for (size_t i = 0; i < samples->count; i++) {
    const double odds = (double)gate_judge(&gate, samples->inputs + i * (size_t)samples->input_size).log_odds;
    const bool good = samples->damage[i] == DAMAGE_NONE;
    judgement->strokes[i] = (struct stroke){(float)odds, good};
    judgement->good += good;
    judgement->nats += log1p(exp(good ? -odds : odds));
  }
  free(folded);
  return STATUS_OK;
}

/* Damage the pieces and let the model's gate judge about so many strokes. On success the caller frees
 * judgement->strokes. */
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
      judge_samples(model, learning->options->strength, &samples, judgement) != STATUS_OK) {
    free(judgement->strokes);
    (void)error_set(error, STATUS_NO_MEMORY, "not enough memory to check");
    status = STATUS_NO_MEMORY;
  }
  gate_samples_free(&samples);
  return status;
}

static void count(const struct judgement *judgement, struct learn_figures *figures)
{
  figures->strokes = judgement->good;
  figures->damage = judgement->count - judgement->good;
  for (size_t i = 0; i < judgement->count; i++) {
    const struct stroke *stroke = &judgement->strokes[i];
    const bool passed = stroke->log_odds >= judgement->threshold;
    figures->lost += stroke->good && !passed;
    figures->passed += !stroke->good && passed;
  }
  figures->gate_nats = judgement->nats / fmax((double)judgement->count, 1);
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
    count(&judgement, figures);
    free(judgement.strokes);
  }
  return status;
}

static int by_log_odds(const void *a, const void *b)
{
  const struct stroke *x = a;
  const struct stroke *y = b;
  return (x->log_odds > y->log_odds) - (x->log_odds < y->log_odds);
}

/* Of the thresholds that lose at most `lost_max` true strokes, the one of the best F1. Strokes by log-odds. */
static float best_threshold(const struct judgement *judgement, size_t lost_max)
{
  const struct stroke *strokes = judgement->strokes;
  float threshold = judgement->threshold;
  double best = -1;
  size_t lost = 0;
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

enum status learn_lost(struct learning *learning, const struct model *model, size_t *lost, struct error *error)
{
  struct judgement judgement;
  struct learn_figures figures = {0};
  const enum status status =
    judge(learning, model, &learning->data.train, SIZE_MAX, THRESHOLD_SEED, &judgement, error);
  if (status == STATUS_OK) {
    count(&judgement, &figures);
    *lost = figures.lost;
    free(judgement.strokes);
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
    qsort(judgement.strokes, judgement.count, sizeof *judgement.strokes, by_log_odds);
    /* Not all the way: the strokes are those that trained, so they flatter. */
    *params_get(&model->params, "gate.threshold") +=
      0.75F * (best_threshold(&judgement, lost_max) - judgement.threshold);
    free(judgement.strokes);
  }
  return status;
}
