#include "filler_calibrate.h"

#include <math.h>
#include <stdlib.h>

#include "filler_train.h"

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
