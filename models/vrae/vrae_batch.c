/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "vrae_private.h"

/* Sizes that several arrays have; of H and M, G and S, `units` and `gates` are the larger. */
struct sizes {
  size_t n, tn, inputs, latent, units, gates;
  bool moments;
};

static size_t larger(size_t a, size_t b)
{
  return a > b ? a : b;
}

static struct sizes sizes_of(const struct vrae_net *net, int steps, int rows)
{
  const int H = net->config.hidden, M = net->config.generator;
  const size_t units = (size_t)(H > M ? H : M);
  return (struct sizes){
    .n = (size_t)rows,
    .tn = (size_t)steps * (size_t)rows,
    .inputs = (size_t)net->inputs,
    .latent = (size_t)net->config.latent,
    .units = units,
    .gates = (size_t)net->facts->gates * units,
    .moments = net->facts->moments,
  };
}

/* The cells need (N, G) here and, with gates, (T, N, H); layers on moments, which have none, (T, N, inputs or
 * outputs). */
static size_t scratch_size(const struct vrae_net *net, const struct sizes *sizes)
{
  if (!sizes->moments) {
    const size_t step = sizes->n * sizes->gates;
    return sizes->gates > sizes->units ? larger(step, sizes->tn * sizes->units) : step;
  }
  const size_t ends = larger(sizes->inputs, (size_t)net->outputs);
  return sizes->tn * larger(larger(ends, sizes->latent), sizes->units);
}

/* Backward needs what every pass leaves; without it one pass's memory serves all, but that an emission needs
 * the generator's states of both directions at once. */
static void carve_passes(struct carver *carver, const struct vrae_net *net, const struct sizes *sizes,
                         struct vrae_work *work)
{
  const bool fd = sizes->moments;
  const int last = 2 * VRAE_DIRECTIONS - 1;
  struct vrae_pass shared = {.extra = NULL};
  for (int i = 0; i < 2 * VRAE_DIRECTIONS; i++) {
    const int d = i % VRAE_DIRECTIONS;
    const size_t units =
      work->train ? (size_t)(i < VRAE_DIRECTIONS ? net->config.hidden : net->config.generator) : sizes->units;
    struct vrae_pass *pass = i < VRAE_DIRECTIONS ? &work->recognition[d] : &work->generator[d];
    if (work->train || i == 0) {
      shared.pre = carve_moments(carver, sizes->tn * (size_t)net->facts->gates * units, fd);
      shared.extra = net->facts->gates > 1 ? carve(carver, sizes->tn * units) : NULL;
    }
    if (work->train || i == 0 || (i == last && vrae_emission_given(net))) {
      shared.h = carve_moments(carver, (sizes->tn + sizes->n) * units, fd);
    }
    if (work->train ? d == VRAE_BACKWARD || !fd : i == 0) {
      shared.seen = carve_moments(carver, sizes->tn * units, fd);
    }
    if (work->train && !fd) {
      shared.mask = carve(carver, sizes->tn * units);
    }
    *pass = shared;
  }
}

static void carve_gradients(struct carver *carver, const struct vrae_net *net, const struct sizes *sizes,
                            struct vrae_work *work)
{
  const bool fd = sizes->moments;
  const size_t tn = sizes->tn;
  work->to_logits = carve_moments(carver, tn * (size_t)net->outputs, fd);
  work->to_head = carve_moments(carver, tn * (size_t)net->head_size, fd);
  work->to_seen = carve_moments(carver, tn * sizes->units, fd);
  work->to_h = carve_moments(carver, (tn + sizes->n) * sizes->units, fd);
  work->to_fed = carve(carver, tn * sizes->latent);
  work->to_fed_back = carve(carver, tn * sizes->latent);
  work->carry = carve(carver, 3 * sizes->n * sizes->latent);
  for (int d = 0; d < VRAE_DIRECTIONS && vrae_emission_given(net); d++) {
    work->to_source[d] = carve(carver, tn * (size_t)net->config.generator);
  }
  if (fd) {
    const struct linear *last = &net->out[VRAE_BACKWARD];
    const size_t squares = (size_t)(last->w2 - net->squares) + (size_t)last->in * (size_t)last->out;
    work->to_pre = carve_moments(carver, tn * sizes->gates, true);
    work->to_squares = carve(carver, squares);
  } else {
    work->u_dropped = carve(carver, tn * sizes->inputs);
  }
}

static void carve_all(struct carver *carver, struct vrae_batch *batch, const struct vrae_net *net,
                      struct vrae_work *work)
{
  const struct sizes sizes = sizes_of(net, batch->steps, batch->rows);
  const size_t tn = sizes.tn, Z = sizes.latent, O = (size_t)net->outputs;
  batch->u = carve(carver, tn * sizes.inputs);
  batch->target = carve(carver, tn * O);
  batch->weight = carve(carver, tn);
  batch->cell_weight = carve(carver, tn * O);
  batch->noise = carve(carver, tn * Z);
  batch->z = carve(carver, (tn + sizes.n) * Z);
  batch->mean = carve(carver, (tn + sizes.n) * Z);
  batch->variance = carve(carver, (tn + sizes.n) * Z);
  batch->fed = carve(carver, tn * Z);
  batch->logits = carve_moments(carver, tn * O, sizes.moments);
  work->u_back = carve(carver, tn * sizes.inputs);
  work->fed_back = carve(carver, tn * Z);
  work->head = carve_moments(carver, tn * (size_t)net->head_size, sizes.moments);
  work->scratch = carve(carver, scratch_size(net, &sizes));
  carve_passes(carver, net, &sizes, work);
  vrae_emission_carve(carver, net, batch->steps * batch->rows / vrae_joint_rows(net), work);
  if (work->train) {
    carve_gradients(carver, net, &sizes, work);
  }
}

enum status vrae_batch_init(struct vrae_batch *batch, const struct vrae_net *net, int steps, int rows,
                            bool train)
{
  struct vrae_work *work = calloc(1, sizeof *work);
  *batch = (struct vrae_batch){.steps = steps, .rows = rows, .work = work};
  if (work == NULL) {
    return STATUS_NO_MEMORY;
  }
  work->train = train;
  batch->length = calloc((size_t)rows, sizeof *batch->length);
  struct carver carver = {NULL, 0};
  carve_all(&carver, batch, net, work);
  work->block = carver_allocate(&carver);
  if (batch->length == NULL || work->block == NULL) {
    vrae_batch_free(batch);
    return STATUS_NO_MEMORY;
  }
  carve_all(&carver, batch, net, work);
  return STATUS_OK;
}

void vrae_batch_free(struct vrae_batch *batch)
{
  if (batch->work != NULL) {
    free(batch->length);
    free(batch->work->block);
    free(batch->work);
    batch->length = NULL;
    batch->work = NULL;
  }
}
