/* SPDX-License-Identifier: MIT */
#include "filler_train.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "filler_view.h"
#include "normal.h"
#include "parallel.h"

enum {
  PART_ROWS = 28,
  MARGIN = 4, /* frames of a part that are never hidden, at either end */
  VALID_CHUNKS = 480,
};

static const double KNOWN_WEIGHT = 0.05; /* of cells that are seen to be on: there is nothing to learn */

/* How a take was recorded: what is lost from it, and what is hidden. */
struct recording {
  uint8_t *owned;       /* cells made for this recording, or NULL */
  const uint8_t *cells; /* (T, V, D) as recorded */
  struct match_index index;
};

/* --- Losses --- */

static struct corrupt_rates draw_rates(struct rng *rng)
{
  static const double drops[] = {0, 0.02, 0.05, 0.1, 0.1, 0.2};
  struct corrupt_rates rates = {0};
  rates.drop = drops[rng_below(rng, sizeof drops / sizeof *drops)];
  rates.drop_chord = 0.03 * (double)rng_below(rng, 3);
  rates.drop_burst = rng_below(rng, 3) == 0 ? 4 : 0;
  rates.dead_keys = rng_below(rng, 6) == 0 ? 2 : 0;
  return rates;
}

enum status filler_epoch(struct dataset *data, const struct net_config *config, uint64_t seed,
                         struct error *error)
{
  struct rng rng;
  rng_seed(&rng, seed);
  for (size_t i = 0; i < data->count && !data->rolls; i++) {
    const struct corrupt_rates rates = draw_rates(&rng);
    struct dataset one = {.sequences = &data->sequences[i], .count = 1, .values = data->values};
    const enum status status = dataset_damage(&one, &config->frame, &rates, rng_next(&rng), error);
    if (status != STATUS_OK) {
      return status;
    }
  }
  return STATUS_OK;
}

/* Runs of cells of a pitch are notes; some go, and all of a dead key's. */
static void lose_from_roll(uint8_t *cells, int frames, double drop, int dead, struct rng *rng)
{
  for (int pitch = 0; pitch < PITCHES; pitch++) {
    bool sounds = false;
    bool lost = false;
    for (int t = 0; t < frames; t++) {
      uint8_t *cell = cells + (size_t)t * PITCHES + pitch;
      if (*cell && !sounds) {
        lost = pitch == dead || rng_uniform(rng) < drop;
      }
      sounds = *cell != 0;
      *cell = sounds && !lost;
    }
  }
}

static enum status record_roll(struct recording *recording, const struct sequence *sequence, struct rng *rng)
{
  static const double drops[] = {0.02, 0.05, 0.1, 0.2};
  const size_t size = (size_t)sequence->frames * PITCHES;
  recording->owned = malloc(size);
  if (recording->owned == NULL) {
    return STATUS_NO_MEMORY;
  }
  memcpy(recording->owned, sequence->cells, size);
  const double drop = drops[rng_below(rng, sizeof drops / sizeof *drops)];
  const int dead = rng_below(rng, 4) == 0 ? (int)rng_below(rng, PITCHES) : -1;
  lose_from_roll(recording->owned, sequence->frames, drop, dead, rng);
  recording->cells = recording->owned;
  return STATUS_OK;
}

/* --- What is hidden --- */

static int gap_length(const struct net_config *config, struct rng *rng)
{
  if (config->frame.unit == FRAME_BEATS) {
    return rng_below(rng, 2) == 0 ? 8 : 2 + (int)rng_below(rng, 15);
  }
  return (int)(4 * exp2(4 * rng_uniform(rng))); /* 4 to 64 frames, as many short as long */
}

static void hide_gap(struct recording *recording, const struct net_config *config, const struct chunk *chunk,
                     struct rng *rng)
{
  const int length = gap_length(config, rng);
  const int room = chunk->length - 2 * MARGIN - length;
  if (room > 0) {
    const int begin = chunk->start + MARGIN + (int)rng_below(rng, (uint32_t)room);
    match_index_hide(&recording->index, begin, begin + length);
  }
}

static void recording_free(struct recording *recording)
{
  match_index_free(&recording->index);
  free(recording->owned);
}

static enum status record(struct recording *recording, const struct net_config *config,
                          const struct chunk *chunk, struct rng *rng)
{
  const struct sequence *sequence = chunk->sequence;
  const bool loses = rng_uniform(rng) < 0.6;
  const bool hides = rng_uniform(rng) < (loses ? 0.4 : 1);
  enum status status = STATUS_OK;
  *recording = (struct recording){.cells = sequence->cells};
  if (loses && sequence->damaged != NULL) {
    recording->cells = sequence->damaged;
  } else if (loses && config->frame.values == 1) {
    status = record_roll(recording, sequence, rng);
  }
  if (status == STATUS_OK) {
    status = match_index_init(&recording->index, recording->cells, sequence->frames, config->frame.values);
  }
  if (status == STATUS_OK && hides) {
    hide_gap(recording, config, chunk, rng);
  }
  if (status != STATUS_OK) {
    recording_free(recording);
  }
  return status;
}

/* --- Rows --- */

struct chosen {
  int pitch[PART_ROWS];
  int count;
  double weight;
};

/* A random PART_ROWS of the active pitches, each standing for as many as it takes. The others are never filled,
 * so they are not learnt from; what the target holds plays no part. */
static void choose(const bool active[PITCHES], struct rng *rng, struct chosen *chosen)
{
  int left = 0;
  for (int i = 0; i < PITCHES; i++) {
    left += active[i];
  }
  int need = left < PART_ROWS ? left : PART_ROWS;
  *chosen = (struct chosen){.weight = need > 0 ? (double)left / need : 0};
  for (int i = 0; i < PITCHES && need > 0; i++) {
    if (active[i]) {
      if ((int)rng_below(rng, (uint32_t)left) < need) {
        chosen->pitch[chosen->count++] = i;
        need--;
      }
      left--;
    }
  }
}

/* One pitch of one part as row n of N. */
static void fill_row(struct vrae_batch *batch, const struct filler_part *part, const uint8_t *clean, int pitch,
                     double weight, int inputs, int n, int N)
{
  const int V = part->config->frame.values;
  batch->length[n] = part->length;
  for (int t = 0; t < part->length; t++) {
    const size_t row = (size_t)t * (size_t)N + (size_t)n;
    const size_t frame = (size_t)(part->begin + t) * (size_t)V * PITCHES;
    const bool known = match_index_known(part->index, part->begin + t);
    filler_view_row(part, t, pitch, batch->u + row * (size_t)inputs);
    batch->weight[row] = (real)weight;
    for (int v = 0; v < V; v++) {
      const size_t cell = frame + (size_t)(v * PITCHES + pitch);
      const bool seen = known && part->cells[cell];
      batch->target[row * (size_t)V + (size_t)v] = clean[cell];
      batch->cell_weight[row * (size_t)V + (size_t)v] = (real)(seen ? weight * KNOWN_WEIGHT : weight);
    }
  }
}

int filler_batch_rows(int sequences)
{
  return sequences * PART_ROWS;
}

/* Recordings, parts and rows of one batch. */
struct parts {
  struct recording *recording;
  struct filler_part *part;
  struct chosen *chosen;
  int count;
};

static void parts_free(struct parts *parts)
{
  for (int i = 0; i < parts->count; i++) {
    filler_part_free(&parts->part[i]);
    recording_free(&parts->recording[i]);
  }
  free(parts->recording);
  free(parts->part);
  free(parts->chosen);
}

static enum status add_part(struct parts *parts, const struct net_config *config, const struct chunk *chunk,
                            struct rng *rng)
{
  const int i = parts->count;
  struct recording *recording = &parts->recording[i];
  bool active[PITCHES];
  enum status status = record(recording, config, chunk, rng);
  if (status != STATUS_OK) {
    return status;
  }
  status =
    filler_part_init(&parts->part[i], config, &recording->index, recording->cells, chunk->start, chunk->length);
  if (status != STATUS_OK) {
    recording_free(recording);
    return status;
  }
  filler_active_pitches(&parts->part[i], active);
  choose(active, rng, &parts->chosen[i]);
  parts->count++;
  return STATUS_OK;
}

static enum status parts_init(struct parts *parts, const struct net_config *config, const struct chunk *chunks,
                              int used, struct rng *rng)
{
  const size_t size = (size_t)used;
  *parts = (struct parts){.recording = calloc(size, sizeof *parts->recording),
                          .part = calloc(size, sizeof *parts->part),
                          .chosen = calloc(size, sizeof *parts->chosen)};
  enum status status =
    parts->recording != NULL && parts->part != NULL && parts->chosen != NULL ? STATUS_OK : STATUS_NO_MEMORY;
  for (int i = 0; i < used && status == STATUS_OK; i++) {
    status = add_part(parts, config, &chunks[i], rng);
  }
  return status;
}

int filler_batch_fill(struct vrae_batch *batch, const struct vrae_net *net, const struct chunk *chunks,
                      int used, struct rng *rng, int *rows, double *frames)
{
  struct parts parts;
  int steps = 0;
  int N = 0;
  *frames = 0;
  if (parts_init(&parts, &net->config, chunks, used, rng) != STATUS_OK) {
    parts_free(&parts);
    return -1;
  }
  for (int i = 0; i < used; i++) {
    N += parts.chosen[i].count;
    *frames += chunks[i].length;
    steps = chunks[i].length > steps ? chunks[i].length : steps;
  }
  for (int i = 0, n = 0; i < used; i++) {
    for (int k = 0; k < parts.chosen[i].count; k++, n++) {
      fill_row(batch, &parts.part[i], chunks[i].sequence->cells, parts.chosen[i].pitch[k],
               parts.chosen[i].weight, net->inputs, n, N);
    }
  }
  normal_fill((size_t)steps * (size_t)N * (size_t)net->config.latent, rng, batch->noise);
  parts_free(&parts);
  *rows = N;
  return steps;
}

/* --- Validation --- */

enum status filler_cut(struct chunk_list *list, const struct dataset *data, uint64_t seed)
{
  struct rng rng;
  rng_seed(&rng, seed);
  return chunk_list_cut(list, data, FILLER_CUT_FRAMES, 0, 1, &rng);
}

struct validation {
  const struct vrae_net *net;
  const struct chunk *chunks;
  size_t count; /* of chunks */
  int threads;
  uint64_t seed;
  struct bound_sums *group; /* (groups) */
  enum status status[PARALLEL_MAX];
};

static size_t group_count(size_t chunks)
{
  return (chunks + FILLER_CUT_PARTS - 1) / FILLER_CUT_PARTS;
}

static enum status validate_group(const struct validation *validation, struct vrae_batch *batch, size_t group)
{
  const size_t first = group * FILLER_CUT_PARTS;
  const size_t left = validation->count - first;
  const int used = left < FILLER_CUT_PARTS ? (int)left : FILLER_CUT_PARTS;
  struct rng rng;
  int rows;
  double frames;
  rng_seed(&rng, validation->seed + group);
  const int steps =
    filler_batch_fill(batch, validation->net, validation->chunks + first, used, &rng, &rows, &frames);
  if (steps < 0) {
    return STATUS_NO_MEMORY;
  }
  vrae_forward(validation->net, batch, steps, rows, false, NULL);
  validation->group[group] =
    (struct bound_sums){(size_t)used, (size_t)frames, batch->reconstruction, batch->kl, batch->surrogate};
  return STATUS_OK;
}

static void validate_share(void *user, int index)
{
  struct validation *validation = user;
  struct vrae_batch batch;
  enum status status =
    vrae_batch_init(&batch, validation->net, FILLER_CUT_FRAMES, filler_batch_rows(FILLER_CUT_PARTS), false);
  if (status == STATUS_OK) {
    for (size_t group = (size_t)index; group < group_count(validation->count) && status == STATUS_OK;
         group += (size_t)validation->threads) {
      status = validate_group(validation, &batch, group);
    }
    vrae_batch_free(&batch);
  }
  validation->status[index] = status;
}

static enum status validate_chunks(struct validation *validation, struct bound_sums *sums)
{
  validation->group = calloc(group_count(validation->count) + 1, sizeof *validation->group);
  if (validation->group == NULL) {
    return STATUS_NO_MEMORY;
  }
  parallel_run(validation->threads, validate_share, validation);
  enum status status = STATUS_OK;
  for (int i = 0; i < validation->threads && status == STATUS_OK; i++) {
    status = validation->status[i];
  }
  *sums = (struct bound_sums){0};
  for (size_t i = 0; i < group_count(validation->count); i++) {
    bound_sums_add(sums, &validation->group[i]);
  }
  free(validation->group);
  return status;
}

enum status filler_validate(const struct vrae_net *net, const struct dataset *data, int threads, uint64_t seed,
                            struct bound_sums *sums)
{
  struct chunk_list list;
  enum status status = filler_cut(&list, data, seed);
  if (status != STATUS_OK) {
    return status;
  }
  struct validation validation = {.net = net,
                                  .chunks = list.chunks,
                                  .count = list.count < VALID_CHUNKS ? list.count : VALID_CHUNKS,
                                  .threads = threads < PARALLEL_MAX ? threads : PARALLEL_MAX,
                                  .seed = seed};
  status = validate_chunks(&validation, sums);
  free(list.chunks);
  return status;
}

enum { CHUNKS_MAX = 360, NEWTON_STEPS = 25, NUMBERS = 3 };

static const double RIDGE = 1e-3; /* towards a = 1, b = 0: where there is nothing to go by, nothing changes */

struct cell {
  float logit, weight;
  bool on, hidden;
};

/* Cells of one value. */
struct cells {
  struct cell *cells; /* owned */
  size_t count, capacity;
  double hidden, known; /* weights of each kind */
};

static enum status add(struct cells *list, struct cell cell)
{
  if (list->count == list->capacity) {
    const size_t more = list->capacity == 0 ? 1 << 16 : 2 * list->capacity;
    struct cell *grown = realloc(list->cells, more * sizeof *grown);
    if (grown == NULL) {
      return STATUS_NO_MEMORY;
    }
    list->cells = grown;
    list->capacity = more;
  }
  list->cells[list->count++] = cell;
  *(cell.hidden ? &list->hidden : &list->known) += (double)cell.weight;
  return STATUS_OK;
}

/* The cells of a batch that was run; those that were seen to be on tell nothing. */
static enum status add_batch(const struct vrae_net *net, const struct vrae_batch *batch, int rows,
                             struct cells lists[FRAME_VALUES_MAX])
{
  const size_t V = (size_t)net->outputs;
  const size_t mask = (size_t)view_inputs(&net->config);
  enum status status = STATUS_OK;
  for (int n = 0; n < rows; n++) {
    for (int t = 0; t < batch->length[n]; t++) {
      const size_t row = (size_t)t * (size_t)rows + (size_t)n;
      const bool hidden = batch->u[row * (size_t)net->inputs + mask] > 0;
      for (size_t v = 0; v < V && status == STATUS_OK; v++) {
        const size_t i = row * V + v;
        if (batch->cell_weight[i] >= batch->weight[row]) {
          status =
            add(&lists[v], (struct cell){batch->logits.m[i], batch->weight[row], batch->target[i] > 0, hidden});
        }
      }
    }
  }
  return status;
}

static enum status gather(const struct vrae_net *net, struct vrae_batch *batch, const struct chunk_list *list,
                          uint64_t seed, struct cells lists[FRAME_VALUES_MAX])
{
  struct rng rng;
  enum status status = STATUS_OK;
  rng_seed(&rng, seed);
  for (size_t i = 0; i < list->count && i < CHUNKS_MAX && status == STATUS_OK; i += FILLER_CUT_PARTS) {
    const int used = list->count - i < FILLER_CUT_PARTS ? (int)(list->count - i) : FILLER_CUT_PARTS;
    int rows;
    double frames;
    const int steps = filler_batch_fill(batch, net, list->chunks + i, used, &rng, &rows, &frames);
    if (steps < 0) {
      return STATUS_NO_MEMORY;
    }
    vrae_forward(net, batch, steps, rows, false, NULL);
    status = add_batch(net, batch, rows, lists);
  }
  return status;
}

/* Solve the symmetric 3 x 3 system h x = g, h positive definite. */
static void solve(double h[NUMBERS][NUMBERS], double g[NUMBERS])
{
  for (int k = 0; k < NUMBERS; k++) {
    for (int i = k + 1; i < NUMBERS; i++) {
      const double by = h[i][k] / h[k][k];
      for (int j = k; j < NUMBERS; j++) {
        h[i][j] -= by * h[k][j];
      }
      g[i] -= by * g[k];
    }
  }
  for (int k = NUMBERS - 1; k >= 0; k--) {
    for (int j = k + 1; j < NUMBERS; j++) {
      g[k] -= h[k][j] * g[j];
    }
    g[k] /= h[k][k];
  }
}

/* One step of Newton's method on the logistic loss; hidden and known cells weigh as much as each other. */
static void newton(const struct cells *list, double x[NUMBERS])
{
  const double start[NUMBERS] = {1, 0, 0};
  double h[NUMBERS][NUMBERS] = {{0}};
  double g[NUMBERS] = {0};
  for (size_t i = 0; i < list->count; i++) {
    const struct cell *cell = &list->cells[i];
    const double seen[NUMBERS] = {(double)cell->logit, 1, cell->hidden};
    const double weight = (double)cell->weight / (cell->hidden ? list->hidden : list->known);
    const double p = 1 / (1 + exp(-(x[0] * seen[0] + x[1] + x[2] * seen[2])));
    for (int a = 0; a < NUMBERS; a++) {
      g[a] += weight * (p - cell->on) * seen[a];
      for (int b = 0; b < NUMBERS; b++) {
        h[a][b] += weight * p * (1 - p) * seen[a] * seen[b];
      }
    }
  }
  for (int a = 0; a < NUMBERS; a++) {
    g[a] += RIDGE * (x[a] - start[a]);
    h[a][a] += RIDGE;
  }
  solve(h, g);
  for (int a = 0; a < NUMBERS; a++) {
    x[a] -= fmax(-1, fmin(1, g[a]));
  }
}

static void scale_column(const struct params *params, const char *name, int column, double by)
{
  const struct param *param = params_find(params, name);
  for (int i = 0; i < param->rows; i++) {
    float *weight = &params->block[param->offset + (size_t)(i * param->cols + column)];
    *weight = (float)(*weight * by);
  }
}

static void fold(const struct vrae_net *net, struct params *params, int value, const double x[NUMBERS])
{
  static const char *const layers[] = {"out.w", "back.out.w", "direct.w", "out.b"};
  for (size_t i = 0; i < sizeof layers / sizeof *layers; i++) {
    scale_column(params, layers[i], value, x[0]);
  }
  params_get(params, "out.b")[value] += (float)x[1];
  params_get(params, "direct.w")[view_inputs(&net->config) * net->outputs + value] += (float)x[2];
}

enum status filler_calibrate(struct vrae_net *net, struct params *params, const struct dataset *data,
                             uint64_t seed)
{
  struct cells lists[FRAME_VALUES_MAX] = {{0}};
  struct vrae_batch batch;
  struct chunk_list list;
  enum status status = filler_cut(&list, data, seed);
  if (status != STATUS_OK) {
    return status;
  }
  status = vrae_batch_init(&batch, net, FILLER_CUT_FRAMES, filler_batch_rows(FILLER_CUT_PARTS), false);
  if (status == STATUS_OK) {
    status = gather(net, &batch, &list, seed, lists);
    vrae_batch_free(&batch);
  }
  for (int v = 0; v < net->outputs && status == STATUS_OK; v++) {
    double x[NUMBERS] = {1, 0, 0};
    for (int step = 0; step < NEWTON_STEPS && lists[v].hidden > 0 && lists[v].known > 0; step++) {
      newton(&lists[v], x);
    }
    fold(net, params, v, x);
  }
  vrae_net_refresh(net, params, params->block);
  for (int v = 0; v < FRAME_VALUES_MAX; v++) {
    free(lists[v].cells);
  }
  free(list.chunks);
  return status;
}
