#include <stdlib.h>
#include <string.h>

#include "dataset_disk.h"
#include "trainer.h"

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
    return error_set(error, STATUS_NO_MEMORY, "not enough memory to choose takes");
  }
  struct tour tour = {.trainer = trainer, .result = result, .order = order};
  choose(&tour);
  const enum status status = walk(&tour, error);
  dataset_free(&tour.now);
  dataset_free(&tour.next);
  free(order);
  return status;
}
