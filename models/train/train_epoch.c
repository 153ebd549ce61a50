/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "dataset.h"
#include "model_config.h"
#include "normal.h"
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

double train_share(const struct trainer *trainer, double done, double in_epoch, bool *timed)
{
  const double by_epochs = (trainer->point.epoch + done) / fmax(trainer->options.epochs, 1);
  const double by_clock =
    trainer->options.minutes > 0 ? (trainer->point.seconds + in_epoch) / (60 * trainer->options.minutes) : 0;
  if (timed != NULL) {
    *timed = by_clock > by_epochs;
  }
  return fmin(fmax(by_epochs, by_clock), 1);
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
  struct train_worker *worker = &trainer->workers[index];
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
    const struct train_worker *worker = &trainer->workers[w];
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
  bool timed = false;
  const double share = train_share(trainer, done, result->seconds, &timed);
  const struct train_progress progress = {
    .epoch = trainer->point.epoch + 1,
    .epochs = trainer->options.epochs,
    .timed = timed,
    .done = done,
    .share = share,
    .seconds_left = seconds_left(trainer, result->seconds, done),
    .train_nats = result->nats / result->frames,
    .valid_nats = trainer->valid,
    .best_nats = trainer->point.best,
    .figure = train_chosen_by(&trainer->model->config, &trainer->options),
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
    trainer->cooled = cooled(options, train_share(trainer, done, result->seconds, NULL));
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
  return status == STATUS_OK ? status : error_set(error, status, "out of memory: cannot train");
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

/* A pass over takes on disk in random order, a shelf of them at a time; the next shelf is filled while the
 * network learns from this one. */
struct tour {
  struct trainer *trainer;
  struct epoch_result *result;
  uint32_t *order; /* (count) the epoch's takes */
  size_t count;
  size_t first, end;     /* of the shelf to be filled */
  double hours, emptied; /* of all of them; of the shelves done */
  struct dataset now, next;
  double now_hours, next_hours;
  uint64_t turn;                 /* shelves done */
  enum status learning, filling; /* how it went */
  struct error learn_error, fill_error;
};

/* The epoch's share of the takes, at random. */
static void choose(struct tour *tour)
{
  struct trainer *trainer = tour->trainer;
  const struct dataset *data = trainer->run->train;
  for (size_t i = 0; i < data->count; i++) {
    if (rng_uniform(&trainer->rng) < trainer->options.epoch_share) {
      tour->order[tour->count++] = (uint32_t)i;
      tour->hours += sequence_hours(&data->sequences[i]);
    }
  }
  rng_shuffle(&trainer->rng, tour->order, tour->count);
}

/* Two shelves at most are in memory at once. */
static void measure_shelf(struct tour *tour)
{
  const struct dataset *data = tour->trainer->run->train;
  tour->first = tour->end;
  tour->next_hours = 0;
  while (tour->end < tour->count) {
    const double more = sequence_hours(&data->sequences[tour->order[tour->end]]);
    if (tour->end > tour->first && tour->next_hours + more > data->hours / 2) {
      break;
    }
    tour->next_hours += more;
    tour->end++;
  }
}

/* Takes that have gone are left out, so the number in the whole is found by the name's place. */
static enum status damage(const struct tour *tour, struct dataset *shelf, struct error *error)
{
  const struct trainer *trainer = tour->trainer;
  const struct train_options *options = &trainer->options;
  const struct dataset *data = trainer->run->train;
  size_t at = tour->first;
  for (size_t i = 0; i < shelf->count; i++, at++) {
    while (strcmp(data->sequences[tour->order[at]].name, shelf->sequences[i].name) != 0) {
      at++;
    }
    const enum status status = sequence_damage(&shelf->sequences[i], &trainer->model->config.frame,
                                               &options->damage, options->seed + tour->order[at], error);
    if (status != STATUS_OK) {
      return status;
    }
  }
  return STATUS_OK;
}

static enum status fill(const struct tour *tour, struct dataset *shelf, struct error *error)
{
  const struct trainer *trainer = tour->trainer;
  enum status status =
    dataset_fetch(shelf, trainer->run->train, tour->order + tour->first, tour->end - tour->first, error);
  if (status != STATUS_OK) {
    return status;
  }
  status = dataset_frames(shelf, &trainer->model->config.frame, error);
  if (status == STATUS_OK && trainer->options.noise > 0 && trainer->kind->before_epoch == NULL) {
    status = damage(tour, shelf, error);
  }
  if (status != STATUS_OK) {
    dataset_free(shelf);
  }
  return status;
}

static void learn(struct tour *tour)
{
  struct trainer *trainer = tour->trainer;
  const uint64_t seed = trainer->options.seed + (uint64_t)trainer->point.epoch + (tour->turn << 32);
  tour->result->from = tour->emptied / tour->hours;
  tour->result->to = (tour->emptied + tour->now_hours) / tour->hours;
  tour->learning = train_on(trainer, &tour->now, 1, seed, tour->result, &tour->learn_error);
}

static void learn_or_fill(void *user, int index)
{
  struct tour *tour = user;
  if (index == 0) {
    learn(tour);
  } else {
    tour->filling = fill(tour, &tour->next, &tour->fill_error);
  }
}

/* The shelf that was filled is the one to learn from. */
static void turn(struct tour *tour)
{
  dataset_free(&tour->now);
  tour->now = tour->next;
  tour->next = (struct dataset){0};
  tour->emptied += tour->now_hours;
  tour->now_hours = tour->next_hours;
  tour->turn++;
  measure_shelf(tour);
}

static enum status walk(struct tour *tour, struct error *error)
{
  measure_shelf(tour);
  tour->filling = fill(tour, &tour->next, &tour->fill_error);
  while (tour->filling == STATUS_OK && tour->learning == STATUS_OK && !tour->result->stopped &&
         !tour->result->timed_out && tour->next_hours > 0) {
    turn(tour);
    parallel_run(tour->end > tour->first ? 2 : 1, learn_or_fill, tour);
  }
  if (tour->filling != STATUS_OK || tour->learning != STATUS_OK) {
    *error = tour->learning != STATUS_OK ? tour->learn_error : tour->fill_error;
    return tour->learning != STATUS_OK ? tour->learning : tour->filling;
  }
  return tour->result->frames > 0 || tour->count == 0
           ? STATUS_OK
           : error_set(error, STATUS_IO, "the takes of the data have gone or changed; start again");
}

enum status train_epoch_disk(struct trainer *trainer, struct epoch_result *result, struct error *error)
{
  uint32_t *order = malloc((trainer->run->train->count + 1) * sizeof *order);
  if (order == NULL) {
    return error_set(error, STATUS_NO_MEMORY, "out of memory: cannot choose takes");
  }
  struct tour tour = {.trainer = trainer, .result = result, .order = order};
  choose(&tour);
  const enum status status = walk(&tour, error);
  dataset_free(&tour.now);
  dataset_free(&tour.next);
  free(order);
  return status;
}

enum { DRAWS = 1024 };
static const uint64_t noise_stream = 0xD1B54A32D192ED03U; /* odd: every update has a seed of its own */

void train_gradient_noise(const struct trainer *trainer, float *grad)
{
  const double variance = trainer->options.gradient_noise;
  if (variance <= 0) {
    return;
  }
  const double updates = (double)trainer->optimiser.steps;
  const size_t size = trainer->model->params.size;
  const float deviation = (float)sqrt(variance / pow(1 + updates, 0.55));
  struct rng rng;
  rng_seed(&rng, trainer->options.seed + noise_stream * (uint64_t)(trainer->optimiser.steps + 1));
  for (size_t i = 0; i < size; i += DRAWS) {
    const size_t count = size - i < DRAWS ? size - i : DRAWS;
    float draws[DRAWS];
    normal_fill(count, &rng, draws);
    for (size_t k = 0; k < count; k++) {
      grad[i + k] += grad[i + k] != 0 ? deviation * draws[k] : 0; /* what is not trained stays */
    }
  }
}

enum status train_average_start(struct trainer *trainer)
{
  const struct params *params = &trainer->model->params;
  if (trainer->options.average <= 0) {
    return STATUS_OK;
  }
  trainer->average = malloc(params->size * sizeof *trainer->average);
  if (trainer->average == NULL) {
    return STATUS_NO_MEMORY;
  }
  memcpy(trainer->average, params->block, params->size * sizeof *trainer->average);
  return STATUS_OK;
}

/* Early on the average is of fewer updates, so that the weights of the start are soon forgotten. */
void train_average_update(struct trainer *trainer)
{
  if (trainer->average == NULL) {
    return;
  }
  const struct params *params = &trainer->model->params;
  const double updates = (double)trainer->optimiser.steps;
  const float share = (float)(1 - fmin(trainer->options.average, (1 + updates) / (10 + updates)));
  for (size_t i = 0; i < params->size; i++) {
    trainer->average[i] += share * (params->block[i] - trainer->average[i]);
  }
}

float *train_shown(const struct trainer *trainer)
{
  return trainer->average != NULL ? trainer->average : trainer->model->params.block;
}
