/* SPDX-License-Identifier: MIT */
#include "vrae_importance.h"

#include <math.h>
#include <stdlib.h>

#include "normal.h"
#include "transfer.h"

/* log_w (rows) += ln p(x | z). */
static void add_likelihood(const struct vrae_net *net, const struct vrae_batch *batch, int steps, int rows,
                           double *log_w)
{
  const size_t O = (size_t)net->outputs;
  for (size_t place = 0; place < (size_t)steps * (size_t)rows; place++) {
    const struct moments logits = moments_at(batch->logits, place * O);
    real room[FRAME_VALUES_MAX * PITCHES];
    const real *logit = transfer_effective(O, logits.m, logits.v, room);
    log_w[place % (size_t)rows] -=
      transfer_bernoulli(O, logit, batch->target + place * O, batch->weight[place], NULL);
  }
}

/* The logarithm of a growing sum of exponentials: of sum * exp(top). */
struct log_sum {
  double top, sum;
};

static void log_sum_add(struct log_sum *to, double x)
{
  if (x > to->top) {
    to->sum = to->sum * exp(to->top - x) + 1;
    to->top = x;
  } else {
    to->sum += exp(x - to->top);
  }
}

/* log_w (rows / joint) = the sums of so many neighbours each. */
static void join(int rows, int joint, double *log_w)
{
  for (int n = 0; n < rows; n++) {
    const double row = log_w[n];
    log_w[n / joint] = n % joint == 0 ? row : log_w[n / joint] + row;
  }
}

/* log_w (rows / vrae_joint_rows) of one draw; it has room for rows. */
static void sample(const struct vrae_net *net, struct vrae_batch *batch, int steps, int rows, struct rng *rng,
                   double *log_w)
{
  normal_fill((size_t)steps * (size_t)rows * (size_t)net->config.latent, rng, batch->noise);
  struct posterior_run run = vrae_posterior_run(net, batch, steps, rows);
  run.noise = batch->noise;
  posterior_forward(&run);
  posterior_log_ratio(&run, log_w);
  vrae_generate(net, batch, steps, rows);
  add_likelihood(net, batch, steps, rows, log_w);
  join(rows, vrae_joint_rows(net), log_w);
}

enum status vrae_importance(const struct vrae_net *net, struct vrae_batch *batch, int steps, int rows,
                            int samples, struct rng *rng, double *log_p)
{
  const int count = rows / vrae_joint_rows(net);
  double *log_w = malloc((size_t)rows * sizeof *log_w);
  struct log_sum *sums = malloc((size_t)count * sizeof *sums);
  const enum status status = log_w != NULL && sums != NULL ? STATUS_OK : STATUS_NO_MEMORY;
  *log_p = 0;
  for (int n = 0; n < count && status == STATUS_OK; n++) {
    sums[n] = (struct log_sum){-INFINITY, 0};
  }
  for (int s = 0; s < samples && status == STATUS_OK; s++) {
    sample(net, batch, steps, rows, rng, log_w);
    for (int n = 0; n < count; n++) {
      log_sum_add(&sums[n], log_w[n]);
    }
  }
  for (int n = 0; n < count && status == STATUS_OK; n++) {
    *log_p += sums[n].top + log(sums[n].sum / samples);
  }
  free(log_w);
  free(sums);
  return status;
}
