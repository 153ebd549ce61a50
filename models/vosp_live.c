#include "vosp_live.h"

#include <string.h>

#include "live_layer.h"
#include "scalar.h"
#include "transfer.h"
#include "view.h"

/* Work space of one state, in floats. */
struct work {
  float *u;                  /* (R, I) */
  float *pre, *pre_variance; /* (G) */
  float *h, *h_variance;     /* (H) the state after a tentative frame */
  float *fed;                /* (Z) */
  float *z;                  /* (Z) */
  float *g, *g_variance;     /* (M) */
};

size_t vosp_live_work(const struct vosp_live *net)
{
  const struct net_config *config = &net->config;
  return (size_t)(net->rows * net->inputs + 2 * net->gates + 2 * config->hidden + 2 * config->latent +
                  2 * config->generator);
}

static struct work work_of(const struct vosp_state *state)
{
  const struct vosp_live *net = state->net;
  struct work work;
  float *next = state->work;
  work.u = next;
  work.pre = work.u + net->rows * net->inputs;
  work.pre_variance = work.pre + net->gates;
  work.h = work.pre_variance + net->gates;
  work.h_variance = work.h + net->config.hidden;
  work.fed = work.h_variance + net->config.hidden;
  work.z = work.fed + net->config.latent;
  work.g = work.z + net->config.latent;
  work.g_variance = work.g + net->config.generator;
  return work;
}

/* y += x */
static inline void add(int n, const float *restrict x, float *restrict y)
{
  for (int i = 0; i < n; i++) {
    y[i] += x[i];
  }
}

/* h_t of one row from its input and the waiting product of h_{t-1}. */
static void step_cell(const struct vosp_state *state, int row, const float *u, struct work *work)
{
  const struct vosp_live *net = state->net;
  const int H = net->config.hidden;
  const size_t g = (size_t)row * (size_t)net->gates;
  const float *q = state->recurrent + g;
  float *p = work->pre;
  live_layer_start(&net->input, p, work->pre_variance);
  live_layer_add(&net->input, u, NULL, p, work->pre_variance);
  if (!net->gated) {
    add(H, q, p);
    if (net->moments) {
      add(H, state->recurrent_variance + g, work->pre_variance);
      transfer_tanh_moments((size_t)H, p, work->pre_variance, work->h, work->h_variance);
    } else {
      transfer_tanh((size_t)H, p, work->h);
    }
    return;
  }
  const float *before = state->h + (size_t)row * (size_t)H;
  add(2 * H, q, p);
  transfer_logistic((size_t)(2 * H), p, p);
  for (int i = 0; i < H; i++) {
    p[2 * H + i] += p[i] * q[2 * H + i];
  }
  transfer_tanh((size_t)H, p + 2 * H, p + 2 * H);
  for (int i = 0; i < H; i++) {
    work->h[i] = (1 - p[H + i]) * p[2 * H + i] + p[H + i] * before[i];
  }
}

/* The mode of z_t and what the generator is fed, from h_t in `work`. */
static void step_posterior(const struct vosp_state *state, int row, struct work *work)
{
  const struct vosp_live *net = state->net;
  const int Z = net->config.latent;
  const int gains = net->moments ? Z : 2 * Z; /* where Gauss-Markov's stand in the head */
  const float *z = state->z + (size_t)row * (size_t)Z;
  for (int j = 0; j < Z; j++) {
    float a = net->config.posterior == POSTERIOR_DIAGONAL ? 0 : 1;
    if (net->config.posterior == POSTERIOR_GAUSS_MARKOV) {
      a = logistic(live_layer_output(&net->head, work->h, gains + j));
    }
    work->z[j] = a * z[j] + live_layer_output(&net->head, work->h, j); /* of the head's, only the means */
    work->fed[j] = net->config.feed == FEED_LEVEL ? work->z[j] : work->z[j] - z[j];
  }
}

/* g_t of one row. */
static void step_generator(const struct vosp_state *state, int row, const float *fed, struct work *work)
{
  const struct vosp_live *net = state->net;
  const size_t M = (size_t)net->config.generator;
  memcpy(work->g, state->generator + (size_t)row * M, M * sizeof *work->g);
  if (net->moments) {
    memcpy(work->g_variance, state->generator_variance + (size_t)row * M, M * sizeof *work->g_variance);
  }
  live_layer_add(&net->generator_z, fed, NULL, work->g, work->g_variance);
  if (net->moments) {
    transfer_tanh_moments(M, work->g, work->g_variance, work->g, work->g_variance);
  } else {
    transfer_tanh(M, work->g, work->g);
  }
}

static float output(const struct vosp_live *net, const struct work *work, int o)
{
  const struct live_layer *out = &net->out;
  const float k = out->keep;
  const float mean = live_layer_output(out, work->g, o);
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

static void add_state(const struct live_layer *layer, const float *in, const float *in_variance, float *out,
                      float *out_variance)
{
  if (layer->packed != NULL) {
    live_layer_dense(layer, in, in_variance, out, out_variance);
  } else {
    live_layer_add(layer, in, in_variance, out, out_variance);
  }
}

/* The products of h_{t-1} that the next frame will need. */
static void prepare(struct vosp_state *state)
{
  const struct vosp_live *net = state->net;
  if (!net->moments && net->rows > 1) {
    live_layer_rows(&net->recurrent, net->rows, state->h, state->recurrent);
    live_layer_rows(&net->generator_h, net->rows, state->h, state->generator);
    return;
  }
  for (int row = 0; row < net->rows; row++) {
    const size_t h = (size_t)row * (size_t)net->config.hidden;
    const size_t g = (size_t)row * (size_t)net->gates;
    const size_t m = (size_t)row * (size_t)net->config.generator;
    const float *variance = net->moments ? state->h_variance + h : NULL;
    float *recurrent_variance = net->moments ? state->recurrent_variance + g : NULL;
    float *generator_variance = net->moments ? state->generator_variance + m : NULL;
    live_layer_start(&net->recurrent, state->recurrent + g, recurrent_variance);
    add_state(&net->recurrent, state->h + h, variance, state->recurrent + g, recurrent_variance);
    live_layer_start(&net->generator_h, state->generator + m, generator_variance);
    add_state(&net->generator_h, state->h + h, variance, state->generator + m, generator_variance);
  }
}

static EMEND_LIVE void reset(void *user)
{
  struct vosp_state *state = user;
  const struct vosp_live *net = state->net;
  const size_t h = (size_t)(net->rows * net->config.hidden);
  state->t = 0;
  memset(state->h, 0, h * sizeof *state->h);
  if (net->moments) {
    memset(state->h_variance, 0, h * sizeof *state->h_variance);
  }
  memset(state->z, 0, (size_t)(net->rows * net->config.latent) * sizeof *state->z);
  prepare(state);
}

static EMEND_LIVE void advance(void *user, const struct frame *received, const struct frame *passed)
{
  struct vosp_state *state = user;
  const struct vosp_live *net = state->net;
  const size_t H = (size_t)net->config.hidden;
  const size_t Z = (size_t)net->config.latent;
  const struct frame *past = net->config.past == PAST_RECEIVED ? received : passed;
  struct work work = work_of(state);
  view_frame(&net->config, past->cell[0], state->t, work.u);
  for (int row = 0; row < net->rows; row++) {
    step_cell(state, row, work.u + row * net->inputs, &work);
    step_posterior(state, row, &work);
    memcpy(state->h + (size_t)row * H, work.h, H * sizeof *work.h);
    if (net->moments) {
      memcpy(state->h_variance + (size_t)row * H, work.h_variance, H * sizeof *work.h_variance);
    }
    memcpy(state->z + (size_t)row * Z, work.z, Z * sizeof *work.z);
  }
  state->t++;
  prepare(state);
}

static EMEND_LIVE void believe(void *user, const struct frame *received, const struct frame *passed, int pitch,
                               struct belief *belief)
{
  const struct vosp_state *state = user;
  const struct vosp_live *net = state->net;
  const struct frame *now = net->config.past == PAST_RECEIVED ? received : passed;
  const bool tied = net->config.tie == TIE_PITCH;
  const int row = tied ? pitch : 0;
  const int wanted = tied ? net->config.frame.values - 1 : (net->config.frame.values - 1) * PITCHES + pitch;
  struct work work = work_of(state);
  prior_feed(state, row, work.fed);
  step_generator(state, row, work.fed, &work);
  belief->prior = output(net, &work, wanted);
  view_row(&net->config, now->cell[0], state->t, pitch, work.u);
  step_cell(state, row, work.u, &work);
  step_posterior(state, row, &work);
  step_generator(state, row, work.fed, &work);
  belief->posterior = output(net, &work, wanted);
  if (tied) {
    memcpy(belief->context, work.h, (size_t)net->config.hidden * sizeof *belief->context);
  }
}

EMEND_LIVE void vosp_live_mode(const void *user, const struct frame *frame, float *log_odds)
{
  const struct vosp_state *state = user;
  const struct vosp_live *net = state->net;
  struct work work = work_of(state);
  view_frame(&net->config, frame->cell[0], state->t, work.u);
  for (int row = 0; row < net->rows; row++) {
    step_cell(state, row, work.u + row * net->inputs, &work);
    step_posterior(state, row, &work);
    step_generator(state, row, work.fed, &work);
    for (int o = 0; o < net->outputs; o++) {
      const int cell = net->config.tie == TIE_PITCH ? o * PITCHES + row : o;
      log_odds[cell] = output(net, &work, o);
    }
  }
}

const struct predictor_ops vosp_live_ops = {reset, advance, believe};
