/* SPDX-License-Identifier: MIT */
#include "deviations.h"

#include <math.h>
#include <stdlib.h>

#include "blas_threads.h"
#include "vosp.h"
#include "vrae_rows.h"

static enum status keep(struct deviations *found, const real *variance)
{
  const size_t count = (size_t)found->frames * (size_t)found->latents;
  found->s = malloc(count * sizeof *found->s);
  if (found->s == NULL) {
    return STATUS_NO_MEMORY;
  }
  for (size_t i = 0; i < count; i++) { /* row 0 is before the first frame */
    found->s[i] = (float)sqrt((double)variance[(size_t)found->latents + i]);
  }
  return STATUS_OK;
}

static enum status of_vosp(struct deviations *found, const struct model *model, const struct chunk *whole)
{
  const struct corruption clean = {0, 0};
  struct vosp_net net;
  struct vosp_batch batch;
  struct rng rng;
  enum status status = vosp_net_init(&net, &model->config, &model->params, model->params.block);
  if (status != STATUS_OK) {
    return status;
  }
  status = vosp_batch_init(&batch, &net, whole->length, net.rows, false);
  if (status == STATUS_OK) {
    rng_seed(&rng, 0);
    vosp_batch_restart(&batch, &net);
    vosp_forward(&net, &batch, batch_fill(&batch, &net, whole, 1, 1, &clean, &rng), false, NULL);
    status = keep(found, batch.variance);
    vosp_batch_free(&batch);
  }
  vosp_net_free(&net);
  return status;
}

static enum status of_vrae(struct deviations *found, const struct model *model, const struct chunk *whole)
{
  struct vrae_row rows[PITCHES];
  struct vrae_net net;
  struct vrae_batch batch;
  struct rng rng;
  enum status status = vrae_net_init(&net, &model->config, &model->params, model->params.block);
  if (status != STATUS_OK) {
    return status;
  }
  status = vrae_batch_init(&batch, &net, whole->length, net.rows, false);
  if (status == STATUS_OK) {
    rng_seed(&rng, 0);
    (void)vrae_rows_of(&net, whole, whole->sequence->cells, rows);
    vrae_forward(&net, &batch, vrae_rows_fill(&batch, &net, rows, net.rows, &rng), net.rows, false, NULL);
    status = keep(found, batch.variance);
    vrae_batch_free(&batch);
  }
  vrae_net_free(&net);
  return status;
}

enum status deviations_find(struct deviations *found, const struct model *model,
                            const struct sequence *sequence, struct error *error)
{
  const struct net_config *config = &model->config;
  const struct chunk whole = {.sequence = sequence, .length = sequence->frames};
  if (config->kind == NET_RNN || config->matches > 0) {
    return error_set(error, STATUS_UNSUPPORTED,
                     "deviations are of the latents of a VOSP or a plain VRAE; this model is %s",
                     config->kind == NET_RNN ? "without latents" : "a filler");
  }
  blas_single_thread();
  *found = (struct deviations){.frames = sequence->frames,
                               .latents = view_rows(config) * config->latent,
                               .diagonal = config->posterior == POSTERIOR_DIAGONAL};
  const enum status status =
    config->kind == NET_VRAE ? of_vrae(found, model, &whole) : of_vosp(found, model, &whole);
  return status == STATUS_OK ? status : error_set(error, status, "out of memory for the deviations");
}

static double s_of(const struct deviations *found, int t, int latent)
{
  return (double)found->s[(size_t)t * (size_t)found->latents + (size_t)latent];
}

double deviations_correlation(const struct deviations *found, int latent)
{
  double x = 0, y = 0, xx = 0, yy = 0, xy = 0;
  for (int t = 1; t < found->frames; t++) {
    const double before = s_of(found, t - 1, latent), now = s_of(found, t, latent);
    x += before;
    y += now;
    xx += before * before;
    yy += now * now;
    xy += before * now;
  }
  const double n = found->frames - 1;
  const double spread = (n * xx - x * x) * (n * yy - y * y);
  return spread > 0 ? (n * xy - x * y) / sqrt(spread) : 0;
}

double deviations_energy(const struct deviations *found, int latent)
{
  double sum = 0;
  for (int t = 1; t < found->frames; t++) {
    const double before = s_of(found, t - 1, latent), now = s_of(found, t, latent);
    sum += before * before + now * now;
  }
  return found->frames > 1 ? sum / (found->frames - 1) : 0;
}

double deviations_left_out(const struct deviations *found, int latent)
{
  double sum = 0;
  for (int t = 1; t < found->frames; t++) {
    const double ratio = s_of(found, t - 1, latent) / s_of(found, t, latent);
    sum += log1p(ratio * ratio) / 2;
  }
  return sum / found->frames;
}
