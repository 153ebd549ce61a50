/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "eval_private.h"
#include "particles.h"

struct estimate {
  struct particles *particles[EVAL_THREADS];
  const struct nll_run *run;
  double *log_p; /* (groups, at most the number of sequences) added up in order */
};

static void estimate_more(struct estimate *estimate, const struct bound_place *place,
                          const struct vosp_net *net, const struct vosp_batch *batch, int steps)
{
  struct particles *particles = estimate->particles[place->worker];
  struct rng rng;
  nll_seed(&rng, estimate->run, place);
  if (place->start == 0) {
    particles_restart(particles);
  }
  estimate->log_p[place->group] += particles_run(particles, net, batch, steps, &rng);
}

static bool visit(void *user, const struct bound_place *place, const struct vosp_net *net,
                  const struct vosp_batch *batch, int steps)
{
  struct estimate *estimate = user;
  if (estimate->particles[place->worker] != NULL) {
    estimate_more(estimate, place, net, batch, steps);
  }
  return eval_pace_go_on(estimate->run->pace, place->frames);
}

static void estimate_free(struct estimate *estimate)
{
  for (int i = 0; i < EVAL_THREADS; i++) {
    particles_free(estimate->particles[i]);
  }
  free(estimate->log_p);
}

static enum status estimate_init(struct estimate *estimate, const struct nll_run *run,
                                 const struct vosp_net *net)
{
  *estimate = (struct estimate){.run = run};
  estimate->log_p = calloc(run->data->count + 1, sizeof *estimate->log_p);
  enum status status = estimate->log_p != NULL ? STATUS_OK : STATUS_NO_MEMORY;
  for (int i = 0; i < EVAL_THREADS && run->particles > 0 && status == STATUS_OK; i++) {
    status = particles_new(&estimate->particles[i], net, BOUND_ROWS_MAX, run->particles);
  }
  return status;
}

static enum status run_net(const struct nll_run *run, const struct vosp_net *net, struct bound_sums *sums,
                           double *log_p)
{
  const struct bound_options options = {.seed = run->seed, .threads = EVAL_THREADS};
  struct estimate estimate;
  enum status status = estimate_init(&estimate, run, net);
  if (status == STATUS_OK) {
    status = bound_over(net, run->data, &options, visit, &estimate, sums);
  }
  for (size_t i = 0; status == STATUS_OK && i < run->data->count; i++) {
    *log_p += estimate.log_p[i];
  }
  estimate_free(&estimate);
  return status;
}

enum status nll_vosp(const struct nll_run *run, struct bound_sums *sums, double *log_p)
{
  const struct model *model = run->model;
  struct vosp_net net;
  enum status status = vosp_net_init(&net, &model->config, &model->params, model->params.block);
  if (status == STATUS_OK) {
    status = run_net(run, &net, sums, log_p);
    vosp_net_free(&net);
  }
  return status;
}
