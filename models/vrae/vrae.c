/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "transfer.h"
#include "vectors.h"
#include "vrae_private.h"

/* Where each layer's gradient goes, by direction as in vrae_net. */
struct gradients {
  struct linear_grad input[VRAE_DIRECTIONS], recurrent[VRAE_DIRECTIONS], head[VRAE_DIRECTIONS];
  struct linear_grad generator_input[VRAE_DIRECTIONS], generator_recurrent[VRAE_DIRECTIONS];
  struct linear_grad out[VRAE_DIRECTIONS];
  struct linear_grad direct;
  struct linear_grad emission[EMISSION_LAYERS_MAX];
  real keep[KEEP_COUNT]; /* with respect to the probabilities */
};

/* The part of them that belongs to one half of the network. */
struct half_gradients {
  struct linear_grad *input, *recurrent, *output;
  real *const *to_seen; /* what else reached the states that the output layer sees, by direction; or NULL */
};

/* In the order of vrae_layer_names. */
static void list_layers(const struct vrae_net *net, struct gradients *to,
                        const struct linear *layers[VRAE_LAYERS_MAX],
                        struct linear_grad *grads[VRAE_LAYERS_MAX])
{
  const struct {
    const struct linear *layers;
    struct linear_grad *grads;
  } pairs[] = {
    {net->input, to->input},
    {net->recurrent, to->recurrent},
    {net->head, to->head},
    {net->generator_input, to->generator_input},
    {net->generator_recurrent, to->generator_recurrent},
    {net->out, to->out},
  };
  for (int i = 0; i < VRAE_LAYERS_MAX - 1; i++) {
    layers[i] = &pairs[i / VRAE_DIRECTIONS].layers[i % VRAE_DIRECTIONS];
    grads[i] = &pairs[i / VRAE_DIRECTIONS].grads[i % VRAE_DIRECTIONS];
  }
  layers[VRAE_LAYERS_MAX - 1] = &net->direct;
  grads[VRAE_LAYERS_MAX - 1] = &to->direct;
}

static void clear_first(struct moments to_h, size_t state)
{
  memset(to_h.m, 0, state * sizeof(real));
  if (to_h.v != NULL) {
    memset(to_h.v, 0, state * sizeof(real));
  }
}

/* Output layer -> the states of one direction, in its own order. */
static void backward_output(const struct vrae_batch *batch, const struct vrae_half *half,
                            const struct half_gradients *to, struct moments to_out, int direction)
{
  const struct vrae_work *work = batch->work;
  const int tn = half->steps * half->rows;
  const size_t width = (size_t)half->hidden, state = (size_t)half->rows * width;
  const struct linear *layer = &half->output[direction];
  const struct moments seen = vrae_seen(work, half, direction);
  const struct moments to_states = moments_at(work->to_h, state);
  const struct moments to_seen = direction == VRAE_FORWARD ? to_states : work->to_seen;
  linear_backward_weights(layer, &to->output[direction], tn, seen, to_out, work->scratch);
  linear_backward_input(layer, &to->output[direction], tn, seen, to_out, false, work->scratch, to_seen);
  if (to->to_seen != NULL) {
    add_scaled((size_t)tn * width, 1, to->to_seen[direction], to_seen.m);
  }
  if (work->dropped_hidden) {
    multiply((size_t)tn * width, half->pass[direction].mask, to_seen.m);
  }
  if (direction == VRAE_BACKWARD) {
    vrae_reverse(half, batch->length, width, to_seen.m, to_states.m);
    if (to_seen.v != NULL) {
      vrae_reverse(half, batch->length, width, to_seen.v, to_states.v);
    }
  }
  clear_first(work->to_h, state);
}

/* One direction of a half, from its outputs' gradient to its inputs'. to_in.m may be NULL: then only the keep
 * probability's is wanted. */
static void backward_direction(const struct vrae_net *net, const struct vrae_batch *batch,
                               const struct vrae_half *half, const struct half_gradients *to,
                               struct moments to_out, int direction, struct moments to_in)
{
  struct vrae_work *work = batch->work;
  const int tn = half->steps * half->rows;
  const bool fd = net->facts->moments;
  const struct cell_run run = vrae_cell_run(half, direction, work->scratch);
  const struct moments to_pre = fd ? work->to_pre : run.pre;
  const struct cell_grad grad = {to->recurrent[direction], to_pre, work->to_h};
  backward_output(batch, half, to, to_out, direction);
  net->cell->backward(&run, &grad);
  linear_backward_weights(&half->input[direction], &to->input[direction], tn, half->in[direction], to_pre,
                          work->scratch);
  if (fd || to_in.m != NULL) {
    linear_backward_input(&half->input[direction], &to->input[direction], tn, half->in[direction], to_pre,
                          false, work->scratch, to_in);
  }
}

/* Logits -> to_fed. */
static void backward_generator(const struct vrae_net *net, struct vrae_batch *batch, int steps, int rows,
                               struct gradients *to)
{
  struct vrae_work *work = batch->work;
  const struct vrae_half half = vrae_generator(net, batch, steps, rows);
  const struct half_gradients grads = {to->generator_input, to->generator_recurrent, to->out,
                                       vrae_emission_given(net) ? work->to_source : NULL};
  const size_t tn = (size_t)steps * (size_t)rows, Z = (size_t)net->config.latent;
  if (net->facts->moments) {
    transfer_logit_backward(tn * (size_t)net->outputs, batch->logits.m, batch->logits.v, work->to_logits.m,
                            work->to_logits.m, work->to_logits.v);
  }
  vrae_emission_backward(net, batch, steps, rows, to->emission);
  if (net->direct.w != NULL) {
    linear_backward_weights(&net->direct, &to->direct, (int)tn, (struct moments){batch->u, NULL},
                            work->to_logits, NULL);
  }
  backward_direction(net, batch, &half, &grads, work->to_logits, VRAE_FORWARD,
                     (struct moments){work->to_fed, NULL});
  backward_direction(net, batch, &half, &grads, work->to_logits, VRAE_BACKWARD,
                     (struct moments){work->to_fed_back, NULL});
  vrae_reverse(&half, batch->length, Z, work->to_fed_back, work->fed_back);
  add_scaled(tn * Z, 1, work->fed_back, work->to_fed);
}

/* Head -> the recognition's weights. */
static void backward_recognition(const struct vrae_net *net, struct vrae_batch *batch, int steps, int rows,
                                 struct gradients *to)
{
  const struct vrae_half half = vrae_recognition(net, batch, steps, rows);
  const struct half_gradients grads = {to->input, to->recurrent, to->head, NULL};
  for (int d = 0; d < VRAE_DIRECTIONS; d++) {
    backward_direction(net, batch, &half, &grads, batch->work->to_head, d, (struct moments){NULL, NULL});
  }
}

void vrae_backward(const struct vrae_net *net, struct vrae_batch *batch, int steps, int rows,
                   enum net_objective objective, real scale, real kl_weight, const struct params *params,
                   real *grad)
{
  struct vrae_work *work = batch->work;
  const int layer_count = vrae_layer_count(&net->config);
  const struct linear *layers[VRAE_LAYERS_MAX];
  struct linear_grad *grads[VRAE_LAYERS_MAX];
  struct gradients to;
  list_layers(net, &to, layers, grads);
  bind_gradients(vrae_layer_names, layer_count, params, layers, grad, work->to_squares, to.keep, grads);
  emission_gradients(&net->emission, params, grad, to.emission);
  scale_by((size_t)steps * (size_t)rows * (size_t)net->outputs, scale, work->to_logits.m);
  backward_generator(net, batch, steps, rows, &to);
  struct posterior_run run = vrae_posterior_run(net, batch, steps, rows);
  run.objective = objective;
  posterior_backward(&run, scale * kl_weight, work->to_fed, work->to_head, work->carry);
  backward_recognition(net, batch, steps, rows, &to);
  bind_fold(vrae_layer_names, layer_count, params, layers, grad, to.keep, grads);
}

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
  const bool drops = dropout != NULL && !net->facts->moments;
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

/* The emission of a VRAE: its sources are both directions' states as the output layer sees them. */

enum { FRAMES_AT_ONCE = 256 };

bool vrae_emission_given(const struct vrae_net *net)
{
  return net->emission.ops->layer_count > 0;
}

int vrae_joint_rows(const struct vrae_net *net)
{
  return vrae_emission_given(net) ? net->rows : 1;
}

void vrae_emission_carve(struct carver *carver, const struct vrae_net *net, int frames, struct vrae_work *work)
{
  const struct emission_net *emission = &net->emission;
  const int most = work->train || frames < FRAMES_AT_ONCE ? frames : FRAMES_AT_ONCE;
  work->emission_frames = most;
  work->emission_memory = carve(carver, emission->ops->memory(emission, most));
  work->emission_scratch = carve(carver, emission->ops->scratch(emission, most));
}

/* Frames begin, begin + 1, .. of the run. */
static struct emission_run run_of(const struct vrae_net *net, const struct vrae_batch *batch, int steps,
                                  int rows, int begin, int frames)
{
  const struct vrae_work *work = batch->work;
  const struct vrae_half half = vrae_generator(net, batch, steps, rows);
  const size_t row = (size_t)begin * (size_t)net->rows, cell = row * (size_t)net->outputs;
  struct emission_run run = {
    .net = &net->emission,
    .frames = frames,
    .target = batch->target + cell,
    .logits = batch->logits.m + cell,
    .memory = work->emission_memory,
    .scratch = work->emission_scratch,
  };
  for (int d = 0; d < VRAE_DIRECTIONS; d++) {
    run.source[d] = vrae_seen(work, &half, d).m + row * (size_t)half.hidden;
  }
  return run;
}

static void run_all(const struct vrae_net *net, struct vrae_batch *batch, int steps, int rows,
                    void (*part)(const struct emission_run *run))
{
  const int frames = steps * rows / net->rows, most = batch->work->emission_frames;
  for (int begin = 0; begin < frames; begin += most) {
    const struct emission_run run =
      run_of(net, batch, steps, rows, begin, frames - begin < most ? frames - begin : most);
    part(&run);
  }
}

/* Without weights of its own an emission looks at logits alone, so that the rows need be no whole frames. */
static void choose_rows(const struct vrae_net *net, struct vrae_batch *batch, int steps, int rows)
{
  const size_t cells = (size_t)steps * (size_t)rows * (size_t)net->outputs;
  for (size_t i = 0; i < cells; i++) {
    batch->target[i] = batch->logits.m[i] > 0;
  }
}

void vrae_emission_run(const struct vrae_net *net, struct vrae_batch *batch, int steps, int rows, bool choose)
{
  if (vrae_emission_given(net)) {
    run_all(net, batch, steps, rows, choose ? net->emission.ops->choose : net->emission.ops->forward);
  } else if (choose) {
    choose_rows(net, batch, steps, rows);
  }
}

void vrae_emission_backward(const struct vrae_net *net, struct vrae_batch *batch, int steps, int rows,
                            struct linear_grad grads[EMISSION_LAYERS_MAX])
{
  struct vrae_work *work = batch->work;
  if (!vrae_emission_given(net)) {
    return;
  }
  const size_t source = (size_t)steps * (size_t)rows * (size_t)net->config.generator;
  for (int d = 0; d < VRAE_DIRECTIONS; d++) {
    memset(work->to_source[d], 0, source * sizeof(real));
  }
  const struct emission_run run = run_of(net, batch, steps, rows, 0, steps * rows / net->rows);
  net->emission.ops->backward(&run, work->to_logits.m, grads, work->to_source);
}
