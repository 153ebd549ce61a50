/* SPDX-License-Identifier: MIT */
#include "blas_threads.h"
#include "eval_private.h"

static enum status check(const struct model *model, const struct dataset *data, struct error *error)
{
  if (data->values != model->config.frame.values || data->frames == 0) {
    return error_set(error, STATUS_UNSUPPORTED,
                     "the model wants %d values a pitch and the data has %d; rolls need a model with 1",
                     model->config.frame.values, data->values);
  }
  if (model->config.matches > 0) {
    return error_set(
      error, STATUS_UNSUPPORTED,
      "a filler sees the very notes that it should predict and has no likelihood; measure how it "
      "fills: --task impute");
  }
  return STATUS_OK;
}

static struct eval_nll report(const struct bound_sums *sums, bool exact, int particles, double log_p)
{
  const double frames = (double)sums->frames;
  return (struct eval_nll){
    .sequences = sums->sequences,
    .frames = sums->frames,
    .exact = exact,
    .bound = sums->reconstruction / frames + sums->kl / frames,
    .reconstruction = sums->reconstruction / frames,
    .kl = sums->kl / frames,
    .surrogate = (sums->reconstruction + sums->surrogate) / frames,
    .particles = particles,
    .importance = -log_p / frames,
  };
}

enum status eval_nll(const struct model *model, const struct dataset *data, int particles, uint64_t seed,
                     const struct eval_watch *watch, struct eval_nll *result, struct error *error)
{
  enum status status = check(model, data, error);
  if (status != STATUS_OK) {
    return status;
  }
  const bool exact = model->config.kind == NET_RNN;
  particles = exact ? 0 : particles;
  blas_single_thread();
  struct eval_pace pace;
  struct bound_sums sums;
  double log_p = 0;
  eval_pace_init(&pace, watch, data->frames);
  const struct nll_run run = {model, data, particles, seed, &pace};
  status = model->config.kind == NET_VRAE ? nll_vrae(&run, &sums, &log_p) : nll_vosp(&run, &sums, &log_p);
  if (status == STATUS_INTERRUPTED) {
    return eval_stopped(error);
  }
  if (status != STATUS_OK) {
    return error_set(error, status, "out of memory for the evaluation");
  }
  *result = report(&sums, exact, particles, log_p);
  return STATUS_OK;
}
