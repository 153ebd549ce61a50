#include "transfer.h"
#include "vosp_work.h"

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
  if (net->cell->moments) {
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
  work->dropped = dropout != NULL && !net->cell->moments;
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
  const bool fd = net->cell->moments;
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
