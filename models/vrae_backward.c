#include <string.h>

#include "transfer.h"
#include "vectors.h"
#include "vrae_work.h"

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
  const bool fd = net->cell->moments;
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
  if (net->cell->moments) {
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
