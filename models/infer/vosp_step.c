/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "gru.h"
#include "scalar.h"
#include "transfer.h"
#include "view.h"
#include "vosp_step_private.h"

size_t vosp_step_work(const struct vosp_step *net)
{
  const struct net_config *config = &net->config;
  return (size_t)(net->rows * net->inputs + 2 * net->gates + 2 * NET_LEVELS_MAX * config->hidden +
                  2 * config->latent + 2 * config->generator + 4 * net->emission.units) +
         step_emission_work(&net->emission);
}

EMEND_LIVE struct step_work vosp_step_work_of(const struct vosp_state *state)
{
  const struct vosp_step *net = state->net;
  const int H = net->config.hidden;
  struct step_work work;
  work.u = state->work;
  work.pre = work.u + net->rows * net->inputs;
  work.pre_variance = work.pre + net->gates;
  float *h = work.pre_variance + net->gates;
  for (int l = 0; l < NET_LEVELS_MAX; l++, h += 2 * H) {
    work.level[l] = (struct tentative){h, h + H};
  }
  work.fed = h;
  work.z = work.fed + net->config.latent;
  work.g = work.z + net->config.latent;
  work.g_variance = work.g + net->config.generator;
  work.source = work.g_variance + net->config.generator;
  work.last = work.source + 3 * net->emission.units;
  work.climb = work.last + net->emission.units;
  return work;
}

/* Packed layers are for inputs of which none is zero. */
static void add_product(const struct step_layer *layer, const float *in, const float *in_variance, float *out,
                        float *out_variance)
{
  if (layer->packed != NULL) {
    step_layer_dense(layer, in, in_variance, out, out_variance);
  } else {
    step_layer_add(layer, in, in_variance, out, out_variance);
  }
}

/* h_t of one level of one row from its input and the waiting product of h_{t-1}. */
static void step_level(const struct vosp_state *state, int level, int row, const float *in,
                       const float *in_variance, struct step_work *work)
{
  const struct vosp_step *net = state->net;
  const size_t H = (size_t)net->config.hidden;
  const size_t g = (size_t)row * (size_t)net->gates;
  const float *q = state->level[level].recurrent + g;
  const struct step_layer *input = &net->level[level].input;
  float *p = work->pre;
  const struct tentative *to = &work->level[level];
  step_layer_start(input, p, work->pre_variance);
  add_product(input, in, in_variance, p, work->pre_variance);
  if (net->gated) {
    memcpy(to->h, state->level[level].h + (size_t)row * H, H * sizeof *to->h);
    gru_step(H, p, q, to->h);
    return;
  }
  add_scaled(H, 1, q, p);
  if (net->moments) {
    add_scaled(H, 1, state->level[level].recurrent_variance + g, work->pre_variance);
    transfer_tanh_moments(H, p, work->pre_variance, to->h, to->h_variance);
  } else {
    transfer_tanh(H, p, to->h);
  }
}

/* h_t of one row, each level's, from its view. */
static void step_cell(const struct vosp_state *state, int row, const float *u, struct step_work *work)
{
  step_level(state, 0, row, u, NULL, work);
  for (int l = 1; l < state->net->levels; l++) {
    const struct tentative *below = &work->level[l - 1];
    step_level(state, l, row, below->h, state->net->moments ? below->h_variance : NULL, work);
  }
}

/* The mode of z_t and what the generator is fed, from h_t in `work`. */
static void step_posterior(const struct vosp_state *state, int row, struct step_work *work)
{
  const struct vosp_step *net = state->net;
  const int Z = net->config.latent;
  const int gains = net->moments ? Z : 2 * Z; /* where Gauss-Markov's stand in the head */
  const float *z = state->z + (size_t)row * (size_t)Z;
  const float *h = vosp_step_upper(net, work);
  for (int j = 0; j < Z; j++) {
    float a = net->config.posterior == POSTERIOR_DIAGONAL ? 0 : 1;
    if (net->config.posterior == POSTERIOR_GAUSS_MARKOV) {
      a = logistic(step_layer_output(&net->head, h, gains + j));
    }
    work->z[j] = a * z[j] + step_layer_output(&net->head, h, j); /* of the head's, only the means */
    work->fed[j] = net->config.feed == FEED_LEVEL ? work->z[j] : work->z[j] - z[j];
  }
}

/* g_t of one row. */
static void step_generator(const struct vosp_state *state, int row, const float *fed, struct step_work *work)
{
  const struct vosp_step *net = state->net;
  const size_t M = (size_t)net->config.generator;
  memcpy(work->g, state->generator + (size_t)row * M, M * sizeof *work->g);
  if (net->moments) {
    memcpy(work->g_variance, state->generator_variance + (size_t)row * M, M * sizeof *work->g_variance);
  }
  step_layer_add(&net->generator_z, fed, NULL, work->g, work->g_variance);
  if (net->moments) {
    transfer_tanh_moments(M, work->g, work->g_variance, work->g, work->g_variance);
  } else {
    transfer_tanh(M, work->g, work->g);
  }
}

/* What the generator is fed when nothing is known of x_t: the prior's mean. */
static void prior_feed(const struct vosp_state *state, int row, float *fed)
{
  const size_t Z = (size_t)state->net->config.latent;
  if (state->net->config.feed == FEED_LEVEL) {
    memcpy(fed, state->z + (size_t)row * Z, Z * sizeof *fed);
  } else {
    memset(fed, 0, Z * sizeof *fed);
  }
}

EMEND_LIVE void vosp_step_advance_row(const struct vosp_state *state, int row, const float *u,
                                      struct step_work *work)
{
  step_cell(state, row, u, work);
  step_posterior(state, row, work);
  step_generator(state, row, work->fed, work);
}

EMEND_LIVE void vosp_step_prior_row(const struct vosp_state *state, int row, struct step_work *work)
{
  prior_feed(state, row, work->fed);
  step_generator(state, row, work->fed, work);
}

/* out = the bias + h W, for all rows of h. */
static void product(const struct vosp_step *net, const struct step_layer *layer, const float *h,
                    const float *h_variance, float *out, float *out_variance)
{
  if (!net->moments && net->rows > 1) {
    step_layer_rows(layer, net->rows, h, out);
    return;
  }
  for (int row = 0; row < net->rows; row++) {
    const float *variance = net->moments ? h_variance : NULL;
    float *to_variance = net->moments ? out_variance : NULL;
    step_layer_start(layer, out, to_variance);
    add_product(layer, h, variance, out, to_variance);
    h += layer->in;
    h_variance += layer->in;
    out += layer->out;
    out_variance += layer->out;
  }
}

/* The products of h_{t-1} that the next frame will need. */
static void prepare(struct vosp_state *state)
{
  const struct vosp_step *net = state->net;
  const int upper = net->levels - 1;
  for (int l = 0; l < net->levels; l++) {
    product(net, &net->level[l].recurrent, state->level[l].h, state->level[l].h_variance,
            state->level[l].recurrent, state->level[l].recurrent_variance);
  }
  product(net, &net->generator_h, state->level[upper].h, state->level[upper].h_variance, state->generator,
          state->generator_variance);
  if (net->emission.units > 0) {
    vosp_step_prepare_emission(state);
  }
}

static EMEND_LIVE void reset(void *user)
{
  struct vosp_state *state = user;
  const struct vosp_step *net = state->net;
  const size_t h = (size_t)(net->rows * net->config.hidden);
  state->t = 0;
  for (int l = 0; l < net->levels; l++) {
    memset(state->level[l].h, 0, h * sizeof(float));
    memset(state->level[l].h_variance, 0, h * sizeof(float));
  }
  memset(state->z, 0, (size_t)(net->rows * net->config.latent) * sizeof *state->z);
  prepare(state);
}

/* The tentative state of a row is now its state. */
static void keep_row(struct vosp_state *state, int row, const struct step_work *work)
{
  const struct vosp_step *net = state->net;
  const size_t H = (size_t)net->config.hidden;
  const size_t Z = (size_t)net->config.latent;
  for (int l = 0; l < net->levels; l++) {
    memcpy(state->level[l].h + (size_t)row * H, work->level[l].h, H * sizeof(float));
    if (net->moments) {
      memcpy(state->level[l].h_variance + (size_t)row * H, work->level[l].h_variance, H * sizeof(float));
    }
  }
  memcpy(state->z + (size_t)row * Z, work->z, Z * sizeof *work->z);
}

static EMEND_LIVE void advance(void *user, const struct frame *received, const struct frame *passed)
{
  struct vosp_state *state = user;
  const struct vosp_step *net = state->net;
  const struct frame *past = net->config.past == PAST_RECEIVED ? received : passed;
  struct step_work work = vosp_step_work_of(state);
  view_frame(&net->config, past->cell[0], state->t, work.u);
  for (int row = 0; row < net->rows; row++) {
    step_cell(state, row, work.u + row * net->inputs, &work);
    step_posterior(state, row, &work);
    keep_row(state, row, &work);
  }
  state->t++;
  prepare(state);
}

const struct predictor_ops vosp_step_ops = {reset, advance, vosp_step_believe};

/* What the live VOSP believes of the frame in the making. */

/* The log-odds of one output of the row, `extra` being the emission's part. */
static float output(const struct vosp_step *net, const struct step_work *work, int o, float extra)
{
  const struct step_layer *out = &net->out;
  const float k = out->keep;
  const float mean = step_layer_output(out, work->g, o) + extra;
  if (!net->moments) {
    return mean;
  }
  const float *w2 = out->w2 + (size_t)o * (size_t)out->in;
  float variance = 0;
  for (int i = 0; i < out->in; i++) {
    variance += (k * (1 - k) * work->g[i] * work->g[i] + k * work->g_variance[i]) * w2[i];
  }
  float logit;
  transfer_logit(1, &mean, &variance, &logit);
  return logit;
}

EMEND_LIVE void vosp_step_prepare_emission(struct vosp_state *state)
{
  const struct vosp_step *net = state->net;
  const size_t K = (size_t)net->emission.units;
  struct step_work work = vosp_step_work_of(state);
  struct step_climb climb;
  step_climb_start(&climb, &net->emission, work.climb);
  for (int row = 0; row < net->rows; row++) {
    float *source = state->source + 3 * K * (size_t)row;
    vosp_step_prior_row(state, row, &work);
    step_emission_source(&net->emission, work.g, source);
    step_climb_next(&climb, row, source);
    memcpy(state->silent + K * (size_t)row, climb.h, K * sizeof *climb.h);
  }
}

/* The way up to the foot of a pitch, the notes below being those of `frame` and the generator's g at the
 * prior's mean, whose part is there since the tick. Up to the lowest note it is the way up silence. */
static void climb_below(const struct vosp_state *state, const struct frame *frame, int pitch,
                        struct step_climb *climb)
{
  const struct step_emission *emission = climb->net;
  const size_t K = (size_t)emission->units;
  int row = 0;
  while (row < pitch - 1 && !frame->cell[0][row] && (emission->values < 2 || !frame->cell[1][row])) {
    row++;
  }
  if (pitch > 0) {
    memcpy(climb->h, state->silent + K * (size_t)row, K * sizeof *climb->h);
    step_climb_leave(climb, row, frame);
  }
  for (row++; row < pitch; row++) {
    step_climb_next(climb, row, state->source + 3 * K * (size_t)row);
    step_climb_leave(climb, row, frame);
  }
}

/* The emission's part of one logit: from the foot of the pitch, which is kept, to its own row. */
static float climb_last(const struct step_climb *climb, int pitch, const float *source, int value, float *h)
{
  struct step_climb last = *climb;
  last.h = h;
  memcpy(h, climb->h, (size_t)climb->net->units * sizeof *h);
  step_climb_next(&last, pitch, source);
  return step_climb_logit(&last, value);
}

/* A tied row with the pitch emission. Below the pitch stands what was let through, seen from the prior's mean:
 * of the mode of q only the row's own part is taken, so that a decision needs no step of all the rows. */
static void believe_climbing(const struct vosp_state *state, const struct frame *now,
                             const struct frame *passed, int pitch, struct step_work *work,
                             struct belief *belief)
{
  const struct vosp_step *net = state->net;
  const struct step_emission *emission = &net->emission;
  const int value = net->outputs - 1;
  struct step_climb climb;
  step_climb_start(&climb, emission, work->climb);
  climb_below(state, passed, pitch, &climb);
  vosp_step_prior_row(state, pitch, work);
  const float *source = state->source + 3 * (size_t)emission->units * (size_t)pitch;
  belief->prior = output(net, work, value, climb_last(&climb, pitch, source, value, work->last));
  view_row(&net->config, now->cell[0], state->t, pitch, work->u);
  vosp_step_advance_row(state, pitch, work->u, work);
  step_emission_source(emission, work->g, work->source);
  belief->posterior = output(net, work, value, climb_last(&climb, pitch, work->source, value, work->last));
}

static void believe_row(const struct vosp_state *state, const struct frame *now, int pitch,
                        struct step_work *work, struct belief *belief)
{
  const struct vosp_step *net = state->net;
  const bool tied = net->config.tie == TIE_PITCH;
  const int row = tied ? pitch : 0;
  const int value = net->config.frame.values - 1;
  const int wanted = tied ? value : value * PITCHES + pitch;
  vosp_step_prior_row(state, row, work);
  belief->prior = output(net, work, wanted, 0);
  view_row(&net->config, now->cell[0], state->t, pitch, work->u);
  vosp_step_advance_row(state, row, work->u, work);
  belief->posterior = output(net, work, wanted, 0);
}

EMEND_LIVE void vosp_step_believe(void *user, const struct frame *received, const struct frame *passed,
                                  int pitch, struct belief *belief)
{
  const struct vosp_state *state = user;
  const struct vosp_step *net = state->net;
  const struct frame *now = net->config.past == PAST_RECEIVED ? received : passed;
  struct step_work work = vosp_step_work_of(state);
  if (net->emission.units > 0) {
    believe_climbing(state, now, passed, pitch, &work, belief);
  } else {
    believe_row(state, now, pitch, &work, belief);
  }
  if (net->config.tie == TIE_PITCH) {
    memcpy(belief->context, vosp_step_upper(net, &work), (size_t)net->config.hidden * sizeof *belief->context);
  }
}

/* A tied row's log-odds given what has been chosen below it. */
static void choose_row(const struct vosp_step *net, int row, struct step_climb *climb, struct step_work *work,
                       float *log_odds)
{
  struct frame chosen;
  step_emission_source(climb->net, work->g, work->source);
  step_climb_next(climb, row, work->source);
  for (int value = 0; value < net->outputs; value++) {
    const float logit = output(net, work, value, step_climb_logit(climb, value));
    log_odds[value * PITCHES + row] = logit;
    chosen.cell[value][row] = logit > 0;
  }
  step_climb_leave(climb, row, &chosen);
}

EMEND_LIVE void vosp_step_mode(const void *user, const struct frame *frame, float *log_odds)
{
  const struct vosp_state *state = user;
  const struct vosp_step *net = state->net;
  struct step_work work = vosp_step_work_of(state);
  struct step_climb climb;
  step_climb_start(&climb, &net->emission, work.climb);
  view_frame(&net->config, frame->cell[0], state->t, work.u);
  for (int row = 0; row < net->rows; row++) {
    vosp_step_advance_row(state, row, work.u + row * net->inputs, &work);
    if (net->emission.units > 0) {
      choose_row(net, row, &climb, &work, log_odds);
      continue;
    }
    for (int o = 0; o < net->outputs; o++) {
      const int cell = net->config.tie == TIE_PITCH ? o * PITCHES + row : o;
      log_odds[cell] = output(net, &work, o, 0);
    }
  }
}
