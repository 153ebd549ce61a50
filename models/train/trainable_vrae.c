/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "filler_train.h"
#include "init.h"
#include "trainer.h"
#include "vrae_bound.h"
#include "vrae_rows.h"

/* A worker's batch and what it is filled from. */
struct room {
  struct vrae_batch batch;
  struct vrae_row *rows;
  uint8_t *clean, *seen; /* (sequences, chunk, V, D) each */
};

static enum status init(const struct net_config *config, const struct train_options *options,
                        const struct params *params, struct rng *rng)
{
  const struct init_options init_options = init_options_of(options);
  return vrae_init(config, &init_options, params, rng);
}

static enum status net_new(const struct net_config *config, const struct params *params, void **out)
{
  struct vrae_net *net = calloc(1, sizeof *net);
  if (net == NULL) {
    return STATUS_NO_MEMORY;
  }
  *out = net;
  return vrae_net_init(net, config, params, params->block);
}

static void net_refresh(void *net, const struct params *params)
{
  vrae_net_refresh(net, params, params->block);
}

static void net_free(void *net)
{
  if (net != NULL) {
    vrae_net_free(net);
    free(net);
  }
}

static enum status batch_new(const void *of, const struct train_options *options, int sequences, void **out)
{
  const struct vrae_net *net = of;
  const bool filler = net->config.matches > 0;
  const int rows = filler ? filler_batch_rows(sequences) : sequences * net->rows;
  struct room *room = calloc(1, sizeof *room);
  if (room == NULL) {
    return STATUS_NO_MEMORY;
  }
  *out = room;
  if (!filler) {
    const size_t frames = (size_t)sequences * (size_t)options->chunk;
    room->rows = malloc((size_t)rows * sizeof *room->rows);
    room->clean = malloc(frames * (size_t)net->config.frame.values * PITCHES);
    room->seen = malloc(frames * (size_t)net->config.frame.values * PITCHES);
    if (room->rows == NULL || room->clean == NULL || room->seen == NULL) {
      return STATUS_NO_MEMORY;
    }
  }
  return vrae_batch_init(&room->batch, net, options->chunk, rows, true);
}

static void batch_free(void *batch)
{
  struct room *room = batch;
  if (room != NULL) {
    vrae_batch_free(&room->batch);
    free(room->rows);
    free(room->clean);
    free(room->seen);
    free(room);
  }
}

/* Returns T; sets *rows. */
static int fill(const struct vrae_net *net, struct room *room, const struct trainable_job *job, int *rows)
{
  const size_t cells = (size_t)net->config.frame.values * PITCHES;
  const struct corruption corruption = {job->options->noise, job->options->clean_share};
  struct vrae_row *next = room->rows;
  size_t used = 0;
  for (int b = 0; b < job->used; b++) {
    const struct chunk *chunk = &job->chunks[b];
    const uint8_t *clean = chunk_clean(chunk, cells, room->clean + used);
    const uint8_t *seen = chunk_seen(chunk, clean, cells, &corruption, job->rng, room->seen + used);
    struct vrae_row *row = next;
    next = vrae_rows_of(net, chunk, seen, row);
    for (; row < next; row++) {
      row->cells = clean;
    }
    used += (size_t)chunk->length * cells;
  }
  *rows = (int)(next - room->rows);
  return vrae_rows_fill(&room->batch, net, room->rows, *rows, job->rng);
}

static enum status update(const void *of, void *with, const struct trainable_job *job, float *grad,
                          struct trainable_sums *sums)
{
  const struct vrae_net *net = of;
  struct room *room = with;
  struct vrae_batch *batch = &room->batch;
  const struct train_options *options = job->options;
  const struct dropout dropout = {(real)options->dropout_input, (real)options->dropout_hidden, job->rng};
  int rows;
  sums->frames = (double)chunk_frames(job->chunks, (size_t)job->used);
  const int steps = net->config.matches > 0
                      ? filler_batch_fill(batch, net, job->chunks, job->used, job->rng, &rows, &sums->frames)
                      : fill(net, room, job, &rows);
  if (steps < 0) {
    return STATUS_NO_MEMORY;
  }
  vrae_forward(net, batch, steps, rows, true, &dropout);
  vrae_backward(net, batch, steps, rows, options->objective, (real)job->scale, (real)job->kl_weight,
                job->params, grad);
  sums->reconstruction = batch->reconstruction;
  sums->divergence = options->objective == OBJECTIVE_BOUND ? batch->kl : batch->surrogate;
  return STATUS_OK;
}

static enum status validate(const void *of, const struct dataset *data, const struct bound_options *options,
                            struct bound_sums *sums)
{
  const struct vrae_net *net = of;
  return net->config.matches > 0 ? filler_validate(net, data, options->threads, options->seed, sums)
                                 : vrae_bound_over(net, data, options, NULL, NULL, sums);
}

static enum status before_epoch(struct dataset *data, const struct net_config *config, uint64_t seed,
                                struct error *error)
{
  return config->matches > 0 ? filler_epoch(data, config, seed, error) : STATUS_OK;
}

static enum status finish(void *of, struct params *params, const struct dataset *valid, uint64_t seed,
                          double *bound) // NOLINT(readability-non-const-parameter): as struct trainable has it
{
  struct vrae_net *net = of;
  (void)bound;
  return net->config.matches > 0 ? filler_calibrate(net, params, valid, seed) : STATUS_OK;
}

const struct trainable trainable_vrae = {
  .init = init,
  .net_new = net_new,
  .net_refresh = net_refresh,
  .net_free = net_free,
  .batch_new = batch_new,
  .batch_free = batch_free,
  .update = update,
  .validate = validate,
  .before_epoch = before_epoch,
  .finish = finish,
};
