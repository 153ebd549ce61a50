/* SPDX-License-Identifier: MIT */
#include "bound.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "parallel.h"
#include "recall.h"
#include "transfer.h"

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

/* What each sequence of a group recalls, frame by frame. */
struct recalled {
  struct recall_frame *frames[GROUP_MAX]; /* (T) each, owned; NULL without recall */
};

static void recalled_free(struct recalled *recalled)
{
  for (int b = 0; b < GROUP_MAX; b++) {
    free(recalled->frames[b]);
  }
}

static enum status recalled_init(struct recalled *recalled, const struct job *job, size_t first, int used)
{
  enum status status = STATUS_OK;
  *recalled = (struct recalled){{NULL}};
  if (job->net->recall == NULL || job->options->noise > 0) {
    return STATUS_OK;
  }
  for (int b = 0; b < used && status == STATUS_OK; b++) {
    const struct sequence *sequence = job->order[first + (size_t)b];
    recalled->frames[b] = malloc(((size_t)sequence->frames + 1) * sizeof *recalled->frames[b]);
    status = recalled->frames[b] != NULL ? recall_find(sequence->cells, sequence->frames, recalled->frames[b])
                                         : STATUS_NO_MEMORY;
  }
  return status;
}

/* Change the logits of a run, and its sum with them: there are no latents, and a row's output is one cell. */
static void recalled_apply(const struct recalled *recalled, const struct bound_place *place,
                           const struct vosp_net *net, struct vosp_batch *batch)
{
  double sum = 0;
  for (int b = 0; b < place->used; b++) {
    const struct chunk *chunk = &place->chunks[b];
    for (int k = 0; k < chunk->length; k++) {
      const size_t row = (size_t)k * (size_t)batch->rows + (size_t)b * PITCHES;
      const int t = chunk->start + k;
      real *logits = batch->logits.m + row;
      struct recall_cell used[PITCHES];
      recall_cells(chunk->sequence->cells, t, &recalled->frames[b][t], used);
      for (int p = 0; p < PITCHES; p++) {
        logits[p] = recall_logit(net->recall, &used[p], logits[p]);
      }
      sum += transfer_bernoulli(PITCHES, logits, batch->target + row, 1, NULL);
    }
  }
  batch->reconstruction = sum;
}

/* Run one group of sequences from their first frame to their last. The draws depend on the seed and the
 * group alone, not on the thread. */
static void run_sequences(struct job *job, struct vosp_batch *batch, size_t first, int worker, int used,
                          const struct recalled *recalled)
{
  struct bound_place place = {.worker = worker, .group = first / (size_t)job->group, .used = used};
  struct bound_sums *sums = &job->parts[place.group];
  const struct vosp_net *net = job->net;
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
    place.start = start;
    place.chunks = chunks;
    if (recalled->frames[0] != NULL) {
      recalled_apply(recalled, &place, net, batch);
    }
    sums->reconstruction += batch->reconstruction;
    sums->kl += batch->kl;
    sums->surrogate += batch->surrogate;
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

static void run_group(struct job *job, struct vosp_batch *batch, size_t first, int worker)
{
  const size_t left = job->count - first;
  const int used = left < (size_t)job->group ? (int)left : job->group;
  struct recalled recalled;
  const enum status status = recalled_init(&recalled, job, first, used);
  if (status == STATUS_OK) {
    run_sequences(job, batch, first, worker, used, &recalled);
  } else {
    atomic_store(&job->status, (int)status);
  }
  recalled_free(&recalled);
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
