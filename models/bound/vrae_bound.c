/* SPDX-License-Identifier: MIT */
#include "vrae_bound.h"

#include <stdlib.h>

#include "vrae_rows.h"

struct job {
  const struct vrae_net *net;
  const struct bound_options *options;
  vrae_bound_visit visit;
  void *user;
  struct bound_sums *parts; /* (groups) added up in order, so that threads do not change the result */
};

/* What one group needs. */
struct room {
  struct vrae_batch batch;
  struct vrae_row *rows;
  uint8_t *noisy; /* the recognition's input where it is corrupted, else NULL */
};

static void room_free(struct room *room)
{
  vrae_batch_free(&room->batch);
  free(room->rows);
  free(room->noisy);
}

static enum status room_init(struct room *room, const struct job *job, const struct vrae_group *group)
{
  const size_t cells = (size_t)job->net->config.frame.values * PITCHES;
  *room = (struct room){.rows = malloc((size_t)group->count * (size_t)job->net->rows * sizeof *room->rows)};
  bool enough = room->rows != NULL;
  if (job->options->noise > 0) {
    room->noisy = malloc((size_t)group->count * (size_t)group->steps * cells);
    enough = enough && room->noisy != NULL;
  }
  if (!enough || vrae_batch_init(&room->batch, job->net, group->steps, group->rows, false) != STATUS_OK) {
    room_free(room);
    return STATUS_NO_MEMORY;
  }
  return STATUS_OK;
}

static void add_rows(const struct job *job, const struct vrae_group *group, struct room *room, struct rng *rng,
                     struct bound_sums *sums)
{
  const size_t cells = (size_t)job->net->config.frame.values * PITCHES;
  const struct corruption corruption = {job->options->noise, 0};
  struct vrae_row *rows = room->rows;
  uint8_t *noisy = room->noisy;
  for (int b = 0; b < group->count; b++) {
    const struct sequence *sequence = group->sequences[b];
    const struct chunk whole = {sequence, 0, sequence->frames, 0, 0};
    rows =
      vrae_rows_of(job->net, &whole, chunk_seen(&whole, sequence->cells, cells, &corruption, rng, noisy), rows);
    if (noisy != NULL) {
      noisy += (size_t)sequence->frames * cells;
    }
    sums->sequences++;
    sums->frames += (size_t)sequence->frames;
  }
}

static size_t frames_of(const struct vrae_row *rows, int count)
{
  size_t frames = 0;
  for (int n = 0; n < count; n++) {
    frames += (size_t)rows[n].frames;
  }
  return frames;
}

/* The draws depend on the seed and the group alone, not on the thread. */
static enum status run_group(void *user, int worker, const struct vrae_group *group)
{
  struct job *job = user;
  const struct vrae_net *net = job->net;
  struct bound_sums *sums = &job->parts[group->index];
  struct room room;
  struct rng rng;
  enum status status = room_init(&room, job, group);
  if (status != STATUS_OK) {
    return status;
  }
  rng_seed(&rng, job->options->seed + group->index);
  add_rows(job, group, &room, &rng, sums);
  const int rows = group->count * net->rows;
  for (int n = 0; n < rows && status == STATUS_OK; n += group->rows) {
    const int used = rows - n < group->rows ? rows - n : group->rows;
    const int steps = vrae_rows_fill(&room.batch, net, room.rows + n, used, &rng);
    vrae_forward(net, &room.batch, steps, used, true, NULL);
    sums->reconstruction += room.batch.reconstruction;
    sums->kl += room.batch.kl;
    sums->surrogate += room.batch.surrogate;
    const struct bound_place place = {.worker = worker,
                                      .group = group->index,
                                      .start = n,
                                      .frames = frames_of(room.rows + n, used) / (size_t)net->rows};
    if (job->visit != NULL) {
      status = job->visit(job->user, &place, net, &room.batch, steps, used);
    }
  }
  room_free(&room);
  return status;
}

enum status vrae_bound_over(const struct vrae_net *net, const struct dataset *data,
                            const struct bound_options *options, vrae_bound_visit visit, void *user,
                            struct bound_sums *sums)
{
  struct job job = {.net = net, .options = options, .visit = visit, .user = user};
  *sums = (struct bound_sums){0};
  job.parts = calloc(data->count + 1, sizeof *job.parts);
  if (job.parts == NULL) {
    return STATUS_NO_MEMORY;
  }
  const enum status status = vrae_groups_run(net, data, options->frames_max, options->threads, run_group, &job);
  for (size_t i = 0; i < data->count; i++) {
    bound_sums_add(sums, &job.parts[i]);
  }
  free(job.parts);
  return status;
}
