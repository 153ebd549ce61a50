#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "batcher.h"
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

/* One worker's share of one update. */
static void work(void *user, int index)
{
  struct trainer *trainer = user;
  struct worker *worker = &trainer->workers[index];
  const size_t first = (size_t)index * (size_t)trainer->share;
  const size_t left = trainer->chunks_left > first ? trainer->chunks_left - first : 0;
  const int used = left < (size_t)trainer->share ? (int)left : trainer->share;
  worker->reconstruction = 0;
  worker->divergence = 0;
  memset(worker->grad, 0, trainer->model->params.size * sizeof *worker->grad);
  if (used == 0) {
    return;
  }
  const struct train_options *options = &trainer->options;
  const struct corruption corruption = {options->noise, options->clean_share};
  const struct dropout dropout = {(real)options->dropout_input, (real)options->dropout_hidden, &worker->rng};
  const int steps = batch_fill(&worker->batch, &trainer->net, trainer->chunks + first, used, trainer->share,
                               &corruption, &worker->rng);
  vosp_batch_restart(&worker->batch, &trainer->net);
  vosp_forward(&trainer->net, &worker->batch, steps, true, &dropout);
  vosp_backward(&trainer->net, &worker->batch, steps, options->objective, (real)trainer->scale,
                (real)trainer->kl_weight, &trainer->model->params, worker->grad);
  worker->reconstruction = worker->batch.reconstruction;
  worker->divergence = options->objective == OBJECTIVE_BOUND ? worker->batch.kl : worker->batch.surrogate;
}

/* One update of the weights from the next chunks; returns the nats summed over their frames. */
static double update(struct trainer *trainer, const struct chunk *chunks, size_t count)
{
  double frames = 0;
  for (size_t i = 0; i < count; i++) {
    frames += chunks[i].length - chunks[i].lead;
  }
  trainer->chunks = chunks;
  trainer->chunks_left = count;
  trainer->scale = 1 / fmax(frames, 1);
  parallel_run(trainer->threads, work, trainer);
  float *grad = trainer->workers[0].grad;
  double nats = 0;
  for (int w = 0; w < trainer->threads; w++) {
    const struct worker *worker = &trainer->workers[w];
    nats += worker->reconstruction + trainer->kl_weight * worker->divergence;
    for (size_t i = 0; w > 0 && i < trainer->model->params.size; i++) {
      grad[i] += worker->grad[i];
    }
  }
  gradient_clip(grad, trainer->model->params.size, trainer->options.clip);
  optimiser_step(&trainer->optimiser, grad, trainer->model->params.block);
  vosp_net_refresh(&trainer->net, &trainer->model->params, trainer->model->params.block);
  return nats;
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

enum status train_epoch(struct trainer *trainer, struct epoch_result *result)
{
  const struct train_options *options = &trainer->options;
  struct chunk_list list;
  seed_epoch(trainer);
  if (chunk_list_cut(&list, trainer->run->train, options->chunk, options->lead, options->epoch_share,
                     &trainer->rng) != STATUS_OK) {
    return STATUS_NO_MEMORY;
  }
  const double begun = train_seconds();
  const size_t group = (size_t)(trainer->threads * trainer->share);
  double nats = 0;
  *result = (struct epoch_result){0};
  for (size_t i = 0; i < list.count && !result->stopped && !result->timed_out; i += group) {
    const size_t count = list.count - i < group ? list.count - i : group;
    const double done = (double)i / (double)list.count;
    trainer->kl_weight = kl_weight_at(options, trainer->point.epoch + done);
    nats += update(trainer, list.chunks + i, count);
    for (size_t k = 0; k < count; k++) {
      result->frames += list.chunks[i + k].length - list.chunks[i + k].lead;
    }
    result->seconds = train_seconds() - begun;
    result->timed_out =
      options->minutes > 0 && trainer->point.seconds + result->seconds > 60 * options->minutes;
    const struct train_progress progress = {
      .epoch = trainer->point.epoch + 1,
      .epochs = options->epochs,
      .done = (double)(i + count) / (double)list.count,
      .seconds_left = seconds_left(trainer, result->seconds, (double)(i + count) / (double)list.count),
      .train_nats = nats / result->frames,
      .valid_nats = NAN,
      .best_nats = trainer->point.best,
      .stage = "vosp",
    };
    result->stopped = trainer->run->report != NULL && !trainer->run->report(trainer->run->user, &progress);
  }
  free(list.chunks);
  result->train = nats / fmax(result->frames, 1);
  return STATUS_OK;
}
