/* SPDX-License-Identifier: MIT */
#include "bound.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "batcher.h"
#include "parallel.h"

/* Frames of a run, and sequences of a group: where a frame has a row a pitch, and else. */
enum { SEGMENT = 64, GROUP_TIED = BOUND_ROWS_MAX / PITCHES, GROUP_MAX = 32 };

struct job {
  const struct vosp_net *net;
  const struct bound_options *options;
  const struct sequence **order; /* (count) longest first */
  size_t count;
  int group; /* B */
  atomic_size_t next;
  bound_visit visit;
  void *user;
  struct bound_sums *parts; /* (groups) added up in order, so that threads do not change the result */
  atomic_int status;
};

static int by_length(const void *a, const void *b)
{
  const struct sequence *const *x = a;
  const struct sequence *const *y = b;
  if ((*x)->frames != (*y)->frames) {
    return (*x)->frames < (*y)->frames ? 1 : -1;
  }
  return (*x > *y) - (*x < *y); /* their order in the data set, so that it is the same everywhere */
}

/* Run one group of sequences from their first frame to their last. The draws depend on the seed and the
 * group alone, not on the thread. */
static void run_group(struct job *job, struct vosp_batch *batch, size_t first, int worker)
{
  struct bound_place place = {.worker = worker, .group = first / (size_t)job->group};
  struct bound_sums *sums = &job->parts[place.group];
  const struct vosp_net *net = job->net;
  const size_t left = job->count - first;
  const int used = left < (size_t)job->group ? (int)left : job->group;
  const struct corruption corruption = {job->options->noise, 0};
  struct rng rng;
  rng_seed(&rng, job->options->seed + first);
  vosp_batch_restart(batch, net);
  for (int start = 0; start < job->order[first]->frames; start += SEGMENT) {
    struct chunk chunks[GROUP_MAX];
    place.frames = 0;
    for (int b = 0; b < used; b++) {
      const int rest = job->order[first + (size_t)b]->frames - start;
      const int length = rest < 0 ? 0 : rest < SEGMENT ? rest : SEGMENT;
      chunks[b] = (struct chunk){job->order[first + (size_t)b], start, length, 0, 0};
      place.frames += (size_t)length;
    }
    const int steps = batch_fill(batch, net, chunks, used, job->group, &corruption, &rng);
    vosp_forward(net, batch, steps, true, NULL);
    sums->reconstruction += batch->reconstruction;
    sums->kl += batch->kl;
    sums->surrogate += batch->surrogate;
    place.start = start;
    if (job->visit != NULL && !job->visit(job->user, &place, net, batch, steps)) {
      atomic_store(&job->status, STATUS_INTERRUPTED);
      return;
    }
    vosp_batch_carry(batch, net, steps);
  }
  for (int b = 0; b < used; b++) {
    sums->sequences++;
    sums->frames += (size_t)job->order[first + (size_t)b]->frames;
  }
}

static void work(void *user, int index)
{
  struct job *job = user;
  struct vosp_batch batch;
  const enum status status = vosp_batch_init(&batch, job->net, SEGMENT, job->group * job->net->rows, false);
  if (status != STATUS_OK) {
    atomic_store(&job->status, (int)status);
    return;
  }
  while (atomic_load(&job->status) == STATUS_OK) {
    const size_t first = atomic_fetch_add(&job->next, 1) * (size_t)job->group;
    if (first >= job->count) {
      break;
    }
    run_group(job, &batch, first, index);
  }
  vosp_batch_free(&batch);
}

size_t bound_choose(const struct dataset *data, size_t frames_max, const struct sequence **order)
{
  const double share =
    frames_max == 0 || data->frames <= frames_max ? 1 : (double)frames_max / (double)data->frames;
  size_t count = 0;
  for (size_t i = 0; i < data->count; i++) {
    if ((size_t)((double)(i + 1) * share) > (size_t)((double)i * share)) {
      order[count++] = &data->sequences[i];
    }
  }
  if (count == 0 && data->count > 0) {
    order[count++] = &data->sequences[0];
  }
  qsort(order, count, sizeof *order, by_length);
  return count;
}

void bound_sums_add(struct bound_sums *sums, const struct bound_sums *part)
{
  sums->sequences += part->sequences;
  sums->frames += part->frames;
  sums->reconstruction += part->reconstruction;
  sums->kl += part->kl;
  sums->surrogate += part->surrogate;
}

static void add_up(const struct job *job, struct bound_sums *sums)
{
  *sums = (struct bound_sums){0};
  for (size_t i = 0; i * (size_t)job->group < job->count; i++) {
    bound_sums_add(sums, &job->parts[i]);
  }
}

enum status bound_over(const struct vosp_net *net, const struct dataset *data,
                       const struct bound_options *options, bound_visit visit, void *user,
                       struct bound_sums *sums)
{
  struct job job = {.net = net, .options = options, .visit = visit, .user = user};
  job.order = malloc((data->count + 1) * sizeof *job.order);
  job.parts = calloc(data->count + 1, sizeof *job.parts);
  atomic_init(&job.next, 0);
  atomic_init(&job.status, STATUS_OK);
  if (job.order == NULL || job.parts == NULL) {
    atomic_store(&job.status, STATUS_NO_MEMORY);
  } else {
    job.count = bound_choose(data, options->frames_max, job.order);
    job.group = net->rows > 1 ? GROUP_TIED : GROUP_MAX;
    parallel_run(options->threads, work, &job);
    add_up(&job, sums);
  }
  free(job.order);
  free(job.parts);
  return (enum status)atomic_load(&job.status);
}
