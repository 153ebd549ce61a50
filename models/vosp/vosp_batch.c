/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "carve.h"
#include "vosp_private.h"

static size_t largest(const struct vosp_net *net)
{
  const int sizes[] = {net->inputs, net->gates, net->config.hidden, net->config.generator};
  int most = 0;
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    most = sizes[i] > most ? sizes[i] : most;
  }
  return (size_t)most;
}

static void carve_gradients(struct carver *carver, const struct vosp_net *net, struct vosp_work *work,
                            size_t tn, size_t n)
{
  const bool fd = net->facts->moments;
  const size_t H = (size_t)net->config.hidden;
  const size_t M = (size_t)net->config.generator;
  const size_t Z = (size_t)net->config.latent;
  if (!fd) {
    work->mask_g = carve(carver, tn * M);
    work->dropped_g = carve(carver, tn * M);
  }
  for (int l = 0; l < net->levels; l++) {
    struct vosp_level *level = &work->level[l];
    level->to_h = carve_moments(carver, (tn + n) * H, fd);
    level->to_pre = carve_moments(carver, tn * (size_t)net->gates, fd);
    if (!fd) {
      level->mask = carve(carver, (tn + n) * H);
      level->seen = carve_moments(carver, (tn + n) * H, false);
      level->to_seen = carve_moments(carver, (tn + n) * H, false);
    }
  }
  work->to_logits = carve_moments(carver, tn * (size_t)net->outputs, fd);
  work->to_generator = carve_moments(carver, tn * M, fd);
  work->to_head = carve_moments(carver, tn * (size_t)net->head_size, fd);
  work->to_fed = carve(carver, tn * Z);
  work->carry = carve(carver, 3 * n * Z);
  if (fd) {
    const struct linear *last = &net->out;
    const size_t squares = (size_t)(last->w2 - net->squares) + (size_t)last->in * (size_t)last->out;
    work->to_squares = carve(carver, squares);
  }
}

static void carve_all(struct carver *carver, struct vosp_batch *batch, const struct vosp_net *net,
                      struct vosp_work *work)
{
  const bool fd = net->facts->moments;
  const size_t n = (size_t)batch->rows;
  const size_t tn = (size_t)batch->steps * n;
  const size_t H = (size_t)net->config.hidden;
  const size_t M = (size_t)net->config.generator;
  const size_t Z = (size_t)net->config.latent;
  batch->u = carve(carver, tn * (size_t)net->inputs);
  batch->target = carve(carver, tn * (size_t)net->outputs);
  batch->weight = carve(carver, tn);
  batch->noise = carve(carver, tn * Z);
  batch->z = carve(carver, (tn + n) * Z);
  batch->mean = carve(carver, (tn + n) * Z);
  batch->variance = carve(carver, (tn + n) * Z);
  batch->fed = carve(carver, tn * Z);
  batch->g = carve_moments(carver, tn * M, fd);
  batch->logits = carve_moments(carver, tn * (size_t)net->outputs, fd);
  for (int l = 0; l < net->levels; l++) {
    struct vosp_level *level = &work->level[l];
    level->h = carve_moments(carver, (tn + n) * H, fd);
    level->pre = carve_moments(carver, tn * (size_t)net->gates, fd);
    level->extra = net->facts->gates > 1 ? carve(carver, tn * H) : NULL;
  }
  batch->h = work->level[net->levels - 1].h;
  work->head = carve_moments(carver, tn * (size_t)net->head_size, fd);
  work->generator = fd ? carve_moments(carver, tn * M, true) : batch->g;
  work->scratch = carve(carver, tn * largest(net));
  const struct emission_net *emission = &net->emission;
  const int frames = batch->steps * (batch->rows / net->rows);
  work->emission_memory = carve(carver, emission->ops->memory(emission, frames));
  work->emission_scratch = carve(carver, emission->ops->scratch(emission, frames));
  if (work->train) {
    carve_gradients(carver, net, work, tn, n);
  }
}

enum status vosp_batch_init(struct vosp_batch *batch, const struct vosp_net *net, int steps, int rows,
                            bool train)
{
  struct vosp_work *work = calloc(1, sizeof *work);
  if (work == NULL) {
    return STATUS_NO_MEMORY;
  }
  work->train = train;
  *batch = (struct vosp_batch){.steps = steps, .rows = rows, .work = work};
  struct carver carver = {NULL, 0};
  carve_all(&carver, batch, net, work);
  work->block = carver_allocate(&carver);
  if (work->block == NULL) {
    free(work);
    batch->work = NULL;
    return STATUS_NO_MEMORY;
  }
  carve_all(&carver, batch, net, work);
  return STATUS_OK;
}

void vosp_batch_free(struct vosp_batch *batch)
{
  if (batch->work != NULL) {
    free(batch->work->block);
    free(batch->work);
    batch->work = NULL;
  }
}

static void move_row(real *array, size_t from, size_t count)
{
  if (array != NULL) {
    memmove(array, array + from, count * sizeof(real));
  }
}

void vosp_batch_carry(struct vosp_batch *batch, const struct vosp_net *net, int steps)
{
  const size_t h = (size_t)batch->rows * (size_t)net->config.hidden;
  const size_t z = (size_t)batch->rows * (size_t)net->config.latent;
  for (int l = 0; l < net->levels; l++) {
    move_row(batch->work->level[l].h.m, (size_t)steps * h, h);
    move_row(batch->work->level[l].h.v, (size_t)steps * h, h);
  }
  move_row(batch->z, (size_t)steps * z, z);
  move_row(batch->mean, (size_t)steps * z, z);
  move_row(batch->variance, (size_t)steps * z, z);
}

void vosp_batch_restart(struct vosp_batch *batch, const struct vosp_net *net)
{
  const size_t h = (size_t)batch->rows * (size_t)net->config.hidden * sizeof(real);
  const size_t z = (size_t)batch->rows * (size_t)net->config.latent * sizeof(real);
  for (int l = 0; l < net->levels; l++) {
    const struct moments state = batch->work->level[l].h;
    memset(state.m, 0, h);
    if (state.v != NULL) {
      memset(state.v, 0, h);
    }
  }
  memset(batch->z, 0, z);
  memset(batch->mean, 0, z);
  memset(batch->variance, 0, z);
}

struct moments vosp_head(const struct vosp_batch *batch)
{
  return batch->work->head;
}
