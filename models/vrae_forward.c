#include <string.h>

#include "transfer.h"
#include "vrae_work.h"

struct vrae_half vrae_recognition(const struct vrae_net *net, const struct vrae_batch *batch, int steps,
                                  int rows)
{
  struct vrae_work *work = batch->work;
  return (struct vrae_half){
    .steps = steps,
    .rows = rows,
    .hidden = net->config.hidden,
    .input = net->input,
    .recurrent = net->recurrent,
    .output = net->head,
    .pass = work->recognition,
    .in = {{work->dropped_input ? work->u_dropped : batch->u, NULL}, {work->u_back, NULL}},
    .out = work->head,
  };
}

struct vrae_half vrae_generator(const struct vrae_net *net, const struct vrae_batch *batch, int steps, int rows)
{
  struct vrae_work *work = batch->work;
  return (struct vrae_half){
    .steps = steps,
    .rows = rows,
    .hidden = net->config.generator,
    .input = net->generator_input,
    .recurrent = net->generator_recurrent,
    .output = net->out,
    .pass = work->generator,
    .in = {{batch->fed, NULL}, {work->fed_back, NULL}},
    .out = batch->logits,
  };
}

struct cell_run vrae_cell_run(const struct vrae_half *half, int direction, real *scratch)
{
  const struct vrae_pass *pass = &half->pass[direction];
  return (struct cell_run){
    .steps = half->steps,
    .rows = half->rows,
    .hidden = half->hidden,
    .recurrent = half->recurrent[direction],
    .pre = pass->pre,
    .h = pass->h,
    .extra = pass->extra,
    .scratch = scratch,
  };
}

struct posterior_run vrae_posterior_run(const struct vrae_net *net, const struct vrae_batch *batch, int steps,
                                        int rows)
{
  const struct vrae_work *work = batch->work;
  return (struct posterior_run){
    .posterior = net->config.posterior,
    .feed = net->config.feed,
    .steps = steps,
    .rows = rows,
    .latent = net->config.latent,
    .head = work->head,
    .noise = work->drawn ? batch->noise : NULL,
    .weight = batch->weight,
    .z = batch->z,
    .mean = batch->mean,
    .variance = batch->variance,
    .fed = batch->fed,
  };
}

struct moments vrae_seen(const struct vrae_work *work, const struct vrae_half *half, int direction)
{
  const struct vrae_pass *pass = &half->pass[direction];
  if (direction == VRAE_BACKWARD || work->dropped_hidden) {
    return pass->seen;
  }
  return moments_at(pass->h, (size_t)half->rows * (size_t)half->hidden);
}

void vrae_reverse(const struct vrae_half *half, const int *length, size_t width, const real *from, real *to)
{
  const size_t N = (size_t)half->rows;
  for (int t = 0; t < half->steps; t++) {
    for (size_t n = 0; n < N; n++) {
      const int s = t < length[n] ? length[n] - 1 - t : t;
      memcpy(to + ((size_t)t * N + n) * width, from + ((size_t)s * N + n) * width, width * sizeof(real));
    }
  }
}

/* Zero what lies beyond each row's length, without reading it. */
static void clear(const struct vrae_batch *batch, int steps, int rows, int width, real *array)
{
  for (int n = 0; n < rows; n++) {
    for (int t = batch->length[n]; t < steps; t++) {
      const size_t row = (size_t)t * (size_t)rows + (size_t)n;
      memset(array + row * (size_t)width, 0, (size_t)width * sizeof(real));
    }
  }
}

/* The states as the output layer sees them: of the backward direction put in order, after dropout. */
static void lay_out_states(struct vrae_batch *batch, const struct vrae_half *half, int direction,
                           const struct dropout *dropout)
{
  const struct vrae_pass *pass = &half->pass[direction];
  const size_t width = (size_t)half->hidden;
  const struct moments states = moments_at(pass->h, (size_t)half->rows * width);
  const size_t size = (size_t)half->steps * (size_t)half->rows * width;
  const real *from = states.m;
  if (direction == VRAE_BACKWARD) {
    vrae_reverse(half, batch->length, width, states.m, pass->seen.m);
    if (states.v != NULL) {
      vrae_reverse(half, batch->length, width, states.v, pass->seen.v);
    }
    from = pass->seen.m;
  }
  if (dropout != NULL && batch->work->dropped_hidden) {
    dropout_apply(size, from, dropout->hidden, dropout->rng, pass->mask, pass->seen.m);
  }
}

static void run_half(const struct vrae_net *net, struct vrae_batch *batch, const struct vrae_half *half,
                     const struct dropout *dropout)
{
  struct vrae_work *work = batch->work;
  const int tn = half->steps * half->rows;
  const size_t state = (size_t)half->rows * (size_t)half->hidden * sizeof(real);
  for (int d = 0; d < VRAE_DIRECTIONS; d++) {
    const struct vrae_pass *pass = &half->pass[d];
    linear_forward(&half->input[d], tn, half->in[d], false, work->scratch, pass->pre);
    memset(pass->h.m, 0, state);
    if (pass->h.v != NULL) {
      memset(pass->h.v, 0, state);
    }
    const struct cell_run run = vrae_cell_run(half, d, work->scratch);
    net->cell->forward(&run);
    lay_out_states(batch, half, d, dropout);
    linear_forward(&half->output[d], tn, vrae_seen(work, half, d), d != VRAE_FORWARD, work->scratch, half->out);
  }
}

/* u -> head. Every head_t depends on the whole of u. */
static void recognise(const struct vrae_net *net, struct vrae_batch *batch, int steps, int rows,
                      const struct dropout *dropout)
{
  struct vrae_work *work = batch->work;
  const size_t inputs = (size_t)net->inputs;
  if (work->dropped_input) { /* the mask is of no more use: u needs no gradient */
    dropout_apply((size_t)steps * (size_t)rows * inputs, batch->u, dropout->input, dropout->rng, work->u_back,
                  work->u_dropped);
  }
  const struct vrae_half half = vrae_recognition(net, batch, steps, rows);
  vrae_reverse(&half, batch->length, inputs, half.in[VRAE_FORWARD].m, work->u_back);
  run_half(net, batch, &half, dropout);
}

/* fed -> logits, and a filler's direct path; `choose` takes the mode of x on the way. */
static void generate(const struct vrae_net *net, struct vrae_batch *batch, int steps, int rows,
                     const struct dropout *dropout, bool choose)
{
  const struct vrae_half half = vrae_generator(net, batch, steps, rows);
  clear(batch, steps, rows, net->config.latent, batch->fed);
  vrae_reverse(&half, batch->length, (size_t)net->config.latent, batch->fed, batch->work->fed_back);
  run_half(net, batch, &half, dropout);
  if (net->direct.w != NULL) {
    linear_forward(&net->direct, steps * rows, (struct moments){batch->u, NULL}, true, NULL, batch->logits);
  }
  vrae_emission_run(net, batch, steps, rows, choose);
}

/* Minus the log-likelihood of the targets, and its gradient with respect to the effective logits. */
static double bernoulli(const struct vrae_net *net, struct vrae_batch *batch, int steps, int rows)
{
  struct vrae_work *work = batch->work;
  const size_t step = (size_t)rows * (size_t)net->outputs;
  double sum = 0;
  for (size_t i = 0; i < (size_t)steps * step; i += step) {
    const struct moments logits = moments_at(batch->logits, i);
    const real *logit = transfer_effective(step, logits.m, logits.v, work->scratch);
    sum += transfer_bernoulli_each(step, logit, batch->target + i, batch->cell_weight + i,
                                   work->train ? work->to_logits.m + i : NULL);
  }
  return sum;
}

static void start_latents(const struct vrae_net *net, struct vrae_batch *batch, int rows)
{
  const size_t size = (size_t)rows * (size_t)net->config.latent * sizeof(real);
  memset(batch->z, 0, size);
  memset(batch->mean, 0, size);
  memset(batch->variance, 0, size);
}

/* u -> the posterior and what the generator is fed. */
static void infer(const struct vrae_net *net, struct vrae_batch *batch, int steps, int rows, bool draw,
                  const struct dropout *dropout)
{
  struct vrae_work *work = batch->work;
  const bool drops = dropout != NULL && !net->cell->moments;
  work->dropped_input = drops && dropout->input > 0;
  work->dropped_hidden = drops && dropout->hidden > 0;
  work->drawn = draw;
  clear(batch, steps, rows, net->inputs, batch->u);
  clear(batch, steps, rows, net->config.latent, batch->noise);
  clear(batch, steps, rows, 1, batch->weight);
  recognise(net, batch, steps, rows, dropout);
  start_latents(net, batch, rows);
  const struct posterior_run run = vrae_posterior_run(net, batch, steps, rows);
  const struct posterior_sums sums = posterior_forward(&run);
  batch->kl = sums.kl;
  batch->surrogate = sums.surrogate;
}

void vrae_forward(const struct vrae_net *net, struct vrae_batch *batch, int steps, int rows, bool draw,
                  const struct dropout *dropout)
{
  clear(batch, steps, rows, net->outputs, batch->target);
  clear(batch, steps, rows, net->outputs, batch->cell_weight);
  infer(net, batch, steps, rows, draw, dropout);
  generate(net, batch, steps, rows, dropout, false);
  batch->reconstruction = bernoulli(net, batch, steps, rows);
}

void vrae_mode(const struct vrae_net *net, struct vrae_batch *batch, int steps, int rows)
{
  infer(net, batch, steps, rows, false, NULL);
  generate(net, batch, steps, rows, NULL, true);
  clear(batch, steps, rows, net->outputs, batch->target);
}

void vrae_generate(const struct vrae_net *net, struct vrae_batch *batch, int steps, int rows)
{
  batch->work->dropped_hidden = false;
  clear(batch, steps, rows, net->inputs, batch->u);
  clear(batch, steps, rows, net->outputs, batch->target);
  generate(net, batch, steps, rows, NULL, false);
}
