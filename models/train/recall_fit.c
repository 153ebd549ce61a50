/* SPDX-License-Identifier: MIT */
#include "recall_fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bound.h"
#include "recall.h"

enum { ROUNDS = 60, COARSE_ROUNDS = 40 };

/* The cells of the data: the network's logit, what the cell is, and the weights that it uses. */
struct sample {
  float *logits;
  struct recall_cell *used;
};

struct fit {
  const struct dataset *data;
  struct sample *samples; /* a sequence's each */
  double weights[RECALL_WEIGHTS], slope[RECALL_WEIGHTS];
  double first[RECALL_WEIGHTS], second[RECALL_WEIGHTS]; /* Adam's moments */
};

enum half { EVEN, ODD, BOTH };

static bool is_in(enum half half, size_t sequence)
{
  return half == BOTH || sequence % 2 == (size_t)half;
}

static bool keep_logits(void *user, const struct bound_place *place, const struct vosp_net *net,
                        const struct vosp_batch *batch, int steps)
{
  struct fit *fit = user;
  (void)net;
  (void)steps;
  for (int b = 0; b < place->used; b++) {
    const struct chunk *chunk = &place->chunks[b];
    float *logits = fit->samples[chunk->sequence - fit->data->sequences].logits;
    for (int k = 0; k < chunk->length; k++) {
      const size_t row = (size_t)k * (size_t)batch->rows + (size_t)b * PITCHES;
      memcpy(logits + (size_t)(chunk->start + k) * PITCHES, batch->logits.m + row, PITCHES * sizeof *logits);
    }
  }
  return true;
}

static void fit_free(struct fit *fit)
{
  for (size_t i = 0; fit->samples != NULL && i < fit->data->count; i++) {
    free(fit->samples[i].logits);
    free(fit->samples[i].used);
  }
  free(fit->samples);
}

static enum status find_used(const struct sequence *sequence, struct sample *sample)
{
  struct recall_frame *found = malloc(((size_t)sequence->frames + 1) * sizeof *found);
  enum status status = found != NULL ? recall_find(sequence->cells, sequence->frames, found) : STATUS_NO_MEMORY;
  for (int t = 0; t < sequence->frames && status == STATUS_OK; t++) {
    recall_cells(sequence->cells, t, &found[t], sample->used + (size_t)t * PITCHES);
  }
  free(found);
  return status;
}

static enum status fit_init(struct fit *fit, const struct dataset *data)
{
  *fit = (struct fit){.data = data, .samples = calloc(data->count + 1, sizeof *fit->samples)};
  enum status status = fit->samples != NULL ? STATUS_OK : STATUS_NO_MEMORY;
  for (size_t i = 0; i < data->count && status == STATUS_OK; i++) {
    const size_t cells = (size_t)data->sequences[i].frames * PITCHES;
    struct sample *sample = &fit->samples[i];
    sample->logits = malloc((cells + 1) * sizeof *sample->logits);
    sample->used = malloc((cells + 1) * sizeof *sample->used);
    status = sample->logits != NULL && sample->used != NULL ? find_used(&data->sequences[i], sample)
                                                            : STATUS_NO_MEMORY;
  }
  return status;
}

static double mixed(const double *weights, const struct recall_cell *used, double logit)
{
  double sum = (1 + weights[used->scale]) * logit + weights[used->offset];
  for (int k = 0; k < RECALL_SOURCES; k++) {
    sum += used->source[k] >= 0 ? weights[used->source[k]] : 0;
  }
  return sum;
}

static void add_slope(struct fit *fit, const struct sequence *sequence, const struct sample *sample)
{
  const size_t cells = (size_t)sequence->frames * PITCHES;
  for (size_t i = 0; i < cells; i++) {
    const struct recall_cell *used = &sample->used[i];
    const double logit = (double)sample->logits[i];
    const double error = 1 / (1 + exp(-mixed(fit->weights, used, logit))) - sequence->cells[i];
    fit->slope[used->scale] += error * logit;
    fit->slope[used->offset] += error;
    for (int k = 0; k < RECALL_SOURCES; k++) {
      if (used->source[k] >= 0) {
        fit->slope[used->source[k]] += error;
      }
    }
  }
}

/* One step of Adam on the mean over frames. */
static void step(struct fit *fit, double frames, int round)
{
  const double rate = round <= COARSE_ROUNDS ? 0.15 : 0.05;
  for (int i = 0; i < RECALL_WEIGHTS; i++) {
    const double slope = (fit->slope[i] + fit->weights[i]) / frames; /* the prior's is the weight itself */
    fit->first[i] += 0.2 * (slope - fit->first[i]);
    fit->second[i] += 0.05 * (slope * slope - fit->second[i]);
    fit->weights[i] -=
      rate * fit->first[i] / (1 - pow(0.8, round)) / (sqrt(fit->second[i] / (1 - pow(0.95, round))) + 1e-5);
  }
}

static void fit_to(struct fit *fit, enum half half)
{
  double frames = 0;
  for (size_t i = 0; i < fit->data->count; i++) {
    frames += is_in(half, i) ? fit->data->sequences[i].frames : 0;
  }
  memset(fit->weights, 0, sizeof fit->weights);
  memset(fit->first, 0, sizeof fit->first);
  memset(fit->second, 0, sizeof fit->second);
  for (int round = 1; round <= ROUNDS; round++) {
    memset(fit->slope, 0, sizeof fit->slope);
    for (size_t i = 0; i < fit->data->count; i++) {
      if (is_in(half, i)) {
        add_slope(fit, &fit->data->sequences[i], &fit->samples[i]);
      }
    }
    step(fit, fmax(frames, 1), round);
  }
}

static double nats_of(const struct fit *fit, enum half half)
{
  double sum = 0;
  for (size_t s = 0; s < fit->data->count; s++) {
    const struct sequence *sequence = &fit->data->sequences[s];
    const size_t cells = is_in(half, s) ? (size_t)sequence->frames * PITCHES : 0;
    for (size_t i = 0; i < cells; i++) {
      const double logit = mixed(fit->weights, &fit->samples[s].used[i], (double)fit->samples[s].logits[i]);
      sum += fmax(logit, 0) + log1p(exp(-fabs(logit))) - (sequence->cells[i] != 0 ? logit : 0);
    }
  }
  return sum;
}

enum status recall_fit(struct vosp_net *net, const struct params *params, const struct dataset *data,
                       double *nats)
{
  const struct bound_options options = {.seed = 1, .threads = 1};
  float *weights = params_get(params, "recall.w");
  struct bound_sums sums;
  struct fit *fit = malloc(sizeof *fit);
  if (fit == NULL) {
    return STATUS_NO_MEMORY;
  }
  memset(weights, 0, RECALL_WEIGHTS * sizeof *weights);
  vosp_net_refresh(net, params, params->block);
  enum status status = fit_init(fit, data);
  if (status == STATUS_OK) {
    status = bound_over(net, data, &options, keep_logits, fit, &sums);
  }
  if (status == STATUS_OK) {
    fit_to(fit, EVEN);
    *nats = nats_of(fit, ODD);
    fit_to(fit, ODD);
    *nats = (*nats + nats_of(fit, EVEN)) / fmax((double)data->frames, 1);
    fit_to(fit, BOTH);
    for (int i = 0; i < RECALL_WEIGHTS; i++) {
      weights[i] = (float)fit->weights[i];
    }
    vosp_net_refresh(net, params, params->block);
  }
  fit_free(fit);
  free(fit);
  return status;
}
