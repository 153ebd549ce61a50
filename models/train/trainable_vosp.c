/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "init.h"
#include "recall_fit.h"
#include "trainer.h"
#include "vosp.h"

static enum status init(const struct net_config *config, const struct train_options *options,
                        const struct params *params, struct rng *rng)
{
  const struct init_options init_options = init_options_of(options);
  return vosp_init(config, &init_options, params, rng);
}

static enum status net_new(const struct net_config *config, const struct params *params, void **out)
{
  struct vosp_net *net = calloc(1, sizeof *net);
  if (net == NULL) {
    return STATUS_NO_MEMORY;
  }
  *out = net;
  return vosp_net_init(net, config, params, params->block);
}

static void net_refresh(void *net, const struct params *params)
{
  vosp_net_refresh(net, params, params->block);
}

static void net_free(void *net)
{
  if (net != NULL) {
    vosp_net_free(net);
    free(net);
  }
}

static enum status batch_new(const void *net, const struct train_options *options, int sequences, void **out)
{
  const struct vosp_net *vosp = net;
  struct vosp_batch *batch = calloc(1, sizeof *batch);
  if (batch == NULL) {
    return STATUS_NO_MEMORY;
  }
  *out = batch;
  return vosp_batch_init(batch, vosp, options->chunk, sequences * vosp->rows, true);
}

static void batch_free(void *batch)
{
  if (batch != NULL) {
    vosp_batch_free(batch);
    free(batch);
  }
}

static enum status update(const void *of, void *with, const struct trainable_job *job, float *grad,
                          struct trainable_sums *sums)
{
  const struct vosp_net *net = of;
  struct vosp_batch *batch = with;
  const struct train_options *options = job->options;
  const struct corruption corruption = {options->noise, options->clean_share};
  const struct dropout dropout = {(real)options->dropout_input, (real)options->dropout_hidden, job->rng};
  const int steps =
    batch_fill(batch, net, job->chunks, job->used, batch->rows / net->rows, &corruption, job->rng);
  vosp_batch_restart(batch, net);
  vosp_forward(net, batch, steps, true, &dropout);
  vosp_backward(net, batch, steps, options->objective, (real)job->scale, (real)job->kl_weight, job->params,
                grad);
  sums->reconstruction = batch->reconstruction;
  sums->divergence = options->objective == OBJECTIVE_BOUND ? batch->kl : batch->surrogate;
  sums->frames = (double)chunk_frames(job->chunks, (size_t)job->used);
  return STATUS_OK;
}

static enum status validate(const void *net, const struct dataset *data, const struct bound_options *options,
                            struct bound_sums *sums)
{
  return bound_over(net, data, options, NULL, NULL, sums);
}

static enum status finish(void *net, struct params *params, const struct dataset *valid, uint64_t seed,
                          double *bound)
{
  const struct vosp_net *vosp = net;
  (void)seed;
  return vosp->recall != NULL ? recall_fit(net, params, valid, bound) : STATUS_OK;
}

const struct trainable trainable_vosp = {
  .warms_up = true,
  .init = init,
  .net_new = net_new,
  .net_refresh = net_refresh,
  .net_free = net_free,
  .batch_new = batch_new,
  .batch_free = batch_free,
  .update = update,
  .validate = validate,
  .finish = finish,
};
