#include <stdlib.h>

#include "blas_threads.h"
#include "bound.h"
#include "eval_parts.h"
#include "particles.h"

/* Particle draws are apart from the bound's, which does not change with the number of particles. */
#define PARTICLE_SEED UINT64_C(0x5041525449434C45)

struct estimate {
  struct particles *particles[EVAL_THREADS];
  struct eval_pace *pace;
  double *log_p; /* (groups, at most the number of sequences) added up in order */
  uint64_t seed;
};

static void estimate_more(struct estimate *estimate, const struct bound_place *place,
                          const struct vosp_net *net, const struct vosp_batch *batch, int steps)
{
  struct particles *particles = estimate->particles[place->worker];
  struct rng rng;
  eval_seed(&rng, estimate->seed ^ PARTICLE_SEED ^ place->group << 32, (size_t)place->start);
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
  return eval_pace_go_on(estimate->pace, place->frames);
}

static void estimate_free(struct estimate *estimate)
{
  for (int i = 0; i < EVAL_THREADS; i++) {
    particles_free(estimate->particles[i]);
  }
  free(estimate->log_p);
}

static enum status estimate_init(struct estimate *estimate, const struct vosp_net *net, size_t sequences,
                                 int count)
{
  estimate->log_p = calloc(sequences + 1, sizeof *estimate->log_p);
  enum status status = estimate->log_p != NULL ? STATUS_OK : STATUS_NO_MEMORY;
  for (int i = 0; i < EVAL_THREADS && count > 0 && status == STATUS_OK; i++) {
    status = particles_new(&estimate->particles[i], net, BOUND_ROWS_MAX, count);
  }
  return status;
}

static void report(const struct bound_sums *sums, const struct estimate *estimate, struct eval_nll *result)
{
  const double frames = (double)sums->frames;
  result->sequences = sums->sequences;
  result->frames = sums->frames;
  result->reconstruction = sums->reconstruction / frames;
  result->kl = sums->kl / frames;
  result->bound = result->reconstruction + result->kl;
  result->surrogate = (sums->reconstruction + sums->surrogate) / frames;
  double log_p = 0;
  for (size_t i = 0; i < sums->sequences; i++) {
    log_p += estimate->log_p[i];
  }
  result->importance = -log_p / frames;
}

static enum status run_nll(const struct vosp_net *net, const struct dataset *data, int particles, uint64_t seed,
                           struct eval_pace *pace, struct eval_nll *result)
{
  const struct bound_options options = {.seed = seed, .threads = EVAL_THREADS};
  struct estimate estimate = {.pace = pace, .seed = seed};
  struct bound_sums sums;
  enum status status = estimate_init(&estimate, net, data->count, particles);
  if (status == STATUS_OK) {
    status = bound_over(net, data, &options, visit, &estimate, &sums);
  }
  if (status == STATUS_OK) {
    *result = (struct eval_nll){.particles = particles};
    report(&sums, &estimate, result);
  }
  estimate_free(&estimate);
  return status;
}

enum status eval_nll(const struct model *model, const struct dataset *data, int particles, uint64_t seed,
                     const struct eval_watch *watch, struct eval_nll *result, struct error *error)
{
  if (data->values != model->config.frame.values || data->frames == 0) {
    return error_set(error, STATUS_UNSUPPORTED,
                     "the model wants %d values a pitch and the data has %d; rolls need a model with 1",
                     model->config.frame.values, data->values);
  }
  blas_single_thread();
  struct vosp_net net;
  struct eval_pace pace;
  eval_pace_init(&pace, watch, data->frames);
  enum status status = vosp_net_init(&net, &model->config, &model->params, model->params.block);
  if (status == STATUS_OK) {
    status = run_nll(&net, data, particles, seed, &pace, result);
    vosp_net_free(&net);
  }
  if (status == STATUS_INTERRUPTED) {
    return eval_stopped(error);
  }
  return status == STATUS_OK ? status : error_set(error, status, "not enough memory for the evaluation");
}
