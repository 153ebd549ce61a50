#include <string.h>

#include "transfer.h"
#include "vosp_work.h"

/* Where each layer's gradient goes. */
struct gradients {
  struct linear_grad input, recurrent, head, generator_h, generator_z, out;
  real keep[KEEP_COUNT]; /* with respect to the probabilities */
};

static void multiply(size_t n, const real *by, real *array)
{
  for (size_t i = 0; i < n; i++) {
    array[i] *= by[i];
  }
}

static void scale_by(size_t n, real by, real *array)
{
  for (size_t i = 0; i < n; i++) {
    array[i] *= by;
  }
}

/* Logits -> g -> (h_{t-1}, latent). Fills to_fed and rows 0..T-1 of `to_seen`. */
static void backward_generator(const struct vosp_net *net, struct vosp_batch *batch, int tn,
                               struct gradients *to, struct moments seen, struct moments to_seen)
{
  struct vosp_work *work = batch->work;
  const size_t units = (size_t)tn * (size_t)net->config.generator;
  struct moments g = batch->g;
  if (work->dropped) {
    g.m = work->dropped_g;
  }
  if (net->cell->moments) {
    transfer_logit_backward((size_t)tn * (size_t)net->outputs, batch->logits.m, batch->logits.v,
                            work->to_logits.m, work->to_logits.m, work->to_logits.v);
  }
  linear_backward_weights(&net->out, &to->out, tn, g, work->to_logits, work->scratch);
  linear_backward_input(&net->out, &to->out, tn, g, work->to_logits, false, work->scratch, work->to_generator);
  if (work->dropped) {
    multiply(units, work->mask_g, work->to_generator.m);
  }
  if (net->cell->moments) {
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

/* Head -> h_t -> cell -> input weights. */
static void backward_recognition(const struct vosp_net *net, struct vosp_batch *batch, int steps,
                                 struct gradients *to, struct moments seen, struct moments to_seen)
{
  struct vosp_work *work = batch->work;
  const int tn = steps * batch->rows;
  const size_t state = (size_t)batch->rows * (size_t)net->config.hidden;
  const size_t all = (size_t)steps * state + state;
  linear_backward_weights(&net->head, &to->head, tn, moments_at(seen, state), work->to_head, work->scratch);
  linear_backward_input(&net->head, &to->head, tn, moments_at(seen, state), work->to_head, true, work->scratch,
                        moments_at(to_seen, state));
  if (work->dropped) {
    memcpy(work->to_h.m, to_seen.m, all * sizeof(real));
    multiply(all, work->mask_h, work->to_h.m);
  }
  const struct cell_run run = vosp_cell_run(net, batch, steps);
  const struct cell_grad grad = {to->recurrent, work->to_pre, work->to_h};
  net->cell->backward(&run, &grad);
  linear_backward_weights(&net->input, &to->input, tn, (struct moments){batch->u, NULL}, work->to_pre,
                          work->scratch);
}

/* The inputs themselves need no gradient, only their keep probability. */
static void backward_input_keep(const struct vosp_net *net, const struct vosp_batch *batch, int tn,
                                const struct gradients *to)
{
  struct vosp_work *work = batch->work;
  linear_backward_input(&net->input, &to->input, tn, (struct moments){batch->u, NULL}, work->to_pre, false,
                        work->scratch, (struct moments){NULL, NULL});
}

void vosp_backward(const struct vosp_net *net, struct vosp_batch *batch, int steps,
                   enum net_objective objective, real scale, real kl_weight, const struct params *params,
                   real *grad)
{
  struct vosp_work *work = batch->work;
  const int tn = steps * batch->rows;
  const size_t state = (size_t)batch->rows * (size_t)net->config.hidden;
  const struct linear *const layers[VOSP_LAYERS] = {&net->input,       &net->recurrent,   &net->head,
                                                    &net->generator_h, &net->generator_z, &net->out};
  struct gradients to;
  struct linear_grad *const grads[VOSP_LAYERS] = {&to.input,       &to.recurrent,   &to.head,
                                                  &to.generator_h, &to.generator_z, &to.out};
  bind_gradients(vosp_layer_names, VOSP_LAYERS, params, layers, grad, work->to_squares, to.keep, grads);
  const struct moments seen = work->dropped ? work->seen : batch->h;
  const struct moments to_seen = work->dropped ? work->to_seen : work->to_h;
  scale_by((size_t)tn * (size_t)net->outputs, scale, work->to_logits.m);
  /* The last state feeds the head only. */
  const struct moments last = moments_at(to_seen, (size_t)steps * state);
  memset(last.m, 0, state * sizeof(real));
  if (last.v != NULL) {
    memset(last.v, 0, state * sizeof(real));
  }
  backward_generator(net, batch, tn, &to, seen, to_seen);
  struct posterior_run run = vosp_posterior_run(net, batch, steps);
  run.objective = objective;
  posterior_backward(&run, scale * kl_weight, work->to_fed, work->to_head, work->carry);
  backward_recognition(net, batch, steps, &to, seen, to_seen);
  if (net->squares != NULL) {
    backward_input_keep(net, batch, tn, &to);
    bind_fold(vosp_layer_names, VOSP_LAYERS, params, layers, grad, to.keep, grads);
  }
}
