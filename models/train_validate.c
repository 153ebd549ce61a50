#include <math.h>
#include <string.h>

#include "model_config.h"
#include "trainer.h"

enum { VALID_FRAMES_MAX = 50000 };

/* The network is the shown weights' for as long as that takes. */
enum status train_validate(struct trainer *trainer, struct bound_sums *sums)
{
  struct params *params = &trainer->model->params;
  float *trained = params->block;
  const struct bound_options options = {
    .noise = trainer->options.noise,
    .frames_max = trainer->run->valid->rolls ? 0 : VALID_FRAMES_MAX,
    .seed = 1,
    .threads = trainer->options.threads,
  };
  const bool averaged = trainer->average != NULL;
  if (averaged) {
    params->block = trainer->average;
    trainer->kind->net_refresh(trainer->net, params);
  }
  const enum status status = trainer->kind->validate(trainer->net, trainer->run->valid, &options, sums);
  if (averaged) {
    params->block = trained;
    trainer->kind->net_refresh(trainer->net, params);
  }
  return status;
}

/* Patience: a bad validation counts; enough of them lower the rate, twice as many end the training. */
bool train_after_validation(struct trainer *trainer, const struct bound_sums *valid)
{
  struct train_point *point = &trainer->point;
  const struct train_options *options = &trainer->options;
  const double divergence = options->objective == OBJECTIVE_BOUND ? valid->kl : valid->surrogate;
  const double loss = (valid->reconstruction + options->kl_end * divergence) / (double)valid->frames;
  if (loss < point->best) {
    point->best = loss;
    point->bound = (valid->reconstruction + valid->kl) / (double)valid->frames;
    point->bad = 0;
    memcpy(trainer->best, train_shown(trainer), trainer->model->params.size * sizeof *trainer->best);
    return true;
  }
  if (point->epoch > options->kl_epochs) {
    point->bad++;
    if (point->bad % options->patience == 0) {
      trainer->optimiser.rate *= 0.4;
    }
  }
  return point->bad < 2 * options->patience;
}

void train_tell_validation(const struct trainer *trainer, const struct epoch_result *result,
                           const struct bound_sums *valid)
{
  const struct train_progress progress = {
    .epoch = trainer->point.epoch,
    .epochs = trainer->options.epochs,
    .done = 1,
    .seconds_left = NAN,
    .train_nats = result->train,
    .valid_nats = (valid->reconstruction + valid->kl) / (double)valid->frames,
    .best_nats = trainer->point.best,
    .stage = net_kind_name(trainer->model->config.kind),
  };
  if (trainer->run->report != NULL) {
    (void)trainer->run->report(trainer->run->user, &progress);
  }
}
