/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "transfer.h"
#include "vectors.h"
#include "vosp_private.h"

struct cell_run vosp_cell_run(const struct vosp_net *net, const struct vosp_batch *batch, int level, int steps)
{
  const struct vosp_level *of = &batch->work->level[level];
  return (struct cell_run){
    .steps = steps,
    .rows = batch->rows,
    .hidden = net->config.hidden,
    .recurrent = net->level[level].recurrent,
    .pre = of->pre,
    .h = of->h,
    .extra = of->extra,
    .scratch = batch->work->scratch,
  };
}

struct moments vosp_seen(const struct vosp_batch *batch, int level)
{
  const struct vosp_level *of = &batch->work->level[level];
  return batch->work->dropped ? of->seen : of->h;
}

struct moments vosp_source(const struct vosp_net *net, const struct vosp_batch *batch)
{
  if (net->config.generator == 0) {
    return vosp_seen(batch, net->levels - 1); /* row t is h_{t-1} of step t */
  }
  return batch->work->dropped ? (struct moments){batch->work->dropped_g, NULL} : batch->g;
}

struct emission_run vosp_emission_run(const struct vosp_net *net, const struct vosp_batch *batch, int steps)
{
  return (struct emission_run){
    .net = &net->emission,
    .frames = steps * (batch->rows / net->rows),
    .source = {vosp_source(net, batch).m},
    .target = batch->target,
    .logits = batch->logits.m,
    .memory = batch->work->emission_memory,
    .scratch = batch->work->emission_scratch,
  };
}

struct posterior_run vosp_posterior_run(const struct vosp_net *net, const struct vosp_batch *batch, int steps)
{
  const struct vosp_work *work = batch->work;
  return (struct posterior_run){
    .posterior = net->config.posterior,
    .feed = net->config.feed,
    .steps = steps,
    .rows = batch->rows,
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

/* One recurrent layer over its inputs (T, N, I). */
static void run_level(const struct vosp_net *net, struct vosp_batch *batch, int level, int steps,
                      struct moments in, const struct dropout *dropout)
{
  struct vosp_work *work = batch->work;
  const struct vosp_level *of = &work->level[level];
  const size_t rows = (size_t)(steps + 1) * (size_t)batch->rows;
  linear_forward(&net->level[level].input, steps * batch->rows, in, false, work->scratch, of->pre);
  const struct cell_run run = vosp_cell_run(net, batch, level, steps);
  net->cell->forward(&run);
  if (work->dropped) {
    dropout_apply(rows * (size_t)net->config.hidden, of->h.m, dropout->hidden, dropout->rng, of->mask,
                  of->seen.m);
  }
}

/* Recognition: u -> h -> head. h_t depends on x_1:t, so head_t does too. */
static void recognise(const struct vosp_net *net, struct vosp_batch *batch, int steps,
                      const struct dropout *dropout)
{
  struct vosp_work *work = batch->work;
  const int tn = steps * batch->rows;
  const size_t state = (size_t)batch->rows * (size_t)net->config.hidden;
  if (work->dropped && dropout->input > 0) {
    dropout_apply((size_t)tn * (size_t)net->inputs, batch->u, dropout->input, dropout->rng, work->scratch,
                  batch->u);
  }
  struct moments in = {batch->u, NULL};
  for (int level = 0; level < net->levels; level++) {
    run_level(net, batch, level, steps, in, dropout);
    in = moments_at(vosp_seen(batch, level), state);
  }
  linear_forward(&net->head, tn, in, false, work->scratch, work->head);
}

/* g = tanh(W_h h + W_z f + b); pre and g may be the same array on plain nets. */
static void generator_hidden(const struct vosp_net *net, int rows, struct moments h, const real *fed,
                             real *scratch, struct moments pre, struct moments g)
{
  const size_t units = (size_t)rows * (size_t)net->config.generator;
  linear_forward(&net->generator_h, rows, h, false, scratch, pre);
  linear_forward(&net->generator_z, rows, (struct moments){(real *)fed, NULL}, true, scratch, pre);
  if (net->facts->moments) {
    transfer_tanh_moments(units, pre.m, pre.v, g.m, g.v);
  } else {
    transfer_tanh(units, pre.m, g.m);
  }
}

/* Generator: h_{t-1} and the latent -> logits. Row t of what is seen of h is h_{t-1} of step t. */
static void generate(const struct vosp_net *net, struct vosp_batch *batch, int steps,
                     const struct dropout *dropout)
{
  struct vosp_work *work = batch->work;
  const int tn = steps * batch->rows;
  const size_t units = (size_t)tn * (size_t)net->config.generator;
  if (units > 0) {
    generator_hidden(net, tn, vosp_seen(batch, net->levels - 1), batch->fed, work->scratch, work->generator,
                     batch->g);
    if (work->dropped && dropout != NULL) {
      dropout_apply(units, batch->g.m, dropout->hidden, dropout->rng, work->mask_g, work->dropped_g);
    }
  }
  linear_forward(&net->out, tn, vosp_source(net, batch), false, work->scratch, batch->logits);
  const struct emission_run run = vosp_emission_run(net, batch, steps);
  net->emission.ops->forward(&run);
}

/* Minus the log-likelihood of the targets, and its gradient with respect to the effective logits. */
static double bernoulli(const struct vosp_net *net, struct vosp_batch *batch, int steps)
{
  struct vosp_work *work = batch->work;
  const size_t O = (size_t)net->outputs;
  const size_t rows = (size_t)steps * (size_t)batch->rows;
  double sum = 0;
  for (size_t row = 0; row < rows; row++) {
    const size_t i = row * O;
    real *grad = work->train ? work->to_logits.m + i : NULL;
    const struct moments logits = moments_at(batch->logits, i);
    real room[FRAME_VALUES_MAX * PITCHES];
    const real *logit = transfer_effective(O, logits.m, logits.v, room);
    sum += transfer_bernoulli(O, logit, batch->target + i, batch->weight[row], grad);
  }
  return sum;
}

void vosp_forward(const struct vosp_net *net, struct vosp_batch *batch, int steps, bool draw,
                  const struct dropout *dropout)
{
  struct vosp_work *work = batch->work;
  work->dropped = dropout != NULL && !net->facts->moments;
  work->drawn = draw;
  recognise(net, batch, steps, dropout);
  const struct posterior_run run = vosp_posterior_run(net, batch, steps);
  const struct posterior_sums sums = posterior_forward(&run);
  batch->kl = sums.kl;
  batch->surrogate = sums.surrogate;
  generate(net, batch, steps, dropout);
  batch->reconstruction = bernoulli(net, batch, steps);
}

size_t vosp_generate_scratch(const struct vosp_net *net, int rows)
{
  const struct net_config *config = &net->config;
  const int in = config->hidden > config->generator ? config->hidden : config->generator;
  const int widest = in > config->latent ? in : config->latent;
  const struct emission_net *emission = &net->emission;
  const int frames = rows / net->rows;
  return (size_t)rows * (size_t)(4 * config->generator + 2 * net->outputs + widest) +
         emission->ops->memory(emission, frames) + emission->ops->scratch(emission, frames);
}

/* Add the emission's part to the logits of whole frames. */
static void emit(const struct vosp_net *net, int rows, const real *source, const real *target, real *scratch,
                 real *logits)
{
  const struct emission_net *emission = &net->emission;
  const int frames = rows / net->rows;
  struct emission_run run = {.net = emission, .frames = frames, .source = {source}, .target = (real *)target};
  run.logits = logits;
  run.memory = scratch;
  run.scratch = scratch + emission->ops->memory(emission, frames);
  emission->ops->forward(&run);
}

void vosp_generate(const struct vosp_net *net, int rows, struct moments h, const real *fed, const real *target,
                   real *scratch, double *log_p)
{
  const bool fd = net->facts->moments;
  const size_t units = (size_t)rows * (size_t)net->config.generator;
  const size_t outs = (size_t)rows * (size_t)net->outputs;
  const struct moments pre = {scratch, fd ? scratch + units : NULL};
  const struct moments g = {scratch + 2 * units, fd ? scratch + 3 * units : NULL};
  const struct moments logits = {scratch + 4 * units, fd ? scratch + 4 * units + outs : NULL};
  real *work = scratch + 4 * units + 2 * outs;
  if (units > 0) {
    generator_hidden(net, rows, h, fed, work, pre, g);
  }
  const struct moments source = units > 0 ? g : h;
  linear_forward(&net->out, rows, source, false, work, logits);
  emit(net, rows, source.m, target, work, logits.m);
  if (fd) {
    transfer_logit(outs, logits.m, logits.v, logits.m);
  }
  for (int n = 0; n < rows; n++) {
    const size_t i = (size_t)n * (size_t)net->outputs;
    log_p[n] = -transfer_bernoulli((size_t)net->outputs, logits.m + i, target + i, 1, NULL);
  }
}

/* Where each layer's gradient goes. */
struct gradients {
  struct {
    struct linear_grad input, recurrent;
  } level[NET_LEVELS_MAX];
  struct linear_grad head, generator_h, generator_z, out;
  struct linear_grad emission[EMISSION_LAYERS_MAX];
  real keep[KEEP_COUNT]; /* with respect to the probabilities */
};

/* g -> (h_{t-1}, latent). Fills to_fed and rows 0..T-1 of `to_seen`. */
static void backward_generator(const struct vosp_net *net, struct vosp_batch *batch, int tn,
                               struct gradients *to, struct moments to_seen)
{
  struct vosp_work *work = batch->work;
  const size_t units = (size_t)tn * (size_t)net->config.generator;
  const struct moments seen = vosp_seen(batch, net->levels - 1);
  if (work->dropped) {
    multiply(units, work->mask_g, work->to_generator.m);
  }
  if (net->facts->moments) {
    transfer_tanh_moments_backward(units, work->generator.m, work->generator.v, work->to_generator.m,
                                   work->to_generator.v);
  } else {
    transfer_tanh_backward(units, batch->g.m, work->to_generator.m);
  }
  const struct moments fed = {batch->fed, NULL};
  linear_backward_weights(&net->generator_z, &to->generator_z, tn, fed, work->to_generator, work->scratch);
  linear_backward_input(&net->generator_z, &to->generator_z, tn, fed, work->to_generator, false, work->scratch,
                        (struct moments){work->to_fed, NULL});
  linear_backward_weights(&net->generator_h, &to->generator_h, tn, seen, work->to_generator, work->scratch);
  linear_backward_input(&net->generator_h, &to->generator_h, tn, seen, work->to_generator, false, work->scratch,
                        to_seen);
}

/* Logits -> what the output layer read -> (h_{t-1}, latent). */
static void backward_output(const struct vosp_net *net, struct vosp_batch *batch, int steps,
                            struct gradients *to, struct moments to_seen)
{
  struct vosp_work *work = batch->work;
  const int tn = steps * batch->rows;
  const bool direct = net->config.generator == 0;
  const struct moments source = vosp_source(net, batch);
  const struct moments to_source = direct ? to_seen : work->to_generator;
  if (net->facts->moments) {
    transfer_logit_backward((size_t)tn * (size_t)net->outputs, batch->logits.m, batch->logits.v,
                            work->to_logits.m, work->to_logits.m, work->to_logits.v);
  }
  linear_backward_weights(&net->out, &to->out, tn, source, work->to_logits, work->scratch);
  linear_backward_input(&net->out, &to->out, tn, source, work->to_logits, false, work->scratch, to_source);
  const struct emission_run run = vosp_emission_run(net, batch, steps);
  real *const to_sources[EMISSION_SOURCES] = {to_source.m};
  net->emission.ops->backward(&run, work->to_logits.m, to->emission, to_sources);
  if (!direct) {
    backward_generator(net, batch, tn, to, to_seen);
  }
}

/* One recurrent layer, once to_seen is complete. */
static void backward_level(const struct vosp_net *net, struct vosp_batch *batch, int steps, int level,
                           struct moments in, struct gradients *to)
{
  struct vosp_work *work = batch->work;
  struct vosp_level *of = &work->level[level];
  const size_t all = (size_t)(steps + 1) * (size_t)batch->rows * (size_t)net->config.hidden;
  if (work->dropped) {
    memcpy(of->to_h.m, of->to_seen.m, all * sizeof(real));
    multiply(all, of->mask, of->to_h.m);
  }
  const struct cell_run run = vosp_cell_run(net, batch, level, steps);
  const struct cell_grad grad = {to->level[level].recurrent, of->to_pre, of->to_h};
  net->cell->backward(&run, &grad);
  linear_backward_weights(&net->level[level].input, &to->level[level].input, steps * batch->rows, in,
                          of->to_pre, work->scratch);
}

/* Of a level's state: what reads it fills or adds to the gradient. */
static struct moments to_seen_of(struct vosp_batch *batch, int level)
{
  const struct vosp_level *of = &batch->work->level[level];
  return batch->work->dropped ? of->to_seen : of->to_h;
}

static void clear(struct moments array, size_t count)
{
  memset(array.m, 0, count * sizeof(real));
  if (array.v != NULL) {
    memset(array.v, 0, count * sizeof(real));
  }
}

/* Head -> h_t -> cells -> input weights. */
static void backward_recognition(const struct vosp_net *net, struct vosp_batch *batch, int steps,
                                 struct gradients *to, struct moments to_seen)
{
  struct vosp_work *work = batch->work;
  const int tn = steps * batch->rows;
  const size_t state = (size_t)batch->rows * (size_t)net->config.hidden;
  const struct moments seen = moments_at(vosp_seen(batch, net->levels - 1), state);
  linear_backward_weights(&net->head, &to->head, tn, seen, work->to_head, work->scratch);
  linear_backward_input(&net->head, &to->head, tn, seen, work->to_head, true, work->scratch,
                        moments_at(to_seen, state));
  for (int level = net->levels - 1; level > 0; level--) {
    const struct moments below = moments_at(vosp_seen(batch, level - 1), state);
    const struct moments to_below = to_seen_of(batch, level - 1);
    backward_level(net, batch, steps, level, below, to);
    clear(to_below, state); /* the first state feeds its own level only */
    linear_backward_input(&net->level[level].input, &to->level[level].input, tn, below,
                          work->level[level].to_pre, false, work->scratch, moments_at(to_below, state));
  }
  backward_level(net, batch, steps, 0, (struct moments){batch->u, NULL}, to);
}

/* The inputs themselves need no gradient, only their keep probability. */
static void backward_input_keep(const struct vosp_net *net, const struct vosp_batch *batch, int tn,
                                const struct gradients *to)
{
  struct vosp_work *work = batch->work;
  linear_backward_input(&net->level[0].input, &to->level[0].input, tn, (struct moments){batch->u, NULL},
                        work->level[0].to_pre, false, work->scratch, (struct moments){NULL, NULL});
}

void vosp_backward(const struct vosp_net *net, struct vosp_batch *batch, int steps,
                   enum net_objective objective, real scale, real kl_weight, const struct params *params,
                   real *grad)
{
  struct vosp_work *work = batch->work;
  const int tn = steps * batch->rows;
  const size_t state = (size_t)batch->rows * (size_t)net->config.hidden;
  const struct linear *const layers[VOSP_LAYERS] = {
    &net->level[0].input, &net->level[0].recurrent, &net->level[1].input, &net->level[1].recurrent,
    &net->head,           &net->generator_h,        &net->generator_z,    &net->out};
  struct gradients to;
  struct linear_grad *const grads[VOSP_LAYERS] = {
    &to.level[0].input, &to.level[0].recurrent, &to.level[1].input, &to.level[1].recurrent,
    &to.head,           &to.generator_h,        &to.generator_z,    &to.out};
  bind_gradients(vosp_layer_names, VOSP_LAYERS, params, layers, grad, work->to_squares, to.keep, grads);
  emission_gradients(&net->emission, params, grad, to.emission);
  const struct moments to_seen = to_seen_of(batch, net->levels - 1);
  scale_by((size_t)tn * (size_t)net->outputs, scale, work->to_logits.m);
  clear(moments_at(to_seen, (size_t)steps * state), state); /* the last state feeds the head only */
  backward_output(net, batch, steps, &to, to_seen);
  struct posterior_run run = vosp_posterior_run(net, batch, steps);
  run.objective = objective;
  posterior_backward(&run, scale * kl_weight, work->to_fed, work->to_head, work->carry);
  backward_recognition(net, batch, steps, &to, to_seen);
  if (net->squares != NULL) {
    if (net->config.latent > 0) {
      backward_input_keep(net, batch, tn, &to);
    } else {
      memset(to.keep, 0, sizeof to.keep); /* no divergence would hold them back: they stay as they were given */
    }
    bind_fold(vosp_layer_names, VOSP_LAYERS, params, layers, grad, to.keep, grads);
  }
}
