#include "bound.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "batcher.h"

enum { SEGMENT = 64, ROWS_MAX = 1024 };

struct job {
  const struct vosp_net *net;
  const struct bound_options *options;
  const struct sequence **order; /* (count) longest first */
  size_t count;
  int group; /* B */
  atomic_size_t next;
  bound_visit visit;
  void *user;
  pthread_mutex_t lock; /* of sums and status */
  struct bound_sums sums;
  enum status status;
};

static int by_length(const void *a, const void *b)
{
  const struct sequence *const *x = a;
  const struct sequence *const *y = b;
  return ((*x)->frames < (*y)->frames) - ((*x)->frames > (*y)->frames);
}

/* Run one group of sequences from their first frame to their last. The draws depend on the seed and the
 * group alone, not on the thread. */
static void run_group(struct job *job, struct vosp_batch *batch, size_t first, struct bound_sums *sums)
{
  const struct vosp_net *net = job->net;
  const size_t left = job->count - first;
  const int used = left < (size_t)job->group ? (int)left : job->group;
  const struct corruption corruption = {job->options->noise, 0};
  struct rng rng;
  rng_seed(&rng, job->options->seed + first);
  vosp_batch_restart(batch, net);
  for (int start = 0; start < job->order[first]->frames; start += SEGMENT) {
    struct chunk chunks[ROWS_MAX];
    for (int b = 0; b < used; b++) {
      const int rest = job->order[first + (size_t)b]->frames - start;
      const int length = rest < 0 ? 0 : rest < SEGMENT ? rest : SEGMENT;
      chunks[b] = (struct chunk){job->order[first + (size_t)b], start, length, 0};
    }
    const int steps = batch_fill(batch, net, chunks, used, job->group, &corruption, &rng);
    vosp_forward(net, batch, steps, true, NULL);
    sums->reconstruction += batch->reconstruction;
    sums->kl += batch->kl;
    sums->surrogate += batch->surrogate;
    if (job->visit != NULL) {
      job->visit(job->user, net, batch, steps, &rng);
    }
    vosp_batch_carry(batch, net, steps);
  }
  for (int b = 0; b < used; b++) {
    sums->sequences++;
    sums->frames += (size_t)job->order[first + (size_t)b]->frames;
  }
}

static void *work(void *user)
{
  struct job *job = user;
  struct bound_sums sums = {0};
  struct vosp_batch batch;
  const enum status status = vosp_batch_init(&batch, job->net, SEGMENT, job->group * job->net->rows, false);
  if (status == STATUS_OK) {
    for (;;) {
      const size_t first = atomic_fetch_add(&job->next, 1) * (size_t)job->group;
      if (first >= job->count) {
        break;
      }
      run_group(job, &batch, first, &sums);
    }
    vosp_batch_free(&batch);
  }
  pthread_mutex_lock(&job->lock);
  job->status = status != STATUS_OK ? status : job->status;
  job->sums.sequences += sums.sequences;
  job->sums.frames += sums.frames;
  job->sums.reconstruction += sums.reconstruction;
  job->sums.kl += sums.kl;
  job->sums.surrogate += sums.surrogate;
  pthread_mutex_unlock(&job->lock);
  return NULL;
}

/* All sequences, or every n-th so that about frames_max frames come together; longest first. */
static size_t choose(const struct dataset *data, size_t frames_max, const struct sequence **order)
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

static void run_threads(struct job *job)
{
  enum { THREADS_MAX = 64 };
  pthread_t threads[THREADS_MAX];
  int started = 0;
  while (started + 1 < job->options->threads && started < THREADS_MAX &&
         pthread_create(&threads[started], NULL, work, job) == 0) {
    started++;
  }
  work(job);
  for (int i = 0; i < started; i++) {
    pthread_join(threads[i], NULL);
  }
}

enum status bound_over(const struct vosp_net *net, const struct dataset *data,
                       const struct bound_options *options, bound_visit visit, void *user,
                       struct bound_sums *sums)
{
  struct job job = {.net = net, .options = options, .visit = visit, .user = user, .status = STATUS_OK};
  job.order = malloc((data->count + 1) * sizeof *job.order);
  if (job.order == NULL) {
    return STATUS_NO_MEMORY;
  }
  job.count = choose(data, options->frames_max, job.order);
  job.group = net->rows > 1 ? 8 : 32;
  pthread_mutex_init(&job.lock, NULL);
  run_threads(&job);
  pthread_mutex_destroy(&job.lock);
  free(job.order);
  *sums = job.sums;
  return job.status;
}
