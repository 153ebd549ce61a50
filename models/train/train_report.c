/* SPDX-License-Identifier: MIT */
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
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
  trainer->valid = loss;
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

void train_report_validation(const struct trainer *trainer, const struct epoch_result *result)
{
  bool timed = false;
  const double share = train_share(trainer, 0, 0, &timed); /* the epoch is counted already */
  const struct train_progress progress = {
    .epoch = trainer->point.epoch,
    .epochs = trainer->options.epochs,
    .timed = timed,
    .done = 1,
    .share = share,
    .seconds_left = NAN,
    .train_nats = result->train,
    .valid_nats = trainer->valid,
    .best_nats = trainer->point.best,
    .figure = train_chosen_by(&trainer->model->config, &trainer->options),
    .stage = net_kind_name(trainer->model->config.kind),
  };
  if (trainer->run->report != NULL) {
    (void)trainer->run->report(trainer->run->user, &progress);
  }
}

enum { LOG_MAX = 1 << 28, LINE_SIZE = 4096 };

const char *train_chosen_by(const struct net_config *config, const struct train_options *options)
{
  if (config->matches > 0 || (config->kind != NET_RNN && options->kl_end != 1)) {
    return "loss";
  }
  if (config->kind != NET_RNN && options->objective == OBJECTIVE_SURROGATE) {
    return "surrogate";
  }
  if (options->noise > 0) {
    return "denoising bound";
  }
  return config->kind == NET_RNN ? "exact" : "bound";
}

const char *train_figure(const struct model *model)
{
  if (model->config.matches > 0) {
    return "valid_loss"; /* a filler's, which bounds nothing */
  }
  return model->config.kind == NET_RNN ? "valid_exact" : "valid_bound";
}

void train_figure_text(const struct trainer *trainer, size_t size, char *text)
{
  const struct net_config *config = &trainer->model->config;
  const bool filler = config->matches > 0;
  const bool exact = config->kind == NET_RNN;
  const char *draws = filler ? " mode of q," : exact ? "" : " one draw of z,";
  const char *fitted = config->recall != RECALL_NONE ? " each half of it with recall fitted to the other," : "";
  snprintf(text, size, "%.4f nats a frame, %s%s, validation split,%s%s %d epochs", trainer->point.bound,
           filler  ? "weighted loss of what was hidden or lost"
           : exact ? "exact likelihood"
                   : "exact bound",
           trainer->options.noise > 0 && !filler ? " of the clean frames given corrupted ones" : "", draws,
           fitted, trainer->point.epoch);
}

/* The lines of the epochs before, with room for another; none: the heading. */
static enum status read_log(const struct trainer *trainer, const char *path, char **text, size_t *used,
                            struct error *error)
{
  uint8_t *data = NULL;
  size_t size = 0;
  if (trainer->point.epoch > 1) {
    const enum status status = file_read(path, LOG_MAX, &data, &size, error);
    if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
      return status;
    }
  }
  *text = realloc(data, size + 2 * LINE_SIZE);
  if (*text == NULL) {
    free(data);
    return error_set(error, STATUS_NO_MEMORY, "out of memory for the training log");
  }
  *used = size;
  if (size == 0) {
    *used =
      (size_t)snprintf(*text, LINE_SIZE,
                       "epoch,seconds,frames_per_second,kl_weight,rate,train_nats,%s,valid_reconstruction,"
                       "valid_kl,valid_surrogate\n",
                       train_figure(trainer->model));
  }
  return STATUS_OK;
}

/* Written as a whole, so that a full disk leaves no half of it. */
enum status train_log(const struct trainer *trainer, const struct epoch_result *result,
                      const struct bound_sums *valid, struct error *error)
{
  char path[PATH_MAX];
  char *text = NULL;
  size_t used = 0;
  snprintf(path, sizeof path, "%s.csv", trainer->run->out);
  enum status status = read_log(trainer, path, &text, &used, error);
  if (status != STATUS_OK) {
    return status;
  }
  const double frames = (double)valid->frames;
  used += (size_t)snprintf(text + used, LINE_SIZE, "%d,%.1f,%.0f,%.3f,%.6f,%.5f,%.5f,%.5f,%.5f,%.5f\n",
                           trainer->point.epoch, trainer->point.seconds, result->frames / result->seconds,
                           trainer->kl_weight, trainer->optimiser.rate * trainer->cooled, result->train,
                           (valid->reconstruction + valid->kl) / frames, valid->reconstruction / frames,
                           valid->kl / frames, (valid->reconstruction + valid->surrogate) / frames);
  status = file_write(path, text, used, error);
  free(text);
  return status;
}
