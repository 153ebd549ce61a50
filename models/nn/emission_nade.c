/* SPDX-License-Identifier: MIT */
/* A neural autoregressive emission (Larochelle & Murray 2011) over the outputs of a plain row:
 *   a_d = c0 + sum over sources C_s source_s + sum over the notes j < d that are on W_j,
 *   logit_d += V_d . s(a_d), s the logistic.
 * a moves only behind a note that is on, and so s(a) is worked out once for every run of outputs between two
 * such notes. Of forward only the a_0 are kept; backward makes the few others again. */
#include <math.h>
#include <string.h>

#include "emission.h"
#include "init.h"
#include "transfer.h"
#include "vectors.h"
#include "view.h"

enum { SOURCE, BELOW, VISIBLE, SOURCE_BACK, LAYERS };

static const struct layer_names names[LAYERS] = {
  [SOURCE] = {"emission.c", "emission.c0", KEEP_GENERATOR},
  [BELOW] = {"emission.w", NULL, KEEP_GENERATOR},   /* (O, K) */
  [VISIBLE] = {"emission.v", NULL, KEEP_GENERATOR}, /* (O, K) */
  [SOURCE_BACK] = {"emission.back.c", NULL, KEEP_GENERATOR},
};

static void init(const struct params *params, struct rng *rng)
{
  const double K = params_find(params, "emission.v")->cols;
  init_by_fan_in(params, "emission.c", 0.5, rng);
  init_normal(params, "emission.w", 0.1, rng);
  init_normal(params, "emission.v", 0.3 / sqrt(K), rng);
  if (params_find(params, "emission.back.c") != NULL) {
    init_by_fan_in(params, "emission.back.c", 0.5, rng);
  }
}

/* a_0 of every frame. */
static size_t memory(const struct emission_net *net, int frames)
{
  return (size_t)frames * (size_t)net->units;
}

/* Of backward: the gradients of a_0; every s(a) of one frame, a, and the gradients of both. */
static size_t scratch(const struct emission_net *net, int frames)
{
  return (size_t)(frames + net->outputs + 3) * (size_t)net->units;
}

static void from_sources(const struct emission_run *run)
{
  for (int i = 0; i < run->net->sources; i++) {
    const struct linear *layer = &run->net->layers[i == 0 ? SOURCE : SOURCE_BACK];
    linear_forward(layer, run->frames, (struct moments){(real *)run->source[i], NULL}, i > 0, NULL,
                   (struct moments){run->memory, NULL});
  }
}

static void frame_forward(const struct emission_run *run, size_t frame, bool choose)
{
  const size_t K = (size_t)run->net->units, O = (size_t)run->net->outputs;
  const real *below = run->net->layers[BELOW].w, *visible = run->net->layers[VISIBLE].w;
  real *target = run->target + frame * O, *logits = run->logits + frame * O;
  real *a = run->scratch, *hidden = run->scratch + K;
  memcpy(a, run->memory + frame * K, K * sizeof *a);
  transfer_logistic(K, a, hidden);
  for (size_t d = 0; d < O; d++) {
    logits[d] += dot(K, visible + d * K, hidden);
    if (choose) {
      target[d] = logits[d] > 0;
    }
    if (target[d] != 0) {
      add_scaled(K, 1, below + d * K, a);
      transfer_logistic(K, a, hidden);
    }
  }
}

static void forward(const struct emission_run *run)
{
  from_sources(run);
  for (size_t frame = 0; frame < (size_t)run->frames; frame++) {
    frame_forward(run, frame, false);
  }
}

static void choose(const struct emission_run *run)
{
  from_sources(run);
  for (size_t frame = 0; frame < (size_t)run->frames; frame++) {
    frame_forward(run, frame, true);
  }
}

/* Every s(a) of a frame, one after another in `hidden`. Returns the last. */
static real *hidden_again(const struct emission_run *run, size_t frame, real *a, real *hidden)
{
  const size_t K = (size_t)run->net->units, O = (size_t)run->net->outputs;
  const real *target = run->target + frame * O;
  memcpy(a, run->memory + frame * K, K * sizeof *a);
  transfer_logistic(K, a, hidden);
  for (size_t d = 0; d + 1 < O; d++) {
    if (target[d] != 0) {
      hidden += K;
      add_scaled(K, 1, run->net->layers[BELOW].w + d * K, a);
      transfer_logistic(K, a, hidden);
    }
  }
  return hidden;
}

/* to_a += what reached s(a), whose own gradients start again at 0. */
static void through_logistic(size_t K, const real *hidden, real *to_hidden, real *to_a)
{
  for (size_t i = 0; i < K; i++) {
    to_a[i] += to_hidden[i] * hidden[i] * (1 - hidden[i]);
    to_hidden[i] = 0;
  }
}

/* to_a (K) out: the gradient with respect to a_0. */
static void frame_backward(const struct emission_run *run, size_t frame, const real *to_logits,
                           const struct linear_grad *grads, real *work, real *to_a)
{
  const size_t K = (size_t)run->net->units, O = (size_t)run->net->outputs;
  const real *target = run->target + frame * O, *visible = run->net->layers[VISIBLE].w;
  real *a = work, *to_hidden = work + K;
  const real *hidden = hidden_again(run, frame, a, work + 2 * K);
  memset(to_hidden, 0, K * sizeof *to_hidden);
  memset(to_a, 0, K * sizeof *to_a);
  for (size_t d = O; d-- > 0;) {
    if (target[d] != 0 && d + 1 < O) {
      through_logistic(K, hidden, to_hidden, to_a);
      add_scaled(K, 1, to_a, grads[BELOW].w + d * K);
      hidden -= K;
    }
    if (to_logits[frame * O + d] != 0) {
      add_scaled(K, to_logits[frame * O + d], hidden, grads[VISIBLE].w + d * K);
      add_scaled(K, to_logits[frame * O + d], visible + d * K, to_hidden);
    }
  }
  through_logistic(K, hidden, to_hidden, to_a);
}

static void backward(const struct emission_run *run, const real *to_logits, struct linear_grad *grads,
                     real *const to_source[EMISSION_SOURCES])
{
  const size_t K = (size_t)run->net->units;
  real *to_a = run->scratch, *work = to_a + (size_t)run->frames * K;
  for (size_t frame = 0; frame < (size_t)run->frames; frame++) {
    frame_backward(run, frame, to_logits, grads, work, to_a + frame * K);
  }
  const struct moments to = {to_a, NULL};
  for (int i = 0; i < run->net->sources; i++) {
    const int which = i == 0 ? SOURCE : SOURCE_BACK;
    const struct linear *layer = &run->net->layers[which];
    const struct moments source = {(real *)run->source[i], NULL};
    linear_backward_weights(layer, &grads[which], run->frames, source, to, NULL);
    linear_backward_input(layer, &grads[which], run->frames, source, to, true, NULL,
                          (struct moments){to_source[i], NULL});
  }
}

const struct emission_ops emission_nade = {names, LAYERS, init, memory, scratch, forward, backward, choose};
