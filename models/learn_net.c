#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "batcher.h"
#include "learn_parts.h"
#include "optimiser.h"

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
    return error_set(error, STATUS_NO_MEMORY, "not enough memory to learn");
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
    error_set(error, status, "not enough memory to learn");
  }
  for (int epoch = 0; epoch < learning->options->epochs && status == STATUS_OK; epoch++) {
    status = run_epoch(&tuner, epoch, error);
  }
  tuner_free(&tuner);
  return status;
}
