/* SPDX-License-Identifier: MIT */
#include "vrae_rows.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "bound.h"
#include "normal.h"
#include "parallel.h"

enum { STEP_ROWS = 16384, SEQUENCES_MAX = 32 }; /* T * N, and sequences, of a group at most where possible */

struct vrae_row *vrae_rows_of(const struct vrae_net *net, const struct chunk *chunk, const uint8_t *seen,
                              struct vrae_row *rows)
{
  const size_t cells = (size_t)net->config.frame.values * PITCHES;
  for (int r = 0; r < net->rows; r++) {
    *rows++ = (struct vrae_row){.cells = chunk->sequence->cells + (size_t)chunk->start * cells,
                                .seen = seen,
                                .start = chunk->start,
                                .frames = chunk->length,
                                .pitch = r};
  }
  return rows;
}

static void fill_step(struct vrae_batch *batch, const struct vrae_net *net, const struct vrae_row *row, int t,
                      size_t place)
{
  const size_t cells = (size_t)net->config.frame.values * PITCHES;
  const size_t O = (size_t)net->outputs;
  const uint8_t *clean = row->cells + (size_t)t * cells;
  const uint8_t *seen = row->seen + (size_t)t * cells;
  view_row(&net->config, seen, (uint32_t)(row->start + t), row->pitch, batch->u + place * (size_t)net->inputs);
  for (size_t o = 0; o < O; o++) {
    batch->target[place * O + o] = clean[net->rows == 1 ? o : o * PITCHES + (size_t)row->pitch];
    batch->cell_weight[place * O + o] = 1;
  }
  batch->weight[place] = 1;
}

int vrae_rows_fill(struct vrae_batch *batch, const struct vrae_net *net, const struct vrae_row *rows, int count,
                   struct rng *rng)
{
  int steps = 0;
  for (int n = 0; n < count; n++) {
    batch->length[n] = rows[n].frames;
    steps = rows[n].frames > steps ? rows[n].frames : steps;
    for (int t = 0; t < rows[n].frames; t++) {
      fill_step(batch, net, &rows[n], t, (size_t)t * (size_t)count + (size_t)n);
    }
  }
  normal_fill((size_t)steps * (size_t)count * (size_t)net->config.latent, rng, batch->noise);
  return steps;
}

/* The group that begins with the first of the `left` sequences of `order`. */
static struct vrae_group next_group(const struct vrae_net *net, const struct sequence **order, size_t left,
                                    size_t index)
{
  struct vrae_group group = {.sequences = order, .steps = order[0]->frames, .index = index};
  const int fit = STEP_ROWS / group.steps; /* rows */
  const int wanted = fit / net->rows < SEQUENCES_MAX ? fit / net->rows : SEQUENCES_MAX;
  group.count = wanted < 1 ? 1 : (size_t)wanted < left ? wanted : (int)left;
  const int joint = vrae_joint_rows(net);
  const int whole = fit / joint * joint;
  group.rows = whole < joint ? joint : whole < group.count * net->rows ? whole : group.count * net->rows;
  return group;
}

struct groups {
  struct vrae_group *list;
  size_t count;
  atomic_size_t next;
  atomic_int status;
  vrae_group_work work;
  void *user;
};

static void run_some(void *user, int worker)
{
  struct groups *groups = user;
  while (atomic_load(&groups->status) == STATUS_OK) {
    const size_t i = atomic_fetch_add(&groups->next, 1);
    if (i >= groups->count) {
      break;
    }
    const enum status status = groups->work(groups->user, worker, &groups->list[i]);
    if (status != STATUS_OK) {
      atomic_store(&groups->status, (int)status);
    }
  }
}

enum status vrae_groups_run(const struct vrae_net *net, const struct dataset *data, size_t frames_max,
                            int threads, vrae_group_work work, void *user)
{
  const struct sequence **order = malloc((data->count + 1) * sizeof *order);
  struct groups groups = {.work = work, .user = user};
  groups.list = malloc((data->count + 1) * sizeof *groups.list);
  atomic_init(&groups.next, 0);
  atomic_init(&groups.status, STATUS_OK);
  if (order == NULL || groups.list == NULL) {
    atomic_store(&groups.status, STATUS_NO_MEMORY);
  } else {
    const size_t count = bound_choose(data, frames_max, order);
    for (size_t i = 0; i < count; i += (size_t)groups.list[groups.count++].count) {
      groups.list[groups.count] = next_group(net, order + i, count - i, groups.count);
    }
    parallel_run(threads, run_some, &groups);
  }
  free(order);
  free(groups.list);
  return (enum status)atomic_load(&groups.status);
}
