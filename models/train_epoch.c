#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "model_config.h"
#include "trainer.h"

double train_seconds(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static double kl_weight_at(const struct train_options *options, double epoch)
{
  if (options->kl_epochs <= 0 || epoch >= options->kl_epochs) {
    return options->kl_end;
  }
  return options->kl_start + (options->kl_end - options->kl_start) * epoch / options->kl_epochs;
}

/* How much of the run is over, by its epochs or its minutes, whichever says more. `in_epoch`: seconds. */
static double progress_of(const struct trainer *trainer, double done, double in_epoch)
{
  const double by_epochs = (trainer->point.epoch + done) / fmax(trainer->options.epochs, 1);
  const double by_clock =
    trainer->options.minutes > 0 ? (trainer->point.seconds + in_epoch) / (60 * trainer->options.minutes) : 0;
  return fmax(by_epochs, by_clock);
}

/* The rate falls in a straight line to a fiftieth over the last `cooldown` of the run. */
static double cooled(const struct train_options *options, double progress)
{
  const double left = 1 - progress;
  return options->cooldown > 0 && left < options->cooldown ? fmax(left / options->cooldown, 0.02) : 1;
}

/* One worker's share of one update. */
static void work(void *user, int index)
{
  struct trainer *trainer = user;
  struct worker *worker = &trainer->workers[index];
  const size_t first = (size_t)index * (size_t)trainer->share;
  const size_t left = trainer->chunks_left > first ? trainer->chunks_left - first : 0;
  const struct trainable_job job = {
    .options = &trainer->options,
    .params = &trainer->model->params,
    .chunks = trainer->chunks + first,
    .used = left < (size_t)trainer->share ? (int)left : trainer->share,
    .rng = &worker->rng,
    .scale = trainer->scale,
    .kl_weight = trainer->kl_weight,
  };
  worker->sums = (struct trainable_sums){0};
  worker->status = STATUS_OK;
  memset(worker->grad, 0, trainer->model->params.size * sizeof *worker->grad);
  if (job.used > 0) {
    worker->status = trainer->kind->update(trainer->net, worker->batch, &job, worker->grad, &worker->sums);
  }
}

/* Add up what the workers found; their gradients come together in the first one's. */
static enum status gather(struct trainer *trainer, struct trainable_sums *sums)
{
  float *grad = trainer->workers[0].grad;
  *sums = (struct trainable_sums){0};
  for (int w = 0; w < trainer->threads; w++) {
    const struct worker *worker = &trainer->workers[w];
    if (worker->status != STATUS_OK) {
      return worker->status;
    }
    sums->reconstruction += worker->sums.reconstruction;
    sums->divergence += worker->sums.divergence;
    sums->frames += worker->sums.frames;
    for (size_t i = 0; w > 0 && i < trainer->model->params.size; i++) {
      grad[i] += worker->grad[i];
    }
  }
  return STATUS_OK;
}

/* One update of the weights from the next chunks. */
static enum status update(struct trainer *trainer, const struct chunk *chunks, size_t count,
                          struct trainable_sums *sums)
{
  const double frames = (double)chunk_frames(chunks, count);
  float *grad = trainer->workers[0].grad;
  trainer->chunks = chunks;
  trainer->chunks_left = count;
  trainer->scale = 1 / fmax(frames, 1);
  parallel_run(trainer->threads, work, trainer);
  const enum status status = gather(trainer, sums);
  if (status != STATUS_OK) {
    return status;
  }
  if (sums->frames > 0 && sums->frames != frames) { /* the loss is of fewer frames than the chunks have */
    const float by = (float)(frames / sums->frames);
    for (size_t i = 0; i < trainer->model->params.size; i++) {
      grad[i] *= by;
    }
  }
  gradient_clip(grad, trainer->model->params.size, trainer->options.clip);
  train_gradient_noise(trainer, grad);
  const double rate = trainer->optimiser.rate;
  trainer->optimiser.rate *= trainer->cooled;
  optimiser_step(&trainer->optimiser, grad, trainer->model->params.block);
  trainer->optimiser.rate = rate;
  train_average_update(trainer);
  trainer->kind->net_refresh(trainer->net, &trainer->model->params);
  return STATUS_OK;
}

/* The whole run's remaining time, from the epochs' own pace; nothing is known of early stopping. */
static double seconds_left(const struct trainer *trainer, double in_epoch, double done)
{
  const double epochs = trainer->options.epochs - trainer->point.epoch - done;
  const double by_epochs = done > 0 ? epochs * in_epoch / done : NAN;
  if (trainer->options.minutes > 0) {
    const double by_clock = 60 * trainer->options.minutes - trainer->point.seconds - in_epoch;
    return by_epochs < by_clock ? by_epochs : by_clock;
  }
  return by_epochs;
}

/* Each epoch has random streams of its own, so that a resumed run goes on as if it had not stopped. */
static void seed_epoch(struct trainer *trainer)
{
  rng_seed(&trainer->rng, trainer->options.seed + ((uint64_t)(trainer->point.epoch + 1) << 32));
  for (int w = 0; w < trainer->threads; w++) {
    rng_seed(&trainer->workers[w].rng, rng_next(&trainer->rng));
  }
}

/* Tell how the epoch goes; false: stop. */
static bool report(const struct trainer *trainer, const struct epoch_result *result, double done)
{
  const struct train_progress progress = {
    .epoch = trainer->point.epoch + 1,
    .epochs = trainer->options.epochs,
    .done = done,
    .seconds_left = seconds_left(trainer, result->seconds, done),
    .train_nats = result->nats / result->frames,
    .valid_nats = NAN,
    .best_nats = trainer->point.best,
    .stage = net_kind_name(trainer->model->config.kind),
  };
  return trainer->run->report == NULL || trainer->run->report(trainer->run->user, &progress);
}

static enum status run_chunks(struct trainer *trainer, const struct chunk_list *list,
                              struct epoch_result *result)
{
  const struct train_options *options = &trainer->options;
  const size_t group = (size_t)(trainer->threads * trainer->share);
  const double part = result->to - result->from;
  for (size_t i = 0; i < list->count && !result->stopped && !result->timed_out; i += group) {
    const size_t count = list->count - i < group ? list->count - i : group;
    struct trainable_sums sums;
    const double done = result->from + part * (double)i / (double)list->count;
    trainer->kl_weight = kl_weight_at(options, trainer->point.epoch + done);
    trainer->cooled = cooled(options, progress_of(trainer, done, result->seconds));
    const enum status status = update(trainer, list->chunks + i, count, &sums);
    if (status != STATUS_OK) {
      return status;
    }
    result->nats += sums.reconstruction + trainer->kl_weight * sums.divergence;
    result->frames += sums.frames;
    result->seconds = train_seconds() - result->begun;
    result->timed_out =
      options->minutes > 0 && trainer->point.seconds + result->seconds > 60 * options->minutes;
    result->stopped = !report(trainer, result, result->from + part * (double)(i + count) / (double)list->count);
  }
  result->train = result->nats / fmax(result->frames, 1);
  return STATUS_OK;
}

enum status train_on(struct trainer *trainer, struct dataset *data, double share, uint64_t seed,
                     struct epoch_result *result, struct error *error)
{
  const struct train_options *options = &trainer->options;
  struct chunk_list list;
  if (trainer->kind->before_epoch != NULL) {
    const enum status status = trainer->kind->before_epoch(data, &trainer->model->config, seed, error);
    if (status != STATUS_OK) {
      return status;
    }
  }
  enum status status = chunk_list_cut(&list, data, options->chunk, options->lead, share, &trainer->rng);
  if (status == STATUS_OK && options->transpose > 0) {
    chunk_list_transpose(&list, data->values, options->transpose, &trainer->rng);
  }
  if (status == STATUS_OK) {
    status = run_chunks(trainer, &list, result);
    free(list.chunks);
  }
  return status == STATUS_OK ? status : error_set(error, status, "not enough memory to train");
}

enum status train_epoch(struct trainer *trainer, struct epoch_result *result, struct error *error)
{
  const struct train_options *options = &trainer->options;
  *result = (struct epoch_result){.to = 1, .begun = train_seconds()};
  seed_epoch(trainer);
  return trainer->run->train->on_disk ? train_epoch_disk(trainer, result, error)
                                      : train_on(trainer, trainer->run->train, options->epoch_share,
                                                 options->seed + (uint64_t)trainer->point.epoch, result, error);
}
