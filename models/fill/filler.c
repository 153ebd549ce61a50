/* SPDX-License-Identifier: MIT */
#include "filler.h"

#include <stdlib.h>
#include <string.h>

#include "blas_threads.h"
#include "normal.h"
#include "scalar.h"

enum status filler_init(struct filler *filler, const struct net_config *config, const struct params *params,
                        struct error *error)
{
  *filler = (struct filler){.net = {.squares = NULL}};
  if (config->kind != NET_VRAE || config->matches == 0) {
    return error_set(error, STATUS_UNSUPPORTED,
                     "this model is no filler; train one with `emend train vrae --matches 4`");
  }
  blas_single_thread();
  enum status status = vrae_net_init(&filler->net, config, params, params->block);
  if (status == STATUS_OK) {
    status = vrae_batch_init(&filler->batch, &filler->net, FILLER_PART_MAX, PITCHES, false);
  }
  return status == STATUS_OK ? status : error_set(error, status, "out of memory: cannot fill with this model");
}

void filler_free(struct filler *filler)
{
  vrae_batch_free(&filler->batch);
  vrae_net_free(&filler->net);
}

static void see_row(struct filler *filler, const struct filler_part *part, int pitch, int n, int N)
{
  const size_t inputs = (size_t)filler->net.inputs;
  const size_t V = (size_t)filler->net.outputs;
  filler->batch.length[n] = part->length;
  for (int t = 0; t < part->length; t++) {
    const size_t row = (size_t)t * (size_t)N + (size_t)n;
    filler_view_row(part, t, pitch, filler->batch.u + row * inputs);
    filler->batch.weight[row] = 1;
    memset(filler->batch.target + row * V, 0, V * sizeof(real));
    memset(filler->batch.cell_weight + row * V, 0, V * sizeof(real));
  }
}

void filler_run(struct filler *filler, const struct filler_part *part, struct rng *rng, float *p)
{
  const int V = filler->net.outputs;
  bool active[PITCHES];
  int pitch[PITCHES];
  int N = 0;
  filler_active_pitches(part, active);
  for (int i = 0; i < PITCHES; i++) {
    if (active[i]) {
      pitch[N++] = i;
    }
  }
  memset(p, 0, (size_t)part->length * (size_t)V * PITCHES * sizeof *p);
  if (N == 0) {
    return;
  }
  for (int n = 0; n < N; n++) {
    see_row(filler, part, pitch[n], n, N);
  }
  if (rng != NULL) {
    normal_fill((size_t)part->length * (size_t)N * (size_t)filler->net.config.latent, rng, filler->batch.noise);
  }
  vrae_forward(&filler->net, &filler->batch, part->length, N, rng != NULL, NULL);
  for (int t = 0; t < part->length; t++) {
    for (int n = 0; n < N; n++) {
      const real *logit = filler->batch.logits.m + ((size_t)t * (size_t)N + (size_t)n) * (size_t)V;
      for (int v = 0; v < V; v++) {
        p[(t * V + v) * PITCHES + pitch[n]] = logistic(logit[v]);
      }
    }
  }
}

void filler_vote(const struct filler_part *part, float *p)
{
  const int cells = part->config->frame.values * PITCHES;
  memset(p, 0, (size_t)part->length * (size_t)cells * sizeof *p);
  for (int t = 0; t < part->length; t++) {
    const struct match *match = part->best + t * part->config->matches;
    float scores = 0;
    for (int k = 0; k < part->config->matches; k++) {
      const int there = part->begin + t + match[k].offset;
      scores += match[k].score;
      for (int i = 0; i < cells && match_index_known(part->index, there); i++) {
        p[t * cells + i] += part->cells[(size_t)there * (size_t)cells + (size_t)i] ? match[k].score : 0;
      }
    }
    for (int i = 0; i < cells && scores > 0; i++) {
      p[t * cells + i] /= scores;
    }
  }
}

static int compare_falling(const void *a, const void *b)
{
  const float x = *(const float *)a;
  const float y = *(const float *)b;
  return (x < y) - (x > y);
}

float filler_threshold(float *p, size_t count, double strength)
{
  double all = 0;
  double taken = 0;
  double best = 0;
  qsort(p, count, sizeof *p, compare_falling);
  for (size_t i = 0; i < count; i++) {
    all += (double)p[i];
  }
  for (size_t i = 0; i < count && all > 0; i++) {
    taken += (double)p[i];
    best = fmax(best, 2 * taken / ((double)(i + 1) + all));
  }
  return (float)((1 - strength) * best);
}

static enum status run_around(struct filler *filler, const struct match_index *index, const uint8_t *cells,
                              int begin, int end, float *p, int *first)
{
  struct filler_part part;
  *first = begin > FILLER_SURROUNDINGS ? begin - FILLER_SURROUNDINGS : 0;
  const int last = end + FILLER_SURROUNDINGS < index->frames ? end + FILLER_SURROUNDINGS : index->frames;
  const enum status status = filler_part_init(&part, &filler->net.config, index, cells, *first, last - *first);
  if (status == STATUS_OK) {
    filler_run(filler, &part, NULL, p);
    filler_part_free(&part);
  }
  return status;
}

/* `sorted` is room for as many. */
static void take_cells(const float *p, size_t count, double strength, float *sorted, uint8_t *filled)
{
  memcpy(sorted, p, count * sizeof *p);
  const float threshold = filler_threshold(sorted, count, strength);
  for (size_t i = 0; i < count; i++) {
    filled[i] = p[i] > 0 && p[i] >= threshold;
  }
}

enum status fill_roll(struct filler *filler, const uint8_t *cells, int frames, int begin, int end,
                      double strength, uint8_t *filled)
{
  if (end - begin > FILLER_PART_MAX - 2 * FILLER_SURROUNDINGS || filler->net.outputs != 1) {
    return STATUS_USAGE;
  }
  struct match_index index;
  const size_t cells_max = (size_t)FILLER_PART_MAX * PITCHES;
  float *p = malloc(2 * cells_max * sizeof *p);
  enum status status = p != NULL ? match_index_init(&index, cells, frames, 1) : STATUS_NO_MEMORY;
  if (status == STATUS_OK) {
    int first;
    match_index_hide(&index, begin, end);
    status = run_around(filler, &index, cells, begin, end, p, &first);
    if (status == STATUS_OK) {
      take_cells(p + (size_t)(begin - first) * PITCHES, (size_t)(end - begin) * PITCHES, strength,
                 p + cells_max, filled);
    }
    match_index_free(&index);
  }
  free(p);
  return status;
}
