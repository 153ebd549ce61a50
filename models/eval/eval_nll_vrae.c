/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "eval_private.h"
#include "vrae_bound.h"
#include "vrae_importance.h"

struct estimate {
  const struct nll_run *run;
  double *log_p; /* (groups, at most the number of sequences) added up in order */
};

static enum status visit(void *user, const struct bound_place *place, const struct vrae_net *net,
                         struct vrae_batch *batch, int steps, int rows)
{
  struct estimate *estimate = user;
  const struct nll_run *run = estimate->run;
  if (run->particles > 0) {
    struct rng rng;
    double log_p;
    nll_seed(&rng, run, place);
    const enum status status = vrae_importance(net, batch, steps, rows, run->particles, &rng, &log_p);
    if (status != STATUS_OK) {
      return status;
    }
    estimate->log_p[place->group] += log_p;
  }
  return eval_pace_go_on(run->pace, place->frames) ? STATUS_OK : STATUS_INTERRUPTED;
}

static enum status run_net(const struct nll_run *run, const struct vrae_net *net, struct bound_sums *sums,
                           double *log_p)
{
  const struct bound_options options = {.seed = run->seed, .threads = EVAL_THREADS};
  struct estimate estimate = {run, calloc(run->data->count + 1, sizeof(double))};
  if (estimate.log_p == NULL) {
    return STATUS_NO_MEMORY;
  }
  const enum status status = vrae_bound_over(net, run->data, &options, visit, &estimate, sums);
  for (size_t i = 0; i < run->data->count; i++) {
    *log_p += estimate.log_p[i];
  }
  free(estimate.log_p);
  return status;
}

enum status nll_vrae(const struct nll_run *run, struct bound_sums *sums, double *log_p)
{
  const struct model *model = run->model;
  struct vrae_net net;
  enum status status = vrae_net_init(&net, &model->config, &model->params, model->params.block);
  if (status == STATUS_OK) {
    status = run_net(run, &net, sums, log_p);
    vrae_net_free(&net);
  }
  return status;
}
